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
import { logSumExp, reduceAll, reduceAny, reduceMax, reduceMean, reduceMin, reduceProd, reduceSum } from './reduce.ts';
import { argMaxWithValue, argMinWithValue, argmax, argmin } from './reduce-arg.ts';
import { cumSum } from './reduce-scan.ts';
import { broadcastTo, reshape } from './reduce-stub.ts';
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

export { abs } from './unary.ts';
export { acos } from './unary.ts';
export { acosh } from './unary.ts';
export { adam } from './optimizer.ts';
export { adamWeightDecay } from './optimizer.ts';
export { add } from './elementwise.ts';
export { addN as addn } from './elementwise.ts';
export { addcdiv } from './elementwise.ts';
export { addcmul } from './elementwise.ts';
export { applyAdagrad } from './optimizer.ts';
export { applyCenteredRMSProp } from './optimizer.ts';
export { applyFtrl } from './optimizer.ts';
export { applyMomentum } from './optimizer.ts';
export { applyProximalAdagrad } from './optimizer.ts';
export { applyRMSProp } from './optimizer.ts';
export { argMaxWithValue as argmaxWithValue } from './reduce-arg.ts';
export { argMinWithValue as argminWithValue } from './reduce-arg.ts';
export { argmax } from './reduce-arg.ts';
export { argmin } from './reduce-arg.ts';
export { asin } from './unary.ts';
export { asinh } from './unary.ts';
export { atan } from './unary.ts';
export { atan2 } from './elementwise.ts';
export { atanh } from './unary.ts';
export { bitwiseAnd } from './compare.ts';
export { bitwiseOr } from './compare.ts';
export { bitwiseXor } from './compare.ts';
export { broadcastTo } from './reduce-stub.ts';
export { cast } from './compare.ts';
export { ceLU as celu } from './activation.ts';
export { ceil } from './unary.ts';
export { clampTensor } from './compare.ts';
export { cos } from './unary.ts';
export { cosh } from './unary.ts';
export { cumSum } from './reduce-scan.ts';
export { div } from './elementwise.ts';
export { divNoNan } from './elementwise.ts';
export { elu } from './activation.ts';
export { equal } from './compare.ts';
export { erf } from './unary.ts';
export { erfc } from './unary.ts';
export { erfinv } from './unary.ts';
export { exp } from './unary.ts';
export { exp2 } from './unary.ts';
export { expm1 } from './unary.ts';
export { eye } from './creation.ts';
export { fastGeLU as fastGelu } from './activation.ts';
export { fill } from './creation.ts';
export { floor } from './unary.ts';
export { floorDiv } from './elementwise.ts';
export { floorMod } from './elementwise.ts';
export { geLU as gelu } from './activation.ts';
export { greater } from './compare.ts';
export { greaterEqual } from './compare.ts';
export { hShrink as hardshrink } from './activation.ts';
export { hSigmoid as hardsigmoid } from './activation.ts';
export { hSwish as hardswish } from './activation.ts';
export { hardtanh } from './activation.ts';
export { invert } from './compare.ts';
export { isFinite as isfinite } from './compare.ts';
export { isInf as isinf } from './compare.ts';
export { isNan as isnan } from './compare.ts';
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
export { logSumExp as logsumexp } from './reduce.ts';
export { logicalAnd } from './compare.ts';
export { logicalNot } from './compare.ts';
export { logicalOr } from './compare.ts';
export { logicalXor } from './compare.ts';
export { maximum } from './elementwise.ts';
export { minimum } from './elementwise.ts';
export { mish } from './activation.ts';
export { mod } from './elementwise.ts';
export { mul } from './elementwise.ts';
export { neg } from './unary.ts';
export { notEqual } from './compare.ts';
export { ones } from './creation.ts';
export { onesLike } from './creation.ts';
export { pow } from './elementwise.ts';
export { range } from './creation.ts';
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
export { reshape } from './reduce-stub.ts';
export { rint } from './unary.ts';
export { round } from './unary.ts';
export { rsqrt } from './unary.ts';
export { seLU as selu } from './activation.ts';
export { select } from './compare.ts';
export { sgd } from './optimizer.ts';
export { siLU as silu } from './activation.ts';
export { sigmoid } from './activation.ts';
export { sign } from './unary.ts';
export { sin } from './unary.ts';
export { sinh } from './unary.ts';
export { softShrink as softshrink } from './activation.ts';
export { softplus } from './activation.ts';
export { softsign } from './activation.ts';
export { sqrt } from './unary.ts';
export { square } from './unary.ts';
export { squaredDifference } from './elementwise.ts';
export { sub } from './elementwise.ts';
export { tan } from './unary.ts';
export { tanh } from './unary.ts';
export { trunc } from './unary.ts';
export { truncateDiv } from './elementwise.ts';
export { truncateMod } from './elementwise.ts';
export { xdivy } from './elementwise.ts';
export { xlogy } from './elementwise.ts';
export { zeros } from './creation.ts';
export { zerosLike } from './creation.ts';

