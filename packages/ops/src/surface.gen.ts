// Written by scripts/generate.ts from the op declarations; run `npm run generate` after changing them.

import {
  ceLU,
  elu,
  fastGeLU,
  geLU,
  hShrink,
  hSigmoid,
  hSwish,
  hardtanh,
  leakyReLU,
  logSigmoid,
  mish,
  reLU,
  reLU6,
  seLU,
  siLU,
  sigmoid,
  softShrink,
  softplus,
  softsign,
} from './activation.ts';
import {
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  cast,
  clampTensor,
  equal,
  greater,
  greaterEqual,
  invert,
  isFinite,
  isInf,
  isNan,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  select,
} from './compare.ts';
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput, conv2DTranspose } from './conv.ts';
import { eye, fill, linSpace, ones, onesLike, range, zeros, zerosLike } from './creation.ts';
import {
  add,
  addN,
  addcdiv,
  addcmul,
  atan2,
  div,
  divNoNan,
  floorDiv,
  floorMod,
  lerp,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  realDiv,
  squaredDifference,
  sub,
  truncateDiv,
  truncateMod,
  xdivy,
  xlogy,
} from './elementwise.ts';
import { meshgridOp } from './functional-shape.ts';
import {
  gather,
  gatherDGrad,
  gatherDOp,
  gatherGrad,
  gatherNd,
  index,
  maskedFill,
  maskedSelect,
  nonZero,
  oneHotOp,
} from './indexing.ts';
import { nLLLoss, nLLLossGrad, softmaxCrossEntropyWithLogits, sparseSoftmaxCrossEntropyWithLogits } from './loss.ts';
import {
  bCEWithLogitsLoss,
  binaryCrossEntropy,
  huberLoss,
  kLDivLoss,
  l1LossExt,
  mSELossExt,
  smoothL1Loss,
} from './loss-elementwise.ts';
import { batchMatMul, biasAdd, dense, matMul } from './matmul.ts';
import { bNInfer, batchNormOp, batchNormUpdate, layerNormOp, normStats, normalize, normalizeGrad } from './norm.ts';
import {
  adam,
  adamWeightDecay,
  applyAdagrad,
  applyCenteredRMSProp,
  applyFtrl,
  applyMomentum,
  applyProximalAdagrad,
  applyRMSProp,
  sgd,
} from './optimizer.ts';
import { proximalAdagradRows, sparseApplyProximalAdagrad } from './optimizer-sparse.ts';
import {
  adaptiveAvgPool2D,
  adaptiveAvgPool2DGrad,
  avgPool,
  avgPoolGrad,
  maxPool,
  maxPoolArgmax,
  maxPoolGrad,
} from './pool.ts';
import {
  dropout,
  dropoutFromKey,
  integersFromKey,
  normalFromKey,
  permutationFromKey,
  standardNormal,
  uniformFromKey,
  uniformInt,
  uniformReal,
} from './random.ts';
import { logSumExp, reduceAll, reduceAny, reduceMax, reduceMean, reduceMin, reduceProd, reduceSum } from './reduce.ts';
import { argMaxWithValue, argMinWithValue, argmax, argmin } from './reduce-arg.ts';
import { cumSum } from './reduce-scan.ts';
import {
  indexPut,
  scatterAdd,
  scatterMax,
  scatterMin,
  scatterMul,
  scatterNd,
  scatterNdAdd,
  scatterNdSub,
  scatterNdUpdate,
  scatterSub,
  scatterUpdate,
  tensorScatterAdd,
  tensorScatterElements,
  tensorScatterMax,
  tensorScatterMin,
  tensorScatterMul,
  tensorScatterSub,
  tensorScatterUpdate,
} from './scatter.ts';
import { broadcastTo, expandDims, flattenOp, reshape, squeeze, tile, transpose } from './shape.ts';
import { concat, splitOp, stack, unstack } from './shape-join.ts';
import { mirrorPad, padOp, padV3, padV3Grad } from './shape-pad.ts';
import { reverse, roll, setSliceAt, slice, sliceAt, sliceAtGrad, stridedSlice } from './shape-slice.ts';
import { diag, diagPart, diagonal, diagonalGrad, tril, triu } from './shape-triangle.ts';
import { logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from './softmax.ts';
import { sort, topK } from './sort.ts';
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  ceil,
  cos,
  cosh,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  floor,
  log,
  log10,
  log1p,
  log2,
  neg,
  reciprocal,
  rint,
  round,
  rsqrt,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from './unary.ts';

export { ForiLoop } from './functional-flow.ts';
export { Scan } from './functional-flow.ts';
export { WhileLoop } from './functional-flow.ts';
export { abs } from './unary.ts';
export { absolute } from './functional-math-aliases.ts';
export { accumulateN } from './functional-math.ts';
export { acos } from './unary.ts';
export { acosh } from './unary.ts';
export { adam } from './optimizer.ts';
export { adamWeightDecay } from './optimizer.ts';
export { adaptiveAvgPool1d } from './functional-nn.ts';
export { adaptiveAvgPool2D as adaptiveAvgPool2d } from './pool.ts';
export { adaptiveAvgPool2DGrad } from './pool.ts';
export { add } from './elementwise.ts';
export { addN as addn } from './elementwise.ts';
export { addcdiv } from './elementwise.ts';
export { addcmul } from './elementwise.ts';
export { addmm } from './functional-nn.ts';
export { addmv } from './functional-nn.ts';
export { all } from './functional-reduce.ts';
export { amax } from './functional-reduce.ts';
export { amin } from './functional-reduce.ts';
export { aminmax } from './functional-reduce.ts';
export { any } from './functional-reduce.ts';
export { applyAdagrad } from './optimizer.ts';
export { applyCenteredRMSProp } from './optimizer.ts';
export { applyFtrl } from './optimizer.ts';
export { applyMomentum } from './optimizer.ts';
export { applyProximalAdagrad } from './optimizer.ts';
export { applyRMSProp } from './optimizer.ts';
export { arange } from './functional-creation.ts';
export { arccos } from './functional-math-aliases.ts';
export { arccosh } from './functional-math-aliases.ts';
export { arcsin } from './functional-math-aliases.ts';
export { arcsinh } from './functional-math-aliases.ts';
export { arctan } from './functional-math-aliases.ts';
export { arctan2 } from './functional-math-aliases.ts';
export { arctanh } from './functional-math-aliases.ts';
export { argMaxWithValue as argmaxWithValue } from './reduce-arg.ts';
export { argMinWithValue as argminWithValue } from './reduce-arg.ts';
export { argmax } from './functional-reduce.ts';
export { argmin } from './functional-reduce.ts';
export { argsort } from './functional-index.ts';
export { argwhere } from './functional-index.ts';
export { asin } from './unary.ts';
export { asinh } from './unary.ts';
export { atan } from './unary.ts';
export { atan2 } from './elementwise.ts';
export { atanh } from './unary.ts';
export { avgPool } from './pool.ts';
export { avgPool1d } from './functional-nn.ts';
export { avgPool2d } from './functional-nn.ts';
export { avgPoolGrad } from './pool.ts';
export { bCEWithLogitsLoss as binaryCrossEntropyWithLogits } from './loss-elementwise.ts';
export { bNInfer } from './norm.ts';
export { baddbmm } from './functional-nn.ts';
export { batchMatMul } from './matmul.ts';
export { batchNorm } from './functional-nn.ts';
export { batchNormUpdate } from './norm.ts';
export { bernoulli } from './functional-random.ts';
export { biasAdd } from './matmul.ts';
export { binaryCrossEntropy } from './loss-elementwise.ts';
export { bitwiseAnd } from './compare.ts';
export { bitwiseOr } from './compare.ts';
export { bitwiseXor } from './compare.ts';
export { bmm } from './functional-nn.ts';
export { bound } from './functional-bind.ts';
export { broadcastTensors } from './functional-shape.ts';
export { broadcastTo } from './shape.ts';
export { cast } from './compare.ts';
export { cat } from './functional-shape.ts';
export { ceLU as celu } from './activation.ts';
export { ceil } from './unary.ts';
export { chunk } from './functional-shape.ts';
export { clamp } from './functional-math.ts';
export { clampTensor } from './compare.ts';
export { clip } from './functional-math-aliases.ts';
export { clipByValue } from './functional-math.ts';
export { concat } from './shape-join.ts';
export { cond } from './functional-flow.ts';
export { conv1d } from './functional-nn.ts';
export { conv2D } from './conv.ts';
export { conv2DBackpropFilter } from './conv.ts';
export { conv2DBackpropInput } from './conv.ts';
export { conv2DTranspose } from './conv.ts';
export { conv2d } from './functional-nn.ts';
export { cos } from './unary.ts';
export { cosh } from './unary.ts';
export { countNonzero } from './functional-reduce-moments.ts';
export { crossEntropy } from './functional-loss.ts';
export { cumSum } from './reduce-scan.ts';
export { cumsum } from './functional-reduce.ts';
export { dense } from './matmul.ts';
export { diag } from './shape-triangle.ts';
export { diagPart } from './shape-triangle.ts';
export { diagonal } from './shape-triangle.ts';
export { diagonalGrad } from './shape-triangle.ts';
export { div } from './functional-math.ts';
export { divNoNan } from './elementwise.ts';
export { divide } from './functional-math-aliases.ts';
export { dot } from './functional-nn.ts';
export { dropout } from './functional-random.ts';
export { dropoutFromKey } from './random.ts';
export { elu } from './activation.ts';
export { eq } from './functional-math-aliases.ts';
export { equal } from './compare.ts';
export { erf } from './unary.ts';
export { erfc } from './unary.ts';
export { erfinv } from './unary.ts';
export { exp } from './unary.ts';
export { exp2 } from './unary.ts';
export { expand } from './functional-shape.ts';
export { expandDims } from './shape.ts';
export { expm1 } from './unary.ts';
export { eye } from './creation.ts';
export { fastGeLU as fastGelu } from './activation.ts';
export { fill } from './creation.ts';
export { flatten } from './functional-shape.ts';
export { flip } from './functional-shape.ts';
export { fliplr } from './functional-shape.ts';
export { flipud } from './functional-shape.ts';
export { floor } from './unary.ts';
export { floorDiv } from './elementwise.ts';
export { floorDivide } from './functional-math-aliases.ts';
export { floorMod } from './elementwise.ts';
export { forILoop } from './functional-flow.ts';
export { frac } from './functional-math.ts';
export { full } from './functional-creation.ts';
export { fullLike } from './functional-creation.ts';
export { gather } from './indexing.ts';
export { gatherD } from './functional-index.ts';
export { gatherDGrad } from './indexing.ts';
export { gatherElements } from './functional-index.ts';
export { gatherGrad } from './indexing.ts';
export { gatherNd } from './indexing.ts';
export { ge } from './functional-math-aliases.ts';
export { gelu } from './functional-math.ts';
export { greater } from './compare.ts';
export { greaterEqual } from './compare.ts';
export { groupNorm } from './functional-nn.ts';
export { gt } from './functional-math-aliases.ts';
export { hShrink as hardshrink } from './activation.ts';
export { hSigmoid as hardsigmoid } from './activation.ts';
export { hSwish as hardswish } from './activation.ts';
export { hardtanh } from './activation.ts';
export { hstack } from './functional-shape.ts';
export { huberLoss } from './loss-elementwise.ts';
export { index } from './indexing.ts';
export { indexPut } from './scatter.ts';
export { indexSelect } from './functional-index.ts';
export { inner } from './functional-nn.ts';
export { integersFromKey } from './random.ts';
export { invert } from './compare.ts';
export { isFinite as isfinite } from './compare.ts';
export { isInf as isinf } from './compare.ts';
export { isNan as isnan } from './compare.ts';
export { isTensor } from './functional-inspect.ts';
export { kLDivLoss as klDiv } from './loss-elementwise.ts';
export { l1LossExt as l1Loss } from './loss-elementwise.ts';
export { layerNorm } from './functional-nn.ts';
export { le } from './functional-math-aliases.ts';
export { leakyReLU as leakyRelu } from './activation.ts';
export { lerp } from './elementwise.ts';
export { less } from './compare.ts';
export { lessEqual } from './compare.ts';
export { linSpace as linspace } from './creation.ts';
export { log } from './unary.ts';
export { log10 } from './unary.ts';
export { log1p } from './unary.ts';
export { log2 } from './unary.ts';
export { logSigmoid as logsigmoid } from './activation.ts';
export { logSoftmax } from './softmax.ts';
export { logSoftmaxGrad } from './softmax.ts';
export { logSumExp as logsumexp } from './reduce.ts';
export { logicalAnd } from './compare.ts';
export { logicalNot } from './compare.ts';
export { logicalOr } from './compare.ts';
export { logicalXor } from './compare.ts';
export { logspace } from './functional-creation.ts';
export { lt } from './functional-math-aliases.ts';
export { mSELossExt as mseLoss } from './loss-elementwise.ts';
export { maskedFill } from './indexing.ts';
export { maskedSelect } from './indexing.ts';
export { matMul } from './matmul.ts';
export { matmul } from './functional-nn.ts';
export { max } from './functional-reduce.ts';
export { maxPool } from './pool.ts';
export { maxPool2d } from './functional-nn.ts';
export { maxPoolArgmax } from './pool.ts';
export { maxPoolGrad } from './pool.ts';
export { maximum } from './elementwise.ts';
export { mean } from './functional-reduce.ts';
export { meshgrid } from './functional-shape.ts';
export { min } from './functional-reduce.ts';
export { minimum } from './elementwise.ts';
export { mirrorPad } from './shape-pad.ts';
export { mish } from './activation.ts';
export { mm } from './functional-nn.ts';
export { mod as fmod } from './elementwise.ts';
export { moveaxis } from './functional-shape.ts';
export { movedim } from './functional-shape.ts';
export { mul } from './elementwise.ts';
export { multiply } from './functional-math-aliases.ts';
export { mv } from './functional-nn.ts';
export { nLLLossGrad } from './loss.ts';
export { narrow } from './functional-shape.ts';
export { ne } from './functional-math-aliases.ts';
export { neg } from './unary.ts';
export { negative } from './functional-math-aliases.ts';
export { newOnes } from './functional-creation.ts';
export { newZeros } from './functional-creation.ts';
export { nllLoss } from './functional-loss.ts';
export { nonZero } from './indexing.ts';
export { nonzero } from './functional-index.ts';
export { norm } from './functional-reduce-moments.ts';
export { normStats } from './norm.ts';
export { normal } from './functional-random.ts';
export { normalFromKey } from './random.ts';
export { normalize } from './norm.ts';
export { normalizeGrad } from './norm.ts';
export { notEqual } from './compare.ts';
export { numel } from './functional-inspect.ts';
export { oneHot } from './functional-index.ts';
export { ones } from './creation.ts';
export { onesLike } from './functional-creation.ts';
export { outer } from './functional-nn.ts';
export { pad } from './functional-shape.ts';
export { padV3 } from './shape-pad.ts';
export { padV3Grad } from './shape-pad.ts';
export { permutationFromKey } from './random.ts';
export { permute } from './functional-shape.ts';
export { pow } from './elementwise.ts';
export { prod } from './functional-reduce.ts';
export { proximalAdagradRows } from './optimizer-sparse.ts';
export { rand } from './functional-random.ts';
export { randLike } from './functional-random.ts';
export { randint } from './functional-random.ts';
export { randintLike } from './functional-random.ts';
export { randn } from './functional-random.ts';
export { randnLike } from './functional-random.ts';
export { randperm } from './functional-random.ts';
export { range } from './creation.ts';
export { rank } from './functional-inspect.ts';
export { ravel } from './functional-shape.ts';
export { reLU as relu } from './activation.ts';
export { reLU6 as relu6 } from './activation.ts';
export { realDiv } from './elementwise.ts';
export { reciprocal } from './unary.ts';
export { reduceAll } from './reduce.ts';
export { reduceAny } from './reduce.ts';
export { reduceMax } from './reduce.ts';
export { reduceMean } from './reduce.ts';
export { reduceMin } from './reduce.ts';
export { reduceProd } from './reduce.ts';
export { reduceSum } from './reduce.ts';
export { remainder } from './functional-math-aliases.ts';
export { repeatInterleave } from './functional-shape.ts';
export { reshape } from './shape.ts';
export { reverse } from './shape-slice.ts';
export { rint } from './unary.ts';
export { roll } from './shape-slice.ts';
export { round } from './unary.ts';
export { rsqrt } from './unary.ts';
export { scan } from './functional-flow.ts';
export { scatter } from './functional-index.ts';
export { scatterAdd } from './scatter.ts';
export { scatterMax } from './scatter.ts';
export { scatterMin } from './scatter.ts';
export { scatterMul } from './scatter.ts';
export { scatterNd } from './scatter.ts';
export { scatterNdAdd } from './scatter.ts';
export { scatterNdSub } from './scatter.ts';
export { scatterNdUpdate } from './scatter.ts';
export { scatterSub } from './scatter.ts';
export { scatterUpdate } from './scatter.ts';
export { seLU as selu } from './activation.ts';
export { select } from './compare.ts';
export { setSliceAt } from './shape-slice.ts';
export { sgd } from './optimizer.ts';
export { sgn } from './functional-math-aliases.ts';
export { shape } from './functional-inspect.ts';
export { siLU as silu } from './activation.ts';
export { sigmoid } from './activation.ts';
export { sign } from './unary.ts';
export { sin } from './unary.ts';
export { sinh } from './unary.ts';
export { size } from './functional-inspect.ts';
export { slice } from './shape-slice.ts';
export { sliceAt } from './shape-slice.ts';
export { sliceAtGrad } from './shape-slice.ts';
export { smoothL1Loss } from './loss-elementwise.ts';
export { softShrink as softshrink } from './activation.ts';
export { softmax } from './functional-nn.ts';
export { softmaxCrossEntropyWithLogits } from './loss.ts';
export { softmaxGrad } from './softmax.ts';
export { softmin } from './functional-nn.ts';
export { softplus } from './activation.ts';
export { softsign } from './activation.ts';
export { sort } from './sort.ts';
export { sparseApplyProximalAdagrad } from './optimizer-sparse.ts';
export { sparseSoftmaxCrossEntropyWithLogits } from './loss.ts';
export { split } from './functional-shape.ts';
export { sqrt } from './unary.ts';
export { square } from './unary.ts';
export { squaredDifference } from './elementwise.ts';
export { squeeze } from './shape.ts';
export { stack } from './shape-join.ts';
export { standardNormal } from './functional-random.ts';
export { std } from './functional-reduce-moments.ts';
export { stdMean } from './functional-reduce-moments.ts';
export { stridedSlice } from './shape-slice.ts';
export { sub } from './elementwise.ts';
export { subtract } from './functional-math.ts';
export { sum } from './functional-reduce.ts';
export { swapaxes } from './functional-shape.ts';
export { swapdims } from './functional-shape.ts';
export { tan } from './unary.ts';
export { tanh } from './unary.ts';
export { tanhshrink } from './functional-math.ts';
export { tensorScatterAdd } from './scatter.ts';
export { tensorScatterElements } from './scatter.ts';
export { tensorScatterMax } from './scatter.ts';
export { tensorScatterMin } from './scatter.ts';
export { tensorScatterMul } from './scatter.ts';
export { tensorScatterSub } from './scatter.ts';
export { tensorScatterUpdate } from './scatter.ts';
export { threshold } from './functional-math.ts';
export { tile } from './shape.ts';
export { topK } from './sort.ts';
export { topk } from './functional-index.ts';
export { trace } from './functional-shape.ts';
export { transpose } from './shape.ts';
export { tril } from './shape-triangle.ts';
export { triu } from './shape-triangle.ts';
export { trueDivide } from './functional-math-aliases.ts';
export { trunc } from './unary.ts';
export { truncateDiv } from './elementwise.ts';
export { truncateMod } from './elementwise.ts';
export { unbind } from './functional-shape.ts';
export { uniform } from './functional-random.ts';
export { uniformFromKey } from './random.ts';
export { uniformInt } from './random.ts';
export { uniformReal } from './random.ts';
export { unsqueeze } from './functional-shape.ts';
export { unstack } from './shape-join.ts';
export { varMean } from './functional-reduce-moments.ts';
export { variance } from './functional-reduce-moments.ts';
export { vstack } from './functional-shape.ts';
export { where } from './functional-math.ts';
export { whileLoop } from './functional-flow.ts';
export { xdivy } from './elementwise.ts';
export { xlogy } from './elementwise.ts';
export { zeros } from './creation.ts';
export { zerosLike } from './functional-creation.ts';

/** max(input, 0). The derivative at 0 is 0. */
export const ReLU: typeof reLU.Primitive = reLU.Primitive;
export type ReLU = InstanceType<typeof ReLU>;

/** min(max(input, 0), 6). The derivative at 0 is 0, at 6 it is 1. */
export const ReLU6: typeof reLU6.Primitive = reLU6.Primitive;
export type ReLU6 = InstanceType<typeof ReLU6>;

/** input where positive, else alpha · input. The derivative at 0 is (1 + alpha) / 2. */
export const LeakyReLU: typeof leakyReLU.Primitive = leakyReLU.Primitive;
export type LeakyReLU = InstanceType<typeof LeakyReLU>;

/** input where positive, else alpha · (exp(input) - 1). MindSpore for CPU has alpha = 1 only. */
export const Elu: typeof elu.Primitive = elu.Primitive;
export type Elu = InstanceType<typeof Elu>;

/** max(input, 0) + min(alpha · (exp(input / alpha) - 1), 0). */
export const CeLU: typeof ceLU.Primitive = ceLU.Primitive;
export type CeLU = InstanceType<typeof CeLU>;

/** λ · input where not negative, else λα · (exp(input) - 1), with α = 1.67326 and λ = 1.05070. */
export const SeLU: typeof seLU.Primitive = seLU.Primitive;
export type SeLU = InstanceType<typeof SeLU>;

/** 1 / (1 + exp(-input)). */
export const Sigmoid: typeof sigmoid.Primitive = sigmoid.Primitive;
export type Sigmoid = InstanceType<typeof Sigmoid>;

/** input · Φ(input) with the normal distribution function Φ ('none'), or 0.5 · input · (1 + tanh(√(2/π) · (input + 0.044715 · input³))) ('tanh', the class's default as MindSpore's kernel computes it). Hendrycks and Gimpel, 2016. */
export const GeLU: typeof geLU.Primitive = geLU.Primitive;
export type GeLU = InstanceType<typeof GeLU>;

/** input · sigmoid(1.702 · input). */
export const FastGeLU: typeof fastGeLU.Primitive = fastGeLU.Primitive;
export type FastGeLU = InstanceType<typeof FastGeLU>;

/** input · sigmoid(input), also called Swish. */
export const SiLU: typeof siLU.Primitive = siLU.Primitive;
export type SiLU = InstanceType<typeof SiLU>;

/** input · tanh(log(1 + exp(input))). Misra, 2019. */
export const Mish: typeof mish.Primitive = mish.Primitive;
export type Mish = InstanceType<typeof Mish>;

/** input · min(max(input + 3, 0), 6) / 6. At ±3 the derivative is that from inside. Howard et al., Searching for MobileNetV3, 2019. */
export const HSwish: typeof hSwish.Primitive = hSwish.Primitive;
export type HSwish = InstanceType<typeof HSwish>;

/** min(max(input + 3, 0), 6) / 6. The derivative at ±3 is 0. */
export const HSigmoid: typeof hSigmoid.Primitive = hSigmoid.Primitive;
export type HSigmoid = InstanceType<typeof HSigmoid>;

/** log(1 + exp(beta · input)) / beta, and input itself where beta · input exceeds the threshold. */
export const Softplus: typeof softplus.Primitive = softplus.Primitive;
export type Softplus = InstanceType<typeof Softplus>;

/** log(sigmoid(input)), without overflow. */
export const LogSigmoid: typeof logSigmoid.Primitive = logSigmoid.Primitive;
export type LogSigmoid = InstanceType<typeof LogSigmoid>;

/** input / (1 + |input|). */
export const Softsign: typeof softsign.Primitive = softsign.Primitive;
export type Softsign = InstanceType<typeof Softsign>;

/** min(max(input, minVal), maxVal). At the bounds the derivative is 1/2. */
export const Hardtanh: typeof hardtanh.Primitive = hardtanh.Primitive;
export type Hardtanh = InstanceType<typeof Hardtanh>;

/** input where |input| > lambd, else 0. */
export const HShrink: typeof hShrink.Primitive = hShrink.Primitive;
export type HShrink = InstanceType<typeof HShrink>;

/** input moved towards 0 by lambd; 0 where |input| ≤ lambd. */
export const SoftShrink: typeof softShrink.Primitive = softShrink.Primitive;
export type SoftShrink = InstanceType<typeof SoftShrink>;

/** input = other; NaN equals nothing. */
export const Equal: typeof equal.Primitive = equal.Primitive;
export type Equal = InstanceType<typeof Equal>;

/** input ≠ other. */
export const NotEqual: typeof notEqual.Primitive = notEqual.Primitive;
export type NotEqual = InstanceType<typeof NotEqual>;

/** input < other. */
export const Less: typeof less.Primitive = less.Primitive;
export type Less = InstanceType<typeof Less>;

/** input ≤ other. */
export const LessEqual: typeof lessEqual.Primitive = lessEqual.Primitive;
export type LessEqual = InstanceType<typeof LessEqual>;

/** input > other. */
export const Greater: typeof greater.Primitive = greater.Primitive;
export type Greater = InstanceType<typeof Greater>;

/** input ≥ other. */
export const GreaterEqual: typeof greaterEqual.Primitive = greaterEqual.Primitive;
export type GreaterEqual = InstanceType<typeof GreaterEqual>;

/** input and other; a number is true unless it is 0. */
export const LogicalAnd: typeof logicalAnd.Primitive = logicalAnd.Primitive;
export type LogicalAnd = InstanceType<typeof LogicalAnd>;

/** input or other; a number is true unless it is 0. */
export const LogicalOr: typeof logicalOr.Primitive = logicalOr.Primitive;
export type LogicalOr = InstanceType<typeof LogicalOr>;

/** Either input or other; a number is true unless it is 0. */
export const LogicalXor: typeof logicalXor.Primitive = logicalXor.Primitive;
export type LogicalXor = InstanceType<typeof LogicalXor>;

/** Not input; a number is true unless it is 0. */
export const LogicalNot: typeof logicalNot.Primitive = logicalNot.Primitive;
export type LogicalNot = InstanceType<typeof LogicalNot>;

/** Whether the element is NaN; integers never are. */
export const IsNan: typeof isNan.Primitive = isNan.Primitive;
export type IsNan = InstanceType<typeof IsNan>;

/** Whether the element is infinite; integers never are. */
export const IsInf: typeof isInf.Primitive = isInf.Primitive;
export type IsInf = InstanceType<typeof IsInf>;

/** Whether the element is neither infinite nor NaN; integers always are. */
export const IsFinite: typeof isFinite.Primitive = isFinite.Primitive;
export type IsFinite = InstanceType<typeof IsFinite>;

/** The bits set in both integers. */
export const BitwiseAnd: typeof bitwiseAnd.Primitive = bitwiseAnd.Primitive;
export type BitwiseAnd = InstanceType<typeof BitwiseAnd>;

/** The bits set in either integer. */
export const BitwiseOr: typeof bitwiseOr.Primitive = bitwiseOr.Primitive;
export type BitwiseOr = InstanceType<typeof BitwiseOr>;

/** The bits set in one of the integers only. */
export const BitwiseXor: typeof bitwiseXor.Primitive = bitwiseXor.Primitive;
export type BitwiseXor = InstanceType<typeof BitwiseXor>;

/** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
export const Invert: typeof invert.Primitive = invert.Primitive;
export type Invert = InstanceType<typeof Invert>;

/** input where the condition is true, else other; all three are broadcast. */
export const Select: typeof select.Primitive = select.Primitive;
export type Select = InstanceType<typeof Select>;

/** input with another dtype. Fractions are cut towards zero; what an integer dtype cannot hold becomes its nearest value and NaN becomes 0 (MindSpore leaves both to the machine); integers wrap. */
export const Cast: typeof cast.Primitive = cast.Primitive;
export type Cast = InstanceType<typeof Cast>;

/** The nearest value in [min, max]; max where min > max; NaN stays NaN. At a bound the gradient belongs to input. */
export const ClampTensor: typeof clampTensor.Primitive = clampTensor.Primitive;
export type ClampTensor = InstanceType<typeof ClampTensor>;

/** 2-D cross-correlation of (N, C, H, W) with (outChannel, C / group, height, width). padMode 'same' keeps ⌈H / stride⌉, the odd row of zeros below; 'pad' takes pad = n, (h, w) or (top, bottom, left, right). Halves are summed in float32. The dtypes must be the same. */
export const Conv2D: typeof conv2D.Primitive = conv2D.Primitive;
export type Conv2D = InstanceType<typeof Conv2D>;

/** The gradient of Conv2D by its input, of shape inputSizes; a transposed convolution. Attributes as those of the convolution. */
export const Conv2DBackpropInput: typeof conv2DBackpropInput.Primitive = conv2DBackpropInput.Primitive;
export type Conv2DBackpropInput = InstanceType<typeof Conv2DBackpropInput>;

/** The gradient of Conv2D by its weight, of shape filterSizes. Attributes as those of the convolution. */
export const Conv2DBackpropFilter: typeof conv2DBackpropFilter.Primitive = conv2DBackpropFilter.Primitive;
export type Conv2DBackpropFilter = InstanceType<typeof Conv2DBackpropFilter>;

/** The transposed 2-D convolution, whose result has shape inputSize: Conv2DBackpropInput under its other name. padList (top, bottom, left, right) takes the place of pad. */
export const Conv2DTranspose: typeof conv2DTranspose.Primitive = conv2DTranspose.Primitive;
export type Conv2DTranspose = InstanceType<typeof Conv2DTranspose>;

/** A tensor of a dtype and shape with one value everywhere; fractions are cut for integers. */
export const Fill: typeof fill.Primitive = fill.Primitive;
export type Fill = InstanceType<typeof Fill>;

/** Zeros of a shape; Float32 unless said otherwise. */
export const Zeros: typeof zeros.Primitive = zeros.Primitive;
export type Zeros = InstanceType<typeof Zeros>;

/** Ones of a shape; Float32 unless said otherwise. */
export const Ones: typeof ones.Primitive = ones.Primitive;
export type Ones = InstanceType<typeof Ones>;

/** Zeros of the shape and dtype of input. */
export const ZerosLike: typeof zerosLike.Primitive = zerosLike.Primitive;
export type ZerosLike = InstanceType<typeof ZerosLike>;

/** Ones of the shape and dtype of input. */
export const OnesLike: typeof onesLike.Primitive = onesLike.Primitive;
export type OnesLike = InstanceType<typeof OnesLike>;

/** start, start + step, ... up to but without end. Int64 when all three are whole numbers, else Float32. maxlen has no effect. */
export const Range: typeof range.Primitive = range.Primitive;
export type Range = InstanceType<typeof Range>;

/** Numbers at equal distances from start to end, both included exactly. Float32 for plain numbers. */
export const LinSpace: typeof linSpace.Primitive = linSpace.Primitive;
export type LinSpace = InstanceType<typeof LinSpace>;

/** Ones on the diagonal of n rows and m columns (n unless given), zeros elsewhere; Float32 unless said otherwise. */
export const Eye: typeof eye.Primitive = eye.Primitive;
export type Eye = InstanceType<typeof Eye>;

/** input + other; for bools their disjunction. */
export const Add: typeof add.Primitive = add.Primitive;
export type Add = InstanceType<typeof Add>;

/** input - other. */
export const Sub: typeof sub.Primitive = sub.Primitive;
export type Sub = InstanceType<typeof Sub>;

/** input · other; for bools their conjunction. */
export const Mul: typeof mul.Primitive = mul.Primitive;
export type Mul = InstanceType<typeof Mul>;

/** input / other as a fraction: integers and bools give Float32. */
export const Div: typeof div.Primitive = div.Primitive;
export type Div = InstanceType<typeof Div>;

/** input / other in their dtype: integers are cut towards zero, and x / 0 is 0 for them. */
export const RealDiv: typeof realDiv.Primitive = realDiv.Primitive;
export type RealDiv = InstanceType<typeof RealDiv>;

/** ⌊input / other⌋; for integers x / 0 is 0. */
export const FloorDiv: typeof floorDiv.Primitive = floorDiv.Primitive;
export type FloorDiv = InstanceType<typeof FloorDiv>;

/** input / other cut towards zero; for integers x / 0 is 0. */
export const TruncateDiv: typeof truncateDiv.Primitive = truncateDiv.Primitive;
export type TruncateDiv = InstanceType<typeof TruncateDiv>;

/** The remainder with the sign of other, as Python's %. Exact where MindSpore evaluates x - ⌊x/y⌋·y: a finite x and an infinite y of its sign give x, not NaN. */
export const FloorMod: typeof floorMod.Primitive = floorMod.Primitive;
export type FloorMod = InstanceType<typeof FloorMod>;

/** The remainder with the sign of input, as C's %. For integers 0 when other is 0. */
export const Mod: typeof mod.Primitive = mod.Primitive;
export type Mod = InstanceType<typeof Mod>;

/** The remainder with the sign of input: the same as Mod. */
export const TruncateMod: typeof truncateMod.Primitive = truncateMod.Primitive;
export type TruncateMod = InstanceType<typeof TruncateMod>;

/** input / other, and 0 where other is 0. */
export const DivNoNan: typeof divNoNan.Primitive = divNoNan.Primitive;
export type DivNoNan = InstanceType<typeof DivNoNan>;

/** input to the power exponent. Integers stay integers and wrap; their negative powers are 0 but for those of 1 and -1. Where input is 0 the derivative by an exponent that is not negative is 0. */
export const Pow: typeof pow.Primitive = pow.Primitive;
export type Pow = InstanceType<typeof Pow>;

/** The larger operand; NaN when either is NaN. Equal operands share the gradient in halves. */
export const Maximum: typeof maximum.Primitive = maximum.Primitive;
export type Maximum = InstanceType<typeof Maximum>;

/** The smaller operand; NaN when either is NaN. Equal operands share the gradient in halves. */
export const Minimum: typeof minimum.Primitive = minimum.Primitive;
export type Minimum = InstanceType<typeof Minimum>;

/** (input - other)². */
export const SquaredDifference: typeof squaredDifference.Primitive = squaredDifference.Primitive;
export type SquaredDifference = InstanceType<typeof SquaredDifference>;

/** The angle of the point (other, input) from the positive x axis, in (-π, π]. */
export const Atan2: typeof atan2.Primitive = atan2.Primitive;
export type Atan2 = InstanceType<typeof Atan2>;

/** input · log(other), and 0 where input is 0 (NaN where other is NaN), as documented; the kernels of MindSpore for CPU give NaN for log(0) there. */
export const Xlogy: typeof xlogy.Primitive = xlogy.Primitive;
export type Xlogy = InstanceType<typeof Xlogy>;

/** input / other, and 0 where input is 0, whatever other is. */
export const Xdivy: typeof xdivy.Primitive = xdivy.Primitive;
export type Xdivy = InstanceType<typeof Xdivy>;

/** The sum of tensors of one shape, from the first to the last. Dtypes are promoted where MindSpore refuses. */
export const AddN: typeof addN.Primitive = addN.Primitive;
export type AddN = InstanceType<typeof AddN>;

/** input + weight · (end - input). */
export const Lerp: typeof lerp.Primitive = lerp.Primitive;
export type Lerp = InstanceType<typeof Lerp>;

/** input + value · tensor1 · tensor2; value is 1 unless given. */
export const Addcmul: typeof addcmul.Primitive = addcmul.Primitive;
export type Addcmul = InstanceType<typeof Addcmul>;

/** input + value · tensor1 / tensor2; value is 1 unless given. */
export const Addcdiv: typeof addcdiv.Primitive = addcdiv.Primitive;
export type Addcdiv = InstanceType<typeof Addcdiv>;

/** Coordinates of a grid from 1-D tensors; 'xy' (default) has the first one along axis 1, 'ij' along axis 0. */
export const Meshgrid: typeof meshgridOp.Primitive = meshgridOp.Primitive;
export type Meshgrid = InstanceType<typeof Meshgrid>;

/** Slices of the parameters along an axis at the places given; negative ones count from the end. The first batchDims axes of both inputs go together. */
export const Gather: typeof gather.Primitive = gather.Primitive;
export type Gather = InstanceType<typeof Gather>;

/** Zeros of a shape with dout added at the places that Gather reads: its gradient. Internal. */
export const GatherGrad: typeof gatherGrad.Primitive = gatherGrad.Primitive;
export type GatherGrad = InstanceType<typeof GatherGrad>;

/** Slices of the input at the positions in the last axis of the indices, which must not be negative. */
export const GatherNd: typeof gatherNd.Primitive = gatherNd.Primitive;
export type GatherNd = InstanceType<typeof GatherNd>;

/** out[.., i, ..] = x[.., index[.., i, ..], ..] along an axis; negative places count from the end. Other axes of the index may be shorter. */
export const GatherD: typeof gatherDOp.Primitive = gatherDOp.Primitive;
export type GatherD = InstanceType<typeof GatherD>;

/** Zeros of a shape with dout added at the places that GatherD reads: its gradient. Internal. */
export const GatherDGrad: typeof gatherDGrad.Primitive = gatherDGrad.Primitive;
export type GatherDGrad = InstanceType<typeof GatherDGrad>;

/** x[i, j, ...] for integer tensors on the leading axes, which broadcast; negative ones count from the end. NumPy's advanced indexing. */
export const Index: typeof index.Primitive = index.Primitive;
export type Index = InstanceType<typeof Index>;

/** onValue where the new axis of `depth` elements is at the index, offValue elsewhere; an index outside [0, depth) gives offValue everywhere. */
export const OneHot: typeof oneHotOp.Primitive = oneHotOp.Primitive;
export type OneHot = InstanceType<typeof OneHot>;

/** value where the mask is true, else inputX. A fraction lifts an integer input to Float32 (MindSpore refuses it). */
export const MaskedFill: typeof maskedFill.Primitive = maskedFill.Primitive;
export type MaskedFill = InstanceType<typeof MaskedFill>;

/** Positions of the elements that are not zero, one row of coordinates each. The shape depends on the values, so it runs at once. */
export const NonZero: typeof nonZero.Primitive = nonZero.Primitive;
export type NonZero = InstanceType<typeof NonZero>;

/** The elements where the mask is true, as one axis; both inputs broadcast. The shape depends on the mask, which is read at once. */
export const MaskedSelect: typeof maskedSelect.Primitive = maskedSelect.Primitive;
export type MaskedSelect = InstanceType<typeof MaskedSelect>;

/** -Σ labels·log softmax(logits) of each row, and its gradient softmax(logits)·Σ labels - labels. For labels that add up to 1 the gradient is MindSpore's softmax - labels; labels get a gradient too (MindSpore: zeros). */
export const SoftmaxCrossEntropyWithLogits: typeof softmaxCrossEntropyWithLogits.Primitive =
  softmaxCrossEntropyWithLogits.Primitive;
export type SoftmaxCrossEntropyWithLogits = InstanceType<typeof SoftmaxCrossEntropyWithLogits>;

/** The mean of -log softmax(logits)[label] over the rows, or with isGrad its gradient by the logits. A label outside [0, C) is an error (MindSpore: inf). */
export const SparseSoftmaxCrossEntropyWithLogits: typeof sparseSoftmaxCrossEntropyWithLogits.Primitive =
  sparseSoftmaxCrossEntropyWithLogits.Primitive;
export type SparseSoftmaxCrossEntropyWithLogits = InstanceType<typeof SparseSoftmaxCrossEntropyWithLogits>;

/** -weight[label]·logits[label] of logarithms of probabilities (N, C, ...), 0 where the label is ignoreIndex; kept, summed, or divided by the sum of the weights of the labels, which is the second output. labelSmoothing s takes 1 - s of that and s/C of the weighted sum over all classes. A label outside [0, C) is an error. */
export const NLLLoss: typeof nLLLoss.Primitive = nLLLoss.Primitive;
export type NLLLoss = InstanceType<typeof NLLLoss>;

/** The gradient of NLLLoss by its logits, which does not depend on them. Internal. */
export const NLLLossGrad: typeof nLLLossGrad.Primitive = nLLLossGrad.Primitive;
export type NLLLossGrad = InstanceType<typeof NLLLossGrad>;

/** (input - target)², kept, summed or averaged. */
export const MSELossExt: typeof mSELossExt.Primitive = mSELossExt.Primitive;
export type MSELossExt = InstanceType<typeof MSELossExt>;

/** |input - target|, kept, summed or averaged. The derivative where they are equal is 0. */
export const L1LossExt: typeof l1LossExt.Primitive = l1LossExt.Primitive;
export type L1LossExt = InstanceType<typeof L1LossExt>;

/** With d = input - target: d²/2 where |d| < delta, else delta·(|d| - delta/2); kept, summed or averaged. */
export const HuberLoss: typeof huberLoss.Primitive = huberLoss.Primitive;
export type HuberLoss = InstanceType<typeof HuberLoss>;

/** With d = prediction - target: d²/(2·beta) where |d| < beta, else |d| - beta/2; kept, summed or averaged. The shapes must be the same. Girshick, 2015. */
export const SmoothL1Loss: typeof smoothL1Loss.Primitive = smoothL1Loss.Primitive;
export type SmoothL1Loss = InstanceType<typeof SmoothL1Loss>;

/** -weight·(t·log p + (1 - t)·log(1 - p)) of probabilities p, kept, summed or averaged; p and 1 - p count as 1e-12 at least. Shapes and dtypes must be the same. */
export const BinaryCrossEntropy: typeof binaryCrossEntropy.Primitive = binaryCrossEntropy.Primitive;
export type BinaryCrossEntropy = InstanceType<typeof BinaryCrossEntropy>;

/** weight·((1 - t)·x + (1 + (posWeight - 1)·t)·log(1 + e⁻ˣ)) of logits x, computed without overflow; kept, summed or averaged. weight and posWeight broadcast and default to 1. */
export const BCEWithLogitsLoss: typeof bCEWithLogitsLoss.Primitive = bCEWithLogitsLoss.Primitive;
export type BCEWithLogitsLoss = InstanceType<typeof BCEWithLogitsLoss>;

/** labels·(log labels - logits) for logarithms of probabilities in logits, 0 where a label is 0; kept, summed or averaged over all elements, with 'batchmean' the sum over the size of axis 0. */
export const KLDivLoss: typeof kLDivLoss.Primitive = kLDivLoss.Primitive;
export type KLDivLoss = InstanceType<typeof KLDivLoss>;

/** The product of two matrices, either of them transposed first. Halves are summed in float32. The dtypes must be the same. */
export const MatMul: typeof matMul.Primitive = matMul.Primitive;
export type MatMul = InstanceType<typeof MatMul>;

/** Products of the matrices in the last two axes, either transposed first; the axes before them broadcast. Halves are summed in float32. The dtypes must be the same. */
export const BatchMatMul: typeof batchMatMul.Primitive = batchMatMul.Primitive;
export type BatchMatMul = InstanceType<typeof BatchMatMul>;

/** A 1-D bias added along axis 1, with dataFormat 'NHWC' along the last axis. The dtypes must be the same. */
export const BiasAdd: typeof biasAdd.Primitive = biasAdd.Primitive;
export type BiasAdd = InstanceType<typeof BiasAdd>;

/** input weightᵀ + bias over the last axis of the input; the weight has shape (out, in), or (in) for one output without an axis. The dtypes must be the same. */
export const Dense: typeof dense.Primitive = dense.Primitive;
export type Dense = InstanceType<typeof Dense>;

/** Mean and biased variance over axes, which stay as 1; Float32 for halves. Internal: what the normalisations share. */
export const NormStats: typeof normStats.Primitive = normStats.Primitive;
export type NormStats = InstanceType<typeof NormStats>;

/** (x - mean) / √(variance + ε) · gamma + beta. Mean and variance must be the statistics of x over the axes: the gradient by x contains their own, and they get none. Internal: what the normalisations share. */
export const Normalize: typeof normalize.Primitive = normalize.Primitive;
export type Normalize = InstanceType<typeof Normalize>;

/** The gradients of Normalize: with h = dout·gamma and y the normalised x, dx = (h - mean(h) - y·mean(h·y)) / √(variance + ε), dgamma = Σ dout·y, dbeta = Σ dout. Internal. */
export const NormalizeGrad: typeof normalizeGrad.Primitive = normalizeGrad.Primitive;
export type NormalizeGrad = InstanceType<typeof NormalizeGrad>;

/** (x - mean) / √(variance + ε) · gamma + beta with the statistics over the axes from beginNormAxis on; gamma and beta have the shape of the axes from beginParamsAxis on. Also gives mean and biased variance. Ba, Kiros and Hinton, 2016. */
export const LayerNorm: typeof layerNormOp.Primitive = layerNormOp.Primitive;
export type LayerNorm = InstanceType<typeof LayerNorm>;

/** (x - mean) / √(variance + ε) · scale + bias with given statistics per channel of axis 1. Internal: batch normalisation at inference. */
export const BNInfer: typeof bNInfer.Primitive = bNInfer.Primitive;
export type BNInfer = InstanceType<typeof BNInfer>;

/** mean = (1 - momentum)·mean + momentum·batchMean, the same for the variance, made unbiased by count / (count - 1). In place. Internal: the running statistics of batch normalisation. */
export const BatchNormUpdate: typeof batchNormUpdate.Primitive = batchNormUpdate.Primitive;
export type BatchNormUpdate = InstanceType<typeof BatchNormUpdate>;

/** (x - mean) / √(variance + ε) · scale + bias per channel of axis 1. In training with the statistics of the batch (biased variance), and mean and variance, if Parameters, become (1 - momentum)·old + momentum·batch in place (unbiased variance; MindSpore gives NaN for a batch of one element, here it counts as biased). Also gives the statistics used, twice, as MindSpore does. Ioffe and Szegedy, 2015. */
export const BatchNorm: typeof batchNormOp.Primitive = batchNormOp.Primitive;
export type BatchNorm = InstanceType<typeof BatchNorm>;

/** accum += grad²; prox = var - lr·grad/√accum; var = sign(prox)·max(|prox| - rate·l1, 0) / (1 + rate·l2). rate is lr, as MindSpore documents it, or with proximalRate 'adagrad' lr/√accum, as its kernels compute it (the same when l1 = l2 = 0). Duchi and Singer, JMLR 10, 2009. */
export const ApplyProximalAdagrad: typeof applyProximalAdagrad.Primitive = applyProximalAdagrad.Primitive;
export type ApplyProximalAdagrad = InstanceType<typeof ApplyProximalAdagrad>;

/** accum += grad² (kept as it is when updateSlots is false); var -= lr·grad/√accum. Duchi, Hazan and Singer, JMLR 12, 2011. */
export const ApplyAdagrad: typeof applyAdagrad.Primitive = applyAdagrad.Primitive;
export type ApplyAdagrad = InstanceType<typeof ApplyAdagrad>;

/** m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·√(1-β2ᵗ)/(1-β1ᵗ)·m/(√v + ε), with β1·m + (1-β1)·g in place of m for Nesterov. ε is outside the bias correction. Kingma and Ba, 2014. */
export const Adam: typeof adam.Primitive = adam.Primitive;
export type Adam = InstanceType<typeof Adam>;

/** m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·(m/(√v + ε) + decay·var). No bias correction. Loshchilov and Hutter, 2017. */
export const AdamWeightDecay: typeof adamWeightDecay.Primitive = adamWeightDecay.Primitive;
export type AdamWeightDecay = InstanceType<typeof AdamWeightDecay>;

/** accumulation = accumulation·momentum + gradient·gradientScale; variable -= lr·accumulation, or with Nesterov lr·(gradient + momentum·accumulation). Returns the variable. */
export const ApplyMomentum: typeof applyMomentum.Primitive = applyMomentum.Primitive;
export type ApplyMomentum = InstanceType<typeof ApplyMomentum>;

/** g = gradient + weightDecay·p; accum = g where stat > 0 (the first step), else momentum·accum + (1-dampening)·g; p -= lr·accum, or with nesterov lr·(g + momentum·accum); stat = 0. Without momentum p -= lr·g. Returns the parameters. */
export const SGD: typeof sgd.Primitive = sgd.Primitive;
export type SGD = InstanceType<typeof SGD>;

/** meanSquare = decay·meanSquare + (1-decay)·grad²; moment = momentum·moment + lr·grad/√(meanSquare + ε); var -= moment. Returns var. */
export const ApplyRMSProp: typeof applyRMSProp.Primitive = applyRMSProp.Primitive;
export type ApplyRMSProp = InstanceType<typeof ApplyRMSProp>;

/** meanGradient and meanSquare are moving averages of grad and grad²; moment = momentum·moment + lr·grad/√(meanSquare - meanGradient² + ε); var -= moment. Returns var. */
export const ApplyCenteredRMSProp: typeof applyCenteredRMSProp.Primitive = applyCenteredRMSProp.Primitive;
export type ApplyCenteredRMSProp = InstanceType<typeof ApplyCenteredRMSProp>;

/** n = accum + grad²; linear += grad - (n^-lrPower - accum^-lrPower)/lr·var; var = (sign(linear)·l1 - linear)/(n^-lrPower/lr + 2·l2) where |linear| > l1, else 0; accum = n. Returns var. McMahan et al., KDD 2013. */
export const ApplyFtrl: typeof applyFtrl.Primitive = applyFtrl.Primitive;
export type ApplyFtrl = InstanceType<typeof ApplyFtrl>;

/** ApplyProximalAdagrad where touched (broadcast) is true; the rest stays. Internal: what SparseApplyProximalAdagrad does once it has summed the gradient. */
export const ProximalAdagradRows: typeof proximalAdagradRows.Primitive = proximalAdagradRows.Primitive;
export type ProximalAdagradRows = InstanceType<typeof ProximalAdagradRows>;

/** ApplyProximalAdagrad on the rows that the indices name, with a gradient of these rows; rows named twice get the sum of their gradients. Other rows stay as they are. */
export const SparseApplyProximalAdagrad: typeof sparseApplyProximalAdagrad.Primitive =
  sparseApplyProximalAdagrad.Primitive;
export type SparseApplyProximalAdagrad = InstanceType<typeof SparseApplyProximalAdagrad>;

/** The greatest element of each window of a plane; NaN wins (MindSpore's CPU kernel passes over it). padMode 'pad' with pad, dilation and ceilMode are additions to MindSpore's class. */
export const MaxPool: typeof maxPool.Primitive = maxPool.Primitive;
export type MaxPool = InstanceType<typeof MaxPool>;

/** Where the greatest element of each window lies in its plane (y·W + x), of several the first. Internal. */
export const MaxPoolArgmax: typeof maxPoolArgmax.Primitive = maxPoolArgmax.Primitive;
export type MaxPoolArgmax = InstanceType<typeof MaxPoolArgmax>;

/** The gradient of MaxPool: each element sums the gradients of the windows whose greatest element it is. Internal. */
export const MaxPoolGrad: typeof maxPoolGrad.Primitive = maxPoolGrad.Primitive;
export type MaxPoolGrad = InstanceType<typeof MaxPoolGrad>;

/** The mean of each window of a plane. With padMode 'same' the zeros around the input do not count, with 'pad' they do unless countIncludePad is false. 'pad', ceilMode, countIncludePad and divisorOverride are additions to MindSpore's class. */
export const AvgPool: typeof avgPool.Primitive = avgPool.Primitive;
export type AvgPool = InstanceType<typeof AvgPool>;

/** The gradient of AvgPool: each element sums its shares of the windows over it. Internal. */
export const AvgPoolGrad: typeof avgPoolGrad.Primitive = avgPoolGrad.Primitive;
export type AvgPoolGrad = InstanceType<typeof AvgPoolGrad>;

/** Means of outputSize windows that divide each plane as evenly as possible: window o of n is [⌊o·H/n⌋, ⌈(o+1)·H/n⌉). null keeps an extent. */
export const AdaptiveAvgPool2D: typeof adaptiveAvgPool2D.Primitive = adaptiveAvgPool2D.Primitive;
export type AdaptiveAvgPool2D = InstanceType<typeof AdaptiveAvgPool2D>;

/** The gradient of AdaptiveAvgPool2D. Internal. */
export const AdaptiveAvgPool2DGrad: typeof adaptiveAvgPool2DGrad.Primitive = adaptiveAvgPool2DGrad.Primitive;
export type AdaptiveAvgPool2DGrad = InstanceType<typeof AdaptiveAvgPool2DGrad>;

/** Numbers distributed uniformly over [0, 1), from a key of two words. */
export const UniformFromKey: typeof uniformFromKey.Primitive = uniformFromKey.Primitive;
export type UniformFromKey = InstanceType<typeof UniformFromKey>;

/** Numbers of the standard normal distribution (Box and Muller), from a key of two words. */
export const NormalFromKey: typeof normalFromKey.Primitive = normalFromKey.Primitive;
export type NormalFromKey = InstanceType<typeof NormalFromKey>;

/** Whole numbers distributed uniformly over [minval, maxval), from a key of two words; minval where that is empty. */
export const IntegersFromKey: typeof integersFromKey.Primitive = integersFromKey.Primitive;
export type IntegersFromKey = InstanceType<typeof IntegersFromKey>;

/** x / keepProb where a number drawn for the element from the key is below keepProb, else 0. The gradient draws the same numbers again. */
export const DropoutFromKey: typeof dropoutFromKey.Primitive = dropoutFromKey.Primitive;
export type DropoutFromKey = InstanceType<typeof DropoutFromKey>;

/** The numbers from 0 to n - 1 in random order (Fisher and Yates), from a key of two words. */
export const PermutationFromKey: typeof permutationFromKey.Primitive = permutationFromKey.Primitive;
export type PermutationFromKey = InstanceType<typeof PermutationFromKey>;

/** Float32 numbers distributed uniformly over [0, 1). Each pair of seeds is a stream of its own, shared by all instances. */
export const UniformReal: typeof uniformReal.Primitive = uniformReal.Primitive;
export type UniformReal = InstanceType<typeof UniformReal>;

/** Float32 numbers of the standard normal distribution. Each pair of seeds is a stream of its own, shared by all instances. */
export const StandardNormal: typeof standardNormal.Primitive = standardNormal.Primitive;
export type StandardNormal = InstanceType<typeof StandardNormal>;

/** Whole numbers distributed uniformly over [minval, maxval). */
export const UniformInt: typeof uniformInt.Primitive = uniformInt.Primitive;
export type UniformInt = InstanceType<typeof UniformInt>;

/** x / keepProb with probability keepProb, else 0, and the mask of what was kept, in the dtype of x. */
export const Dropout: typeof dropout.Primitive = dropout.Primitive;
export type Dropout = InstanceType<typeof Dropout>;

/** The sum over axes, in the dtype of x (halves are added in float32); for bools whether any is true. With skipMode no axis means none instead of all. */
export const ReduceSum: typeof reduceSum.Primitive = reduceSum.Primitive;
export type ReduceSum = InstanceType<typeof ReduceSum>;

/** The mean over axes (halves are added in float32). Integers stay integers: the sum in 64 bits, divided and cut towards zero. */
export const ReduceMean: typeof reduceMean.Primitive = reduceMean.Primitive;
export type ReduceMean = InstanceType<typeof ReduceMean>;

/** The largest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient. */
export const ReduceMax: typeof reduceMax.Primitive = reduceMax.Primitive;
export type ReduceMax = InstanceType<typeof ReduceMax>;

/** The smallest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient. */
export const ReduceMin: typeof reduceMin.Primitive = reduceMin.Primitive;
export type ReduceMin = InstanceType<typeof ReduceMin>;

/** The product over axes (halves in float32); for bools whether all are true. The gradient is right at zeros; second derivatives are where no element is 0. */
export const ReduceProd: typeof reduceProd.Primitive = reduceProd.Primitive;
export type ReduceProd = InstanceType<typeof ReduceProd>;

/** Whether all elements over axes are true; numbers are unless 0. */
export const ReduceAll: typeof reduceAll.Primitive = reduceAll.Primitive;
export type ReduceAll = InstanceType<typeof ReduceAll>;

/** Whether any element over axes is true; numbers are unless 0. */
export const ReduceAny: typeof reduceAny.Primitive = reduceAny.Primitive;
export type ReduceAny = InstanceType<typeof ReduceAny>;

/** log Σ exp(input) over axes, without overflow. Integers give Float32. Infinite elements give what the limit is; MindSpore gives NaN. */
export const LogSumExp: typeof logSumExp.Primitive = logSumExp.Primitive;
export type LogSumExp = InstanceType<typeof LogSumExp>;

/** The place of the largest element along an axis, of equal ones the first; NaN counts as the largest, as in NumPy. */
export const Argmax: typeof argmax.Primitive = argmax.Primitive;
export type Argmax = InstanceType<typeof Argmax>;

/** The place of the smallest element along an axis, of equal ones the first; NaN counts as the smallest, as in NumPy. */
export const Argmin: typeof argmin.Primitive = argmin.Primitive;
export type Argmin = InstanceType<typeof Argmin>;

/** The place and the value of the largest element along an axis, of equal ones the first; NaN counts as the largest. */
export const ArgMaxWithValue: typeof argMaxWithValue.Primitive = argMaxWithValue.Primitive;
export type ArgMaxWithValue = InstanceType<typeof ArgMaxWithValue>;

/** The place and the value of the smallest element along an axis, of equal ones the first; NaN counts as the smallest. */
export const ArgMinWithValue: typeof argMinWithValue.Primitive = argMinWithValue.Primitive;
export type ArgMinWithValue = InstanceType<typeof ArgMinWithValue>;

/** Running sums along an axis; exclusive leaves the element itself out, reverse starts at the end. Floats are added in float64. */
export const CumSum: typeof cumSum.Primitive = cumSum.Primitive;
export type CumSum = InstanceType<typeof CumSum>;

/** Zeros of a shape with the updates added at the positions in the last axis of the indices, which must not be negative. */
export const ScatterNd: typeof scatterNd.Primitive = scatterNd.Primitive;
export type ScatterNd = InstanceType<typeof ScatterNd>;

/** A copy of the input with slices replaced; of several updates of one element the last one counts. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterUpdate: typeof tensorScatterUpdate.Primitive = tensorScatterUpdate.Primitive;
export type TensorScatterUpdate = InstanceType<typeof TensorScatterUpdate>;

/** A copy of the input with the updates added to slices. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterAdd: typeof tensorScatterAdd.Primitive = tensorScatterAdd.Primitive;
export type TensorScatterAdd = InstanceType<typeof TensorScatterAdd>;

/** A copy of the input with the updates subtracted from slices. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterSub: typeof tensorScatterSub.Primitive = tensorScatterSub.Primitive;
export type TensorScatterSub = InstanceType<typeof TensorScatterSub>;

/** A copy of the input with slices multiplied by the updates. Where an update is 0 its gradient is exact only if no other update meets that element. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterMul: typeof tensorScatterMul.Primitive = tensorScatterMul.Primitive;
export type TensorScatterMul = InstanceType<typeof TensorScatterMul>;

/** A copy of the input with the greater of element and update; NaN wins. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterMax: typeof tensorScatterMax.Primitive = tensorScatterMax.Primitive;
export type TensorScatterMax = InstanceType<typeof TensorScatterMax>;

/** A copy of the input with the lesser of element and update; NaN wins. Positions are in the last axis of the indices and must not be negative. */
export const TensorScatterMin: typeof tensorScatterMin.Primitive = tensorScatterMin.Primitive;
export type TensorScatterMin = InstanceType<typeof TensorScatterMin>;

/** A copy of the data with data[.., indices[.., i, ..], ..] = updates[.., i, ..] along an axis, or += with reduction 'add'; negative places count from the end. Out-of-range ones are an error (MindSpore's CPU kernel skips them). */
export const TensorScatterElements: typeof tensorScatterElements.Primitive = tensorScatterElements.Primitive;
export type TensorScatterElements = InstanceType<typeof TensorScatterElements>;

/** A copy of the input with input[i, j, ...] = values (or += with accumulate) for integer tensors on the leading axes, which broadcast, as do the values; negative ones count from the end. */
export const IndexPut: typeof indexPut.Primitive = indexPut.Primitive;
export type IndexPut = InstanceType<typeof IndexPut>;

/** inputX[indices] = updates, by rows. In place on a Parameter, which is also the result. */
export const ScatterUpdate: typeof scatterUpdate.Primitive = scatterUpdate.Primitive;
export type ScatterUpdate = InstanceType<typeof ScatterUpdate>;

/** inputX[indices] += updates, by rows. In place on a Parameter, which is also the result. */
export const ScatterAdd: typeof scatterAdd.Primitive = scatterAdd.Primitive;
export type ScatterAdd = InstanceType<typeof ScatterAdd>;

/** inputX[indices] -= updates, by rows. In place on a Parameter, which is also the result. */
export const ScatterSub: typeof scatterSub.Primitive = scatterSub.Primitive;
export type ScatterSub = InstanceType<typeof ScatterSub>;

/** inputX[indices] *= updates, by rows. In place on a Parameter, which is also the result. */
export const ScatterMul: typeof scatterMul.Primitive = scatterMul.Primitive;
export type ScatterMul = InstanceType<typeof ScatterMul>;

/** inputX[indices] = max(inputX[indices], updates), by rows. In place on a Parameter, which is also the result. */
export const ScatterMax: typeof scatterMax.Primitive = scatterMax.Primitive;
export type ScatterMax = InstanceType<typeof ScatterMax>;

/** inputX[indices] = min(inputX[indices], updates), by rows. In place on a Parameter, which is also the result. */
export const ScatterMin: typeof scatterMin.Primitive = scatterMin.Primitive;
export type ScatterMin = InstanceType<typeof ScatterMin>;

/** inputX[indices] = updates, by positions. In place on a Parameter, which is also the result. */
export const ScatterNdUpdate: typeof scatterNdUpdate.Primitive = scatterNdUpdate.Primitive;
export type ScatterNdUpdate = InstanceType<typeof ScatterNdUpdate>;

/** inputX[indices] += updates, by positions. In place on a Parameter, which is also the result. */
export const ScatterNdAdd: typeof scatterNdAdd.Primitive = scatterNdAdd.Primitive;
export type ScatterNdAdd = InstanceType<typeof ScatterNdAdd>;

/** inputX[indices] -= updates, by positions. In place on a Parameter, which is also the result. */
export const ScatterNdSub: typeof scatterNdSub.Primitive = scatterNdSub.Primitive;
export type ScatterNdSub = InstanceType<typeof ScatterNdSub>;

/** The same elements in another shape, of which one axis may be -1: whatever is left. Shares the elements. */
export const Reshape: typeof reshape.Primitive = reshape.Primitive;
export type Reshape = InstanceType<typeof Reshape>;

/** Shape (N, rest): all axes but the first as one. */
export const Flatten: typeof flattenOp.Primitive = flattenOp.Primitive;
export type Flatten = InstanceType<typeof Flatten>;

/** A new axis of size 1 at a place in [-rank - 1, rank]. */
export const ExpandDims: typeof expandDims.Primitive = expandDims.Primitive;
export type ExpandDims = InstanceType<typeof ExpandDims>;

/** Without the axes of size 1, or without those among the given ones; axes of other sizes stay. */
export const Squeeze: typeof squeeze.Primitive = squeeze.Primitive;
export type Squeeze = InstanceType<typeof Squeeze>;

/** The axes in another order: axis i of the output is axis dims[i] of the input. */
export const Transpose: typeof transpose.Primitive = transpose.Primitive;
export type Transpose = InstanceType<typeof Transpose>;

/** Repeated along axes of size 1 and along new axes in front, by NumPy's rule; -1 keeps an axis of the input. */
export const BroadcastTo: typeof broadcastTo.Primitive = broadcastTo.Primitive;
export type BroadcastTo = InstanceType<typeof BroadcastTo>;

/** The input repeated dims[i] times along axis i; the shorter of shape and dims gets ones in front. */
export const Tile: typeof tile.Primitive = tile.Primitive;
export type Tile = InstanceType<typeof Tile>;

/** Tensors laid end to end along an axis. Different dtypes are promoted (MindSpore refuses them). */
export const Concat: typeof concat.Primitive = concat.Primitive;
export type Concat = InstanceType<typeof Concat>;

/** Tensors of one shape along a new axis. */
export const Stack: typeof stack.Primitive = stack.Primitive;
export type Stack = InstanceType<typeof Stack>;

/** outputNum equal parts along an axis. */
export const Split: typeof splitOp.Primitive = splitOp.Primitive;
export type Split = InstanceType<typeof Split>;

/** The slices along an axis, without it. num is the number expected. */
export const Unstack: typeof unstack.Primitive = unstack.Primitive;
export type Unstack = InstanceType<typeof Unstack>;

/** before[d] and after[d] elements more along each axis (fewer where negative): a value, the mirror image without (reflect) or with (symmetric) the edge, the edge repeated, or the other end (circular). Internal: see ops.pad. */
export const PadV3: typeof padV3.Primitive = padV3.Primitive;
export type PadV3 = InstanceType<typeof PadV3>;

/** dout summed at the places that PadV3 shows: its gradient, but for a constant. Internal. */
export const PadV3Grad: typeof padV3Grad.Primitive = padV3Grad.Primitive;
export type PadV3Grad = InstanceType<typeof PadV3Grad>;

/** Zeros around the input: paddings[d] = (before, after) for axis d. */
export const Pad: typeof padOp.Primitive = padOp.Primitive;
export type Pad = InstanceType<typeof Pad>;

/** The mirror image around the input, without (REFLECT) or with (SYMMETRIC) the edge. */
export const MirrorPad: typeof mirrorPad.Primitive = mirrorPad.Primitive;
export type MirrorPad = InstanceType<typeof MirrorPad>;

/** Elements begin + step·i, size many of them along each axis; begin is an operand. Internal: what slices run. */
export const SliceAt: typeof sliceAt.Primitive = sliceAt.Primitive;
export type SliceAt = InstanceType<typeof SliceAt>;

/** Zeros of a shape with dout at the places begin + step·i: the gradient of a slice. Internal. */
export const SliceAtGrad: typeof sliceAtGrad.Primitive = sliceAtGrad.Primitive;
export type SliceAtGrad = InstanceType<typeof SliceAtGrad>;

/** The input with its elements begin + step·i replaced by those of value. Internal: assignment by index. */
export const SetSliceAt: typeof setSliceAt.Primitive = setSliceAt.Primitive;
export type SetSliceAt = InstanceType<typeof SetSliceAt>;

/** Elements begin + step·i, size many of them along each axis, -1 = up to the end. The step (default 1, may be negative) is an addition to MindSpore. */
export const Slice: typeof slice.Primitive = slice.Primitive;
export type Slice = InstanceType<typeof Slice>;

/** Python's x[begin:end:stride, ...]. Bit i of a mask: begin or end left out, an ellipsis, a new axis, an axis dropped (x[begin]). */
export const StridedSlice: typeof stridedSlice.Primitive = stridedSlice.Primitive;
export type StridedSlice = InstanceType<typeof StridedSlice>;

/** The elements in reverse order along the given axes. */
export const ReverseV2: typeof reverse.Primitive = reverse.Primitive;
export type ReverseV2 = InstanceType<typeof ReverseV2>;

/** Elements moved by `shifts` places along `dims`; those pushed out at the end come in at the start. Without dims as if the input had one axis. */
export const Roll: typeof roll.Primitive = roll.Primitive;
export type Roll = InstanceType<typeof Roll>;

/** Elements on and below a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere. */
export const Tril: typeof tril.Primitive = tril.Primitive;
export type Tril = InstanceType<typeof Tril>;

/** Elements on and above a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere. */
export const Triu: typeof triu.Primitive = triu.Primitive;
export type Triu = InstanceType<typeof Triu>;

/** Shape s becomes s + s: the elements where both halves of the index agree, zeros elsewhere. */
export const Diag: typeof diag.Primitive = diag.Primitive;
export type Diag = InstanceType<typeof Diag>;

/** Shape s + s becomes s: the elements where both halves of the index agree. Internal: the gradient of Diag. */
export const DiagPart: typeof diagPart.Primitive = diagPart.Primitive;
export type DiagPart = InstanceType<typeof DiagPart>;

/** The elements [.., r, .., r + offset, ..] of the axes dim1 and dim2, as a new last axis. */
export const Diagonal: typeof diagonal.Primitive = diagonal.Primitive;
export type Diagonal = InstanceType<typeof Diagonal>;

/** Zeros of a shape with dout on a diagonal: the gradient of Diagonal. Internal. */
export const DiagonalGrad: typeof diagonalGrad.Primitive = diagonalGrad.Primitive;
export type DiagonalGrad = InstanceType<typeof DiagonalGrad>;

/** exp(x) / Σ exp(x) along an axis or several, with the greatest element subtracted first. Halves are computed in float32. */
export const Softmax: typeof softmax.Primitive = softmax.Primitive;
export type Softmax = InstanceType<typeof Softmax>;

/** out · (dout - Σ dout·out): the gradient of Softmax. Internal. */
export const SoftmaxGrad: typeof softmaxGrad.Primitive = softmaxGrad.Primitive;
export type SoftmaxGrad = InstanceType<typeof SoftmaxGrad>;

/** x - max - log Σ exp(x - max) along an axis or several. Halves are computed in float32. */
export const LogSoftmax: typeof logSoftmax.Primitive = logSoftmax.Primitive;
export type LogSoftmax = InstanceType<typeof LogSoftmax>;

/** dout - exp(out) · Σ dout: the gradient of LogSoftmax. Internal. */
export const LogSoftmaxGrad: typeof logSoftmaxGrad.Primitive = logSoftmaxGrad.Primitive;
export type LogSoftmaxGrad = InstanceType<typeof LogSoftmaxGrad>;

/** The elements in order along an axis, and the places they had. Stable; NaN comes last in both directions. */
export const Sort: typeof sort.Primitive = sort.Primitive;
export type Sort = InstanceType<typeof Sort>;

/** The k greatest (or least) elements along an axis in order, and their places; of equal ones the first, NaN last. They come in order even when sorted is false. dim and largest are additions to the class of MindSpore. */
export const TopK: typeof topK.Primitive = topK.Primitive;
export type TopK = InstanceType<typeof TopK>;

/** |input|. The least integer of a dtype stays what it is. The derivative at 0 is 0. */
export const Abs: typeof abs.Primitive = abs.Primitive;
export type Abs = InstanceType<typeof Abs>;

/** -input; unsigned integers wrap. */
export const Neg: typeof neg.Primitive = neg.Primitive;
export type Neg = InstanceType<typeof Neg>;

/** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
export const Sign: typeof sign.Primitive = sign.Primitive;
export type Sign = InstanceType<typeof Sign>;

/** input². */
export const Square: typeof square.Primitive = square.Primitive;
export type Square = InstanceType<typeof Square>;

/** 1 / input. */
export const Reciprocal: typeof reciprocal.Primitive = reciprocal.Primitive;
export type Reciprocal = InstanceType<typeof Reciprocal>;

/** The square root; NaN for negative numbers. */
export const Sqrt: typeof sqrt.Primitive = sqrt.Primitive;
export type Sqrt = InstanceType<typeof Sqrt>;

/** 1 / √input. */
export const Rsqrt: typeof rsqrt.Primitive = rsqrt.Primitive;
export type Rsqrt = InstanceType<typeof Rsqrt>;

/** e to the power input. */
export const Exp: typeof exp.Primitive = exp.Primitive;
export type Exp = InstanceType<typeof Exp>;

/** 2 to the power input. */
export const Exp2: typeof exp2.Primitive = exp2.Primitive;
export type Exp2 = InstanceType<typeof Exp2>;

/** e to the power input, minus 1, accurate near 0. */
export const Expm1: typeof expm1.Primitive = expm1.Primitive;
export type Expm1 = InstanceType<typeof Expm1>;

/** The natural logarithm; -inf at 0, NaN for negative numbers. */
export const Log: typeof log.Primitive = log.Primitive;
export type Log = InstanceType<typeof Log>;

/** The natural logarithm of 1 + input, accurate near 0. */
export const Log1p: typeof log1p.Primitive = log1p.Primitive;
export type Log1p = InstanceType<typeof Log1p>;

/** The logarithm to base 2. */
export const Log2: typeof log2.Primitive = log2.Primitive;
export type Log2 = InstanceType<typeof Log2>;

/** The logarithm to base 10. */
export const Log10: typeof log10.Primitive = log10.Primitive;
export type Log10 = InstanceType<typeof Log10>;

/** The sine of an angle in radians. */
export const Sin: typeof sin.Primitive = sin.Primitive;
export type Sin = InstanceType<typeof Sin>;

/** The cosine of an angle in radians. */
export const Cos: typeof cos.Primitive = cos.Primitive;
export type Cos = InstanceType<typeof Cos>;

/** The tangent of an angle in radians. */
export const Tan: typeof tan.Primitive = tan.Primitive;
export type Tan = InstanceType<typeof Tan>;

/** The inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
export const Asin: typeof asin.Primitive = asin.Primitive;
export type Asin = InstanceType<typeof Asin>;

/** The inverse cosine, in [0, π]; NaN outside [-1, 1]. */
export const ACos: typeof acos.Primitive = acos.Primitive;
export type ACos = InstanceType<typeof ACos>;

/** The inverse tangent, in [-π/2, π/2]. */
export const Atan: typeof atan.Primitive = atan.Primitive;
export type Atan = InstanceType<typeof Atan>;

/** The hyperbolic sine. */
export const Sinh: typeof sinh.Primitive = sinh.Primitive;
export type Sinh = InstanceType<typeof Sinh>;

/** The hyperbolic cosine. */
export const Cosh: typeof cosh.Primitive = cosh.Primitive;
export type Cosh = InstanceType<typeof Cosh>;

/** The hyperbolic tangent. */
export const Tanh: typeof tanh.Primitive = tanh.Primitive;
export type Tanh = InstanceType<typeof Tanh>;

/** The inverse hyperbolic sine. */
export const Asinh: typeof asinh.Primitive = asinh.Primitive;
export type Asinh = InstanceType<typeof Asinh>;

/** The inverse hyperbolic cosine; NaN below 1. */
export const Acosh: typeof acosh.Primitive = acosh.Primitive;
export type Acosh = InstanceType<typeof Acosh>;

/** The inverse hyperbolic tangent; infinite at ±1, NaN beyond. */
export const Atanh: typeof atanh.Primitive = atanh.Primitive;
export type Atanh = InstanceType<typeof Atanh>;

/** The error function: 2/√π times the integral of exp(-t²) from 0 to input. */
export const Erf: typeof erf.Primitive = erf.Primitive;
export type Erf = InstanceType<typeof Erf>;

/** 1 - erf(input), accurate for large arguments. */
export const Erfc: typeof erfc.Primitive = erfc.Primitive;
export type Erfc = InstanceType<typeof Erfc>;

/** The inverse of erf; infinite at ±1, NaN beyond. */
export const Erfinv: typeof erfinv.Primitive = erfinv.Primitive;
export type Erfinv = InstanceType<typeof Erfinv>;

/** The greatest integer not above input. */
export const Floor: typeof floor.Primitive = floor.Primitive;
export type Floor = InstanceType<typeof Floor>;

/** The least integer not below input. */
export const Ceil: typeof ceil.Primitive = ceil.Primitive;
export type Ceil = InstanceType<typeof Ceil>;

/** input without its fraction. */
export const Trunc: typeof trunc.Primitive = trunc.Primitive;
export type Trunc = InstanceType<typeof Trunc>;

/** The nearest integer, of two the even one. */
export const Rint: typeof rint.Primitive = rint.Primitive;
export type Rint = InstanceType<typeof Rint>;

/** input rounded to a number of decimals, halves to the even digit. Negative decimals round to tens, hundreds, ...; MindSpore for CPU has decimals = 0 only. */
export const Round: typeof round.Primitive = round.Primitive;
export type Round = InstanceType<typeof Round>;