/** max(input, 0). The derivative at 0 is 0. */
export const ReLU = reLU.Primitive;
export type ReLU = InstanceType<typeof ReLU>;

/** min(max(input, 0), 6). The derivative at 0 is 0, at 6 it is 1. */
export const ReLU6 = reLU6.Primitive;
export type ReLU6 = InstanceType<typeof ReLU6>;

/** input where positive, else alpha · input. The derivative at 0 is (1 + alpha) / 2. */
export const LeakyReLU = leakyReLU.Primitive;
export type LeakyReLU = InstanceType<typeof LeakyReLU>;

/** input where positive, else alpha · (exp(input) - 1). MindSpore for CPU has alpha = 1 only. */
export const Elu = elu.Primitive;
export type Elu = InstanceType<typeof Elu>;

/** max(input, 0) + min(alpha · (exp(input / alpha) - 1), 0). */
export const CeLU = ceLU.Primitive;
export type CeLU = InstanceType<typeof CeLU>;

/** λ · input where not negative, else λα · (exp(input) - 1), with α = 1.67326 and λ = 1.05070. */
export const SeLU = seLU.Primitive;
export type SeLU = InstanceType<typeof SeLU>;

/** 1 / (1 + exp(-input)). */
export const Sigmoid = sigmoid.Primitive;
export type Sigmoid = InstanceType<typeof Sigmoid>;

/** input · Φ(input) with the normal distribution function Φ ('none'), or 0.5 · input · (1 + tanh(√(2/π) · (input + 0.044715 · input³))) ('tanh', the class's default as MindSpore's kernel computes it). Hendrycks and Gimpel, 2016. */
export const GeLU = geLU.Primitive;
export type GeLU = InstanceType<typeof GeLU>;

/** input · sigmoid(1.702 · input). */
export const FastGeLU = fastGeLU.Primitive;
export type FastGeLU = InstanceType<typeof FastGeLU>;

/** input · sigmoid(input), also called Swish. */
export const SiLU = siLU.Primitive;
export type SiLU = InstanceType<typeof SiLU>;

/** input · tanh(log(1 + exp(input))). Misra, 2019. */
export const Mish = mish.Primitive;
export type Mish = InstanceType<typeof Mish>;

/** input · min(max(input + 3, 0), 6) / 6. At ±3 the derivative is that from inside. Howard et al., Searching for MobileNetV3, 2019. */
export const HSwish = hSwish.Primitive;
export type HSwish = InstanceType<typeof HSwish>;

/** min(max(input + 3, 0), 6) / 6. The derivative at ±3 is 0. */
export const HSigmoid = hSigmoid.Primitive;
export type HSigmoid = InstanceType<typeof HSigmoid>;

/** log(1 + exp(beta · input)) / beta, and input itself where beta · input exceeds the threshold. */
export const Softplus = softplus.Primitive;
export type Softplus = InstanceType<typeof Softplus>;

/** log(sigmoid(input)), without overflow. */
export const LogSigmoid = logSigmoid.Primitive;
export type LogSigmoid = InstanceType<typeof LogSigmoid>;

/** input / (1 + |input|). */
export const Softsign = softsign.Primitive;
export type Softsign = InstanceType<typeof Softsign>;

/** min(max(input, minVal), maxVal). At the bounds the derivative is 1/2. */
export const Hardtanh = hardtanh.Primitive;
export type Hardtanh = InstanceType<typeof Hardtanh>;

/** input where |input| > lambd, else 0. */
export const HShrink = hShrink.Primitive;
export type HShrink = InstanceType<typeof HShrink>;

/** input moved towards 0 by lambd; 0 where |input| ≤ lambd. */
export const SoftShrink = softShrink.Primitive;
export type SoftShrink = InstanceType<typeof SoftShrink>;

/** input = other; NaN equals nothing. */
export const Equal = equal.Primitive;
export type Equal = InstanceType<typeof Equal>;

/** input ≠ other. */
export const NotEqual = notEqual.Primitive;
export type NotEqual = InstanceType<typeof NotEqual>;

/** input < other. */
export const Less = less.Primitive;
export type Less = InstanceType<typeof Less>;

/** input ≤ other. */
export const LessEqual = lessEqual.Primitive;
export type LessEqual = InstanceType<typeof LessEqual>;

/** input > other. */
export const Greater = greater.Primitive;
export type Greater = InstanceType<typeof Greater>;

/** input ≥ other. */
export const GreaterEqual = greaterEqual.Primitive;
export type GreaterEqual = InstanceType<typeof GreaterEqual>;

/** input and other; a number is true unless it is 0. */
export const LogicalAnd = logicalAnd.Primitive;
export type LogicalAnd = InstanceType<typeof LogicalAnd>;

/** input or other; a number is true unless it is 0. */
export const LogicalOr = logicalOr.Primitive;
export type LogicalOr = InstanceType<typeof LogicalOr>;

/** Either input or other; a number is true unless it is 0. */
export const LogicalXor = logicalXor.Primitive;
export type LogicalXor = InstanceType<typeof LogicalXor>;

/** Not input; a number is true unless it is 0. */
export const LogicalNot = logicalNot.Primitive;
export type LogicalNot = InstanceType<typeof LogicalNot>;

/** Whether the element is NaN; integers never are. */
export const IsNan = isNan.Primitive;
export type IsNan = InstanceType<typeof IsNan>;

/** Whether the element is infinite; integers never are. */
export const IsInf = isInf.Primitive;
export type IsInf = InstanceType<typeof IsInf>;

/** Whether the element is neither infinite nor NaN; integers always are. */
export const IsFinite = isFinite.Primitive;
export type IsFinite = InstanceType<typeof IsFinite>;

/** The bits set in both integers. */
export const BitwiseAnd = bitwiseAnd.Primitive;
export type BitwiseAnd = InstanceType<typeof BitwiseAnd>;

/** The bits set in either integer. */
export const BitwiseOr = bitwiseOr.Primitive;
export type BitwiseOr = InstanceType<typeof BitwiseOr>;

/** The bits set in one of the integers only. */
export const BitwiseXor = bitwiseXor.Primitive;
export type BitwiseXor = InstanceType<typeof BitwiseXor>;

/** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
export const Invert = invert.Primitive;
export type Invert = InstanceType<typeof Invert>;

/** input where the condition is true, else other; all three are broadcast. */
export const Select = select.Primitive;
export type Select = InstanceType<typeof Select>;

/** input with another dtype. Fractions are cut towards zero; what an integer dtype cannot hold becomes its nearest value and NaN becomes 0 (MindSpore leaves both to the machine); integers wrap. */
export const Cast = cast.Primitive;
export type Cast = InstanceType<typeof Cast>;

/** The nearest value in [min, max]; max where min > max; NaN stays NaN. At a bound the gradient belongs to input. */
export const ClampTensor = clampTensor.Primitive;
export type ClampTensor = InstanceType<typeof ClampTensor>;

/** A tensor of a dtype and shape with one value everywhere; fractions are cut for integers. */
export const Fill = fill.Primitive;
export type Fill = InstanceType<typeof Fill>;

/** Zeros of a shape; Float32 unless said otherwise. */
export const Zeros = zeros.Primitive;
export type Zeros = InstanceType<typeof Zeros>;

/** Ones of a shape; Float32 unless said otherwise. */
export const Ones = ones.Primitive;
export type Ones = InstanceType<typeof Ones>;

/** Zeros of the shape and dtype of input. */
export const ZerosLike = zerosLike.Primitive;
export type ZerosLike = InstanceType<typeof ZerosLike>;

/** Ones of the shape and dtype of input. */
export const OnesLike = onesLike.Primitive;
export type OnesLike = InstanceType<typeof OnesLike>;

/** start, start + step, ... up to but without end. Int64 when all three are whole numbers, else Float32. maxlen has no effect. */
export const Range = range.Primitive;
export type Range = InstanceType<typeof Range>;

/** Numbers at equal distances from start to end, both included exactly. Float32 for plain numbers. */
export const LinSpace = linSpace.Primitive;
export type LinSpace = InstanceType<typeof LinSpace>;

/** Ones on the diagonal of n rows and m columns (n unless given), zeros elsewhere; Float32 unless said otherwise. */
export const Eye = eye.Primitive;
export type Eye = InstanceType<typeof Eye>;

/** input + other. */
export const Add = add.Primitive;
export type Add = InstanceType<typeof Add>;

/** input - other. */
export const Sub = sub.Primitive;
export type Sub = InstanceType<typeof Sub>;

/** input · other; for bools their conjunction. */
export const Mul = mul.Primitive;
export type Mul = InstanceType<typeof Mul>;

/** input / other as a fraction: integers and bools give Float32. */
export const Div = div.Primitive;
export type Div = InstanceType<typeof Div>;

/** input / other in their dtype: integers are cut towards zero, and x / 0 is 0 for them. */
export const RealDiv = realDiv.Primitive;
export type RealDiv = InstanceType<typeof RealDiv>;

/** ⌊input / other⌋; for integers x / 0 is 0. */
export const FloorDiv = floorDiv.Primitive;
export type FloorDiv = InstanceType<typeof FloorDiv>;

/** input / other cut towards zero; for integers x / 0 is 0. */
export const TruncateDiv = truncateDiv.Primitive;
export type TruncateDiv = InstanceType<typeof TruncateDiv>;

/** The remainder with the sign of other, as Python's %. Exact where MindSpore evaluates x - ⌊x/y⌋·y: a finite x and an infinite y of its sign give x, not NaN. */
export const FloorMod = floorMod.Primitive;
export type FloorMod = InstanceType<typeof FloorMod>;

/** The remainder with the sign of input, as C's %. For integers 0 when other is 0. */
export const Mod = mod.Primitive;
export type Mod = InstanceType<typeof Mod>;

/** The remainder with the sign of input: the same as Mod. */
export const TruncateMod = truncateMod.Primitive;
export type TruncateMod = InstanceType<typeof TruncateMod>;

/** input / other, and 0 where other is 0. */
export const DivNoNan = divNoNan.Primitive;
export type DivNoNan = InstanceType<typeof DivNoNan>;

/** input to the power exponent. Integers stay integers and wrap; their negative powers are 0 but for those of 1 and -1. Where input is 0 the derivative by an exponent that is not negative is 0. */
export const Pow = pow.Primitive;
export type Pow = InstanceType<typeof Pow>;

/** The larger operand; NaN when either is NaN. Equal operands share the gradient in halves. */
export const Maximum = maximum.Primitive;
export type Maximum = InstanceType<typeof Maximum>;

/** The smaller operand; NaN when either is NaN. Equal operands share the gradient in halves. */
export const Minimum = minimum.Primitive;
export type Minimum = InstanceType<typeof Minimum>;

/** (input - other)². */
export const SquaredDifference = squaredDifference.Primitive;
export type SquaredDifference = InstanceType<typeof SquaredDifference>;

/** The angle of the point (other, input) from the positive x axis, in (-π, π]. */
export const Atan2 = atan2.Primitive;
export type Atan2 = InstanceType<typeof Atan2>;

/** input · log(other), and 0 where input is 0 (NaN where other is NaN), as documented; the kernels of MindSpore for CPU give NaN for log(0) there. */
export const Xlogy = xlogy.Primitive;
export type Xlogy = InstanceType<typeof Xlogy>;

/** input / other, and 0 where input is 0, whatever other is. */
export const Xdivy = xdivy.Primitive;
export type Xdivy = InstanceType<typeof Xdivy>;

/** The sum of tensors of one shape, from the first to the last. Dtypes are promoted where MindSpore refuses. */
export const AddN = addN.Primitive;
export type AddN = InstanceType<typeof AddN>;

/** input + weight · (end - input). */
export const Lerp = lerp.Primitive;
export type Lerp = InstanceType<typeof Lerp>;

/** input + value · tensor1 · tensor2; value is 1 unless given. */
export const Addcmul = addcmul.Primitive;
export type Addcmul = InstanceType<typeof Addcmul>;

/** input + value · tensor1 / tensor2; value is 1 unless given. */
export const Addcdiv = addcdiv.Primitive;
export type Addcdiv = InstanceType<typeof Addcdiv>;

/** accum += grad²; prox = var - lr·grad/√accum; var = sign(prox)·max(|prox| - rate·l1, 0) / (1 + rate·l2). rate is lr, as MindSpore documents it, or with proximalRate 'adagrad' lr/√accum, as its kernels compute it (the same when l1 = l2 = 0). Duchi and Singer, JMLR 10, 2009. */
export const ApplyProximalAdagrad = applyProximalAdagrad.Primitive;
export type ApplyProximalAdagrad = InstanceType<typeof ApplyProximalAdagrad>;

/** accum += grad² (kept as it is when updateSlots is false); var -= lr·grad/√accum. Duchi, Hazan and Singer, JMLR 12, 2011. */
export const ApplyAdagrad = applyAdagrad.Primitive;
export type ApplyAdagrad = InstanceType<typeof ApplyAdagrad>;

/** m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·√(1-β2ᵗ)/(1-β1ᵗ)·m/(√v + ε), with β1·m + (1-β1)·g in place of m for Nesterov. ε is outside the bias correction. Kingma and Ba, 2014. */
export const Adam = adam.Primitive;
export type Adam = InstanceType<typeof Adam>;

/** m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·(m/(√v + ε) + decay·var). No bias correction. Loshchilov and Hutter, 2017. */
export const AdamWeightDecay = adamWeightDecay.Primitive;
export type AdamWeightDecay = InstanceType<typeof AdamWeightDecay>;

/** accumulation = accumulation·momentum + gradient·gradientScale; variable -= lr·accumulation, or with Nesterov lr·(gradient + momentum·accumulation). Returns the variable. */
export const ApplyMomentum = applyMomentum.Primitive;
export type ApplyMomentum = InstanceType<typeof ApplyMomentum>;

/** g = gradient + weightDecay·p; accum = g where stat > 0 (the first step), else momentum·accum + (1-dampening)·g; p -= lr·accum, or with nesterov lr·(g + momentum·accum); stat = 0. Without momentum p -= lr·g. Returns the parameters. */
export const SGD = sgd.Primitive;
export type SGD = InstanceType<typeof SGD>;

/** meanSquare = decay·meanSquare + (1-decay)·grad²; moment = momentum·moment + lr·grad/√(meanSquare + ε); var -= moment. Returns var. */
export const ApplyRMSProp = applyRMSProp.Primitive;
export type ApplyRMSProp = InstanceType<typeof ApplyRMSProp>;

/** meanGradient and meanSquare are moving averages of grad and grad²; moment = momentum·moment + lr·grad/√(meanSquare - meanGradient² + ε); var -= moment. Returns var. */
export const ApplyCenteredRMSProp = applyCenteredRMSProp.Primitive;
export type ApplyCenteredRMSProp = InstanceType<typeof ApplyCenteredRMSProp>;

/** n = accum + grad²; linear += grad - (n^-lrPower - accum^-lrPower)/lr·var; var = (sign(linear)·l1 - linear)/(n^-lrPower/lr + 2·l2) where |linear| > l1, else 0; accum = n. Returns var. McMahan et al., KDD 2013. */
export const ApplyFtrl = applyFtrl.Primitive;
export type ApplyFtrl = InstanceType<typeof ApplyFtrl>;

/** The sum over axes, in the dtype of x (halves are added in float32); for bools whether any is true. With skipMode no axis means none instead of all. */
export const ReduceSum = reduceSum.Primitive;
export type ReduceSum = InstanceType<typeof ReduceSum>;

/** The mean over axes (halves are added in float32). Integers stay integers: the sum in 64 bits, divided and cut towards zero. */
export const ReduceMean = reduceMean.Primitive;
export type ReduceMean = InstanceType<typeof ReduceMean>;

/** The largest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient. */
export const ReduceMax = reduceMax.Primitive;
export type ReduceMax = InstanceType<typeof ReduceMax>;

/** The smallest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient. */
export const ReduceMin = reduceMin.Primitive;
export type ReduceMin = InstanceType<typeof ReduceMin>;

/** The product over axes (halves in float32); for bools whether all are true. The gradient is right at zeros; second derivatives are where no element is 0. */
export const ReduceProd = reduceProd.Primitive;
export type ReduceProd = InstanceType<typeof ReduceProd>;

/** Whether all elements over axes are true; numbers are unless 0. */
export const ReduceAll = reduceAll.Primitive;
export type ReduceAll = InstanceType<typeof ReduceAll>;

/** Whether any element over axes is true; numbers are unless 0. */
export const ReduceAny = reduceAny.Primitive;
export type ReduceAny = InstanceType<typeof ReduceAny>;

/** log Σ exp(input) over axes, without overflow. Integers give Float32. Infinite elements give what the limit is; MindSpore gives NaN. */
export const LogSumExp = logSumExp.Primitive;
export type LogSumExp = InstanceType<typeof LogSumExp>;

/** The place of the largest element along an axis, of equal ones the first; NaN counts as the largest, as in NumPy. */
export const Argmax = argmax.Primitive;
export type Argmax = InstanceType<typeof Argmax>;

/** The place of the smallest element along an axis, of equal ones the first; NaN counts as the smallest, as in NumPy. */
export const Argmin = argmin.Primitive;
export type Argmin = InstanceType<typeof Argmin>;

/** The place and the value of the largest element along an axis, of equal ones the first; NaN counts as the largest. */
export const ArgMaxWithValue = argMaxWithValue.Primitive;
export type ArgMaxWithValue = InstanceType<typeof ArgMaxWithValue>;

/** The place and the value of the smallest element along an axis, of equal ones the first; NaN counts as the smallest. */
export const ArgMinWithValue = argMinWithValue.Primitive;
export type ArgMinWithValue = InstanceType<typeof ArgMinWithValue>;

/** Running sums along an axis; exclusive leaves the element itself out, reverse starts at the end. Floats are added in float64. */
export const CumSum = cumSum.Primitive;
export type CumSum = InstanceType<typeof CumSum>;

/** stub */
export const Reshape = reshape.Primitive;
export type Reshape = InstanceType<typeof Reshape>;

/** stub */
export const BroadcastTo = broadcastTo.Primitive;
export type BroadcastTo = InstanceType<typeof BroadcastTo>;

/** |input|. The least integer of a dtype stays what it is. The derivative at 0 is 0. */
export const Abs = abs.Primitive;
export type Abs = InstanceType<typeof Abs>;

/** -input; unsigned integers wrap. */
export const Neg = neg.Primitive;
export type Neg = InstanceType<typeof Neg>;

/** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
export const Sign = sign.Primitive;
export type Sign = InstanceType<typeof Sign>;

/** input². */
export const Square = square.Primitive;
export type Square = InstanceType<typeof Square>;

/** 1 / input. */
export const Reciprocal = reciprocal.Primitive;
export type Reciprocal = InstanceType<typeof Reciprocal>;

/** The square root; NaN for negative numbers. */
export const Sqrt = sqrt.Primitive;
export type Sqrt = InstanceType<typeof Sqrt>;

/** 1 / √input. */
export const Rsqrt = rsqrt.Primitive;
export type Rsqrt = InstanceType<typeof Rsqrt>;

/** e to the power input. */
export const Exp = exp.Primitive;
export type Exp = InstanceType<typeof Exp>;

/** 2 to the power input. */
export const Exp2 = exp2.Primitive;
export type Exp2 = InstanceType<typeof Exp2>;

/** e to the power input, minus 1, accurate near 0. */
export const Expm1 = expm1.Primitive;
export type Expm1 = InstanceType<typeof Expm1>;

/** The natural logarithm; -inf at 0, NaN for negative numbers. */
export const Log = log.Primitive;
export type Log = InstanceType<typeof Log>;

/** The natural logarithm of 1 + input, accurate near 0. */
export const Log1p = log1p.Primitive;
export type Log1p = InstanceType<typeof Log1p>;

/** The logarithm to base 2. */
export const Log2 = log2.Primitive;
export type Log2 = InstanceType<typeof Log2>;

/** The logarithm to base 10. */
export const Log10 = log10.Primitive;
export type Log10 = InstanceType<typeof Log10>;

/** The sine of an angle in radians. */
export const Sin = sin.Primitive;
export type Sin = InstanceType<typeof Sin>;

/** The cosine of an angle in radians. */
export const Cos = cos.Primitive;
export type Cos = InstanceType<typeof Cos>;

/** The tangent of an angle in radians. */
export const Tan = tan.Primitive;
export type Tan = InstanceType<typeof Tan>;

/** The inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
export const Asin = asin.Primitive;
export type Asin = InstanceType<typeof Asin>;

/** The inverse cosine, in [0, π]; NaN outside [-1, 1]. */
export const ACos = acos.Primitive;
export type ACos = InstanceType<typeof ACos>;

/** The inverse tangent, in [-π/2, π/2]. */
export const Atan = atan.Primitive;
export type Atan = InstanceType<typeof Atan>;

/** The hyperbolic sine. */
export const Sinh = sinh.Primitive;
export type Sinh = InstanceType<typeof Sinh>;

/** The hyperbolic cosine. */
export const Cosh = cosh.Primitive;
export type Cosh = InstanceType<typeof Cosh>;

/** The hyperbolic tangent. */
export const Tanh = tanh.Primitive;
export type Tanh = InstanceType<typeof Tanh>;

/** The inverse hyperbolic sine. */
export const Asinh = asinh.Primitive;
export type Asinh = InstanceType<typeof Asinh>;

/** The inverse hyperbolic cosine; NaN below 1. */
export const Acosh = acosh.Primitive;
export type Acosh = InstanceType<typeof Acosh>;

/** The inverse hyperbolic tangent; infinite at ±1, NaN beyond. */
export const Atanh = atanh.Primitive;
export type Atanh = InstanceType<typeof Atanh>;

/** The error function: 2/√π times the integral of exp(-t²) from 0 to input. */
export const Erf = erf.Primitive;
export type Erf = InstanceType<typeof Erf>;

/** 1 - erf(input), accurate for large arguments. */
export const Erfc = erfc.Primitive;
export type Erfc = InstanceType<typeof Erfc>;

/** The inverse of erf; infinite at ±1, NaN beyond. */
export const Erfinv = erfinv.Primitive;
export type Erfinv = InstanceType<typeof Erfinv>;

/** The greatest integer not above input. */
export const Floor = floor.Primitive;
export type Floor = InstanceType<typeof Floor>;

/** The least integer not below input. */
export const Ceil = ceil.Primitive;
export type Ceil = InstanceType<typeof Ceil>;

/** input without its fraction. */
export const Trunc = trunc.Primitive;
export type Trunc = InstanceType<typeof Trunc>;

/** The nearest integer, of two the even one. */
export const Rint = rint.Primitive;
export type Rint = InstanceType<typeof Rint>;

/** input rounded to a number of decimals, halves to the even digit. Negative decimals round to tens, hundreds, ...; MindSpore for CPU has decimals = 0 only. */
export const Round = round.Primitive;
export type Round = InstanceType<typeof Round>;
