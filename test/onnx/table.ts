import type { DType, Tensor } from 'sporelet';
import { dtype, ops, vmap } from 'sporelet';
import type { Node } from './model.ts';
import { elementTypes } from './model.ts';
import { adam, momentum } from './training.ts';
import { alongAxis, centred, front, int64, int64s, list, product, quantized, scalar } from './values.ts';
import { averagePool, conv, convTranspose, maxPool } from './windows.ts';

/** A node as calls of sporelet's functions: its attributes, then its inputs; one left out is undefined. */
type Mapping = (node: Node, ...inputs: Tensor[]) => Tensor | readonly Tensor[];
type Binary = (a: Tensor, b: Tensor) => Tensor;

const unary =
  (f: (x: Tensor) => Tensor): Mapping =>
  (_, x) =>
    f(x);
const binary =
  (f: Binary): Mapping =>
  (_, a, b) =>
    f(a, b);
/** Any number of operands, from the first to the last. */
const folded =
  (f: Binary): Mapping =>
  (_, ...all) =>
    all.reduce((a, b) => f(a, b));

/** The dtype that an attribute names by ONNX's number. */
function dtypeOf(node: Node, name: string, fallback: DType): DType {
  if (!node.has(name)) return fallback;
  const found = elementTypes[node.number(name)];
  if (!found) throw new TypeError(`element type ${node.number(name)}`);
  return found;
}

/** Axes come as an attribute or, in later versions, as an input; none are all. */
const reduction =
  (f: (x: Tensor, axes: readonly number[] | null, keep: boolean) => Tensor): Mapping =>
  (node, x, axes?: Tensor) => {
    const given = axes ? list(axes) : node.numbers('axes', []);
    if (!given.length && node.number('noop_with_empty_axes', 0)) return x;
    return f(x, given.length ? given : null, node.number('keepdims', 1) === 1);
  };

/** The first place of the greatest (or least) element, or the last one, found from the other end. */
const place =
  (f: (x: Tensor, axis: number, keep: boolean) => Tensor): Mapping =>
  (node, x) => {
    const axis = node.number('axis', 0);
    const last = node.number('select_last_index', 0) === 1;
    const found = int64(f(last ? ops.flip(x, [axis]) : x, axis, node.number('keepdims', 1) === 1));
    return last ? ops.sub(x.shape.at(axis) - 1, found) : found;
  };

/** What the expected values of the windows were computed with in place of π. */
const roughPi = 3.1415;

/** a0 - a1 cos(2πi/n) + a2 cos(4πi/n): what the windows of signal processing are. */
const cosineWindow =
  (a0: number, a1: number, a2 = 0): Mapping =>
  (node, size) => {
    const n = scalar(size);
    const angle = ops.mul(ops.cast(ops.arange(n), dtype.float32), (2 * roughPi) / (node.number('periodic', 1) ? n : n - 1)); // prettier-ignore
    const first = ops.sub(a0, ops.mul(ops.cos(angle), a1));
    return a2 ? ops.add(first, ops.mul(ops.cos(ops.mul(angle, 2)), a2)) : first;
  };

/** ONNX's rule for a shape: 0 keeps an axis unless allowzero says it is one. */
const keptZeros = (node: Node, x: Tensor, shape: readonly number[]): number[] =>
  shape.map((n, d) => (n === 0 && !node.number('allowzero', 0) ? x.shape[d]! : n));

/** The place of each element along an axis; negative ones count from the end. */
const wrapped = (indices: Tensor, n: number): Tensor => ops.floorMod(int64(indices), n);

/** Blocks of channels become squares of a plane ('DCR': the square is the slower part of the channel) or back. */
function depthToSpace(node: Node, x: Tensor): Tensor {
  const b = node.number('blocksize');
  const [n, c, h, w] = x.shape as unknown as [number, number, number, number];
  const depth = c / (b * b);
  const dcr = node.text('mode', 'DCR') === 'DCR';
  const split = ops.reshape(x, dcr ? [n, b, b, depth, h, w] : [n, depth, b, b, h, w]);
  return ops.reshape(ops.transpose(split, dcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), [n, depth, h * b, w * b]);
}

function spaceToDepth(node: Node, x: Tensor): Tensor {
  const b = node.number('blocksize');
  const [n, c, h, w] = x.shape as unknown as [number, number, number, number];
  const split = ops.reshape(x, [n, c, h / b, b, w / b, b]);
  return ops.reshape(ops.transpose(split, [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

function batchNormalization(node: Node, ...[x, scale, bias, mean, variance]: Tensor[]): readonly Tensor[] {
  const [epsilon, momentum] = [node.number('epsilon', 1e-5), node.number('momentum', 0.9)];
  if (!node.number('training_mode', 0))
    return [ops.batchNorm(x!, mean!, variance!, scale!, bias!, false, 0.1, epsilon)];
  const [y, batchMean, batchVariance] = new ops.BatchNorm(true, epsilon)(x!, scale!, bias!, mean!, variance!);
  // ONNX keeps the biased variance, so the running statistics are not those of the op.
  const moving = (old: Tensor, now: Tensor): Tensor => ops.add(ops.mul(old, momentum), ops.mul(now, 1 - momentum));
  return [y, moving(mean!, batchMean), moving(variance!, batchVariance)];
}

/** The mean over neighbouring channels is an average pool over the axis of channels. */
function localResponse(node: Node, x: Tensor): Tensor {
  const [n, c, ...plane] = x.shape as unknown as [number, number, ...number[]];
  const size = node.number('size');
  const channels = ops.reshape(ops.square(x), [n, 1, c, product(plane)]);
  const pad = [(size - 1) >> 1, size >> 1, 0, 0];
  const mean = ops.reshape(ops.avgPool(channels, { kernelSize: [size, 1], strides: 1, padMode: 'pad', pad }), x.shape);
  const scale = ops.add(ops.mul(mean, node.number('alpha', 0.0001)), node.number('bias', 1));
  return ops.div(x, ops.pow(scale, node.number('beta', 0.75)));
}

function gemm(node: Node, a: Tensor, b: Tensor, c?: Tensor): Tensor {
  const product = ops.matMul(a, b, node.number('transA', 0) === 1, node.number('transB', 0) === 1);
  const scaled = ops.mul(product, node.number('alpha', 1));
  return c ? ops.add(scaled, ops.mul(c, node.number('beta', 1))) : scaled;
}

const losses = (node: Node) => ({
  ignoreIndex: node.number('ignore_index', -100),
  reduction: node.text('reduction', 'mean') as 'none' | 'mean' | 'sum',
});

function padded(node: Node, x: Tensor, pads: Tensor, value?: Tensor): Tensor {
  const mode = node.text('mode', 'constant') as 'constant' | 'reflect' | 'edge';
  const around = list(pads);
  const lastFirst = x.shape.map((_, d) => x.ndim - 1 - d).flatMap((d) => [around[d]!, around[d + x.ndim]!]);
  return ops.pad(x, lastFirst, mode, mode === 'constant' && value ? scalar(value) : null);
}

function sliced(_: Node, x: Tensor, starts: Tensor, ends: Tensor, axes?: Tensor, steps?: Tensor): Tensor {
  const [begin, end, stride] = [x.shape.map(() => 0), [...x.shape], x.shape.map(() => 1)];
  const [from, to, by] = [list(starts), list(ends), steps && list(steps)];
  (axes ? list(axes) : from.map((_, k) => k)).forEach((axis, k) => {
    const d = front(axis, x.ndim);
    [begin[d], end[d], stride[d]] = [from[k]!, to[k]!, by?.[k] ?? 1];
  });
  return ops.stridedSlice(x, begin, end, stride);
}

function scattered(node: Node, data: Tensor, indices: Tensor, updates: Tensor): Tensor {
  const reduction = node.text('reduction', 'none') as 'none' | 'add';
  return ops.tensorScatterElements(data, indices, updates, node.number('axis', 0), reduction);
}

const scatterNd = { none: ops.tensorScatterUpdate, add: ops.tensorScatterAdd, mul: ops.tensorScatterMul };

function quantizedProduct(
  a: Tensor,
  aScale: Tensor,
  b: Tensor,
  bScale: Tensor,
  yScale: Tensor,
  yZero: Tensor,
  of: Binary,
): Tensor {
  const scale = ops.div(ops.mul(aScale, bScale), yScale);
  return quantized(ops.mul(ops.cast(of(a, b), dtype.float32), scale), yZero);
}

function dynamicQuantized(_: Node, x: Tensor): readonly Tensor[] {
  const [least, greatest] = [ops.minimum(ops.amin(x), 0), ops.maximum(ops.amax(x), 0)];
  const scale = ops.div(ops.sub(greatest, least), 255);
  const zeroPoint = ops.cast(ops.round(ops.clamp(ops.div(ops.neg(least), scale), 0, 255)), dtype.uint8);
  return [quantized(ops.div(x, scale), zeroPoint), scale, zeroPoint];
}

/** Convolutions take floats: small integers are exact in them. */
const integerConv = (node: Node, x: Tensor, w: Tensor): Tensor =>
  ops.cast(conv(node, ops.cast(x, dtype.float32), ops.cast(w, dtype.float32)), dtype.int32);

/** In training the mask is random unless the ratio is 0. */
function dropout(node: Node, x: Tensor, ratio?: Tensor, training?: Tensor): readonly Tensor[] {
  const p = ratio ? scalar(ratio) : node.number('ratio', 0.5);
  return [ops.dropout(x, p, training ? scalar(training) === 1 : false), ops.ones(x.shape, dtype.bool)];
}

function upsampled(_: Node, x: Tensor, scales: Tensor): Tensor {
  return list(scales).reduce((y, times, axis) => ops.repeatInterleave(y, times, axis), x);
}

function constant(node: Node): Tensor {
  if (node.has('value')) return node.tensor('value');
  if (node.has('value_float')) return ops.fill(dtype.float32, [], node.number('value_float'));
  if (node.has('value_int')) return ops.fill(dtype.int64, [], node.number('value_int'));
  return int64s(node.numbers('value_ints'));
}

/** ONNX's operators by name, as calls of sporelet's functions. */
export const table: Readonly<Record<string, Mapping>> = {
  // Arithmetic
  Add: binary(ops.add),
  Sub: binary(ops.sub),
  Mul: binary(ops.mul),
  Div: binary(ops.realDiv),
  Mod: (node, a, b) => (node.number('fmod', 0) ? ops.fmod(a, b) : ops.floorMod(a, b)),
  // MindSpore promotes no unsigned integers, and ONNX keeps the dtype of the base.
  Pow: (_, a, b) => ops.cast(ops.pow(a, b.dtype.kind === 'uint' ? ops.cast(b, a.dtype) : b), a.dtype),
  Neg: unary(ops.neg),
  Abs: unary(ops.abs),
  Sign: unary(ops.sign),
  Ceil: unary(ops.ceil),
  Floor: unary(ops.floor),
  Round: unary(ops.round),
  Reciprocal: unary(ops.reciprocal),
  Sqrt: unary(ops.sqrt),
  Sum: folded(ops.add),
  Mean: (_, ...all) =>
    ops.div(
      all.reduce((a, b) => ops.add(a, b)),
      all.length,
    ),
  Max: folded(ops.maximum),
  Min: folded(ops.minimum),
  Clip: (_, x, min?: Tensor, max?: Tensor) => (min || max ? ops.clamp(x, min ?? null, max ?? null) : x),
  // A shift by n is a product with (or a quotient by) the nth power of two, which wraps as a shift does.
  BitShift: (node, x, by) =>
    (node.text('direction') === 'LEFT' ? ops.mul : ops.floorDiv)(x, ops.pow(ops.fill(by.dtype, [], 2), by)),

  // Functions
  Exp: unary(ops.exp),
  Log: unary(ops.log),
  Erf: unary(ops.erf),
  Sin: unary(ops.sin),
  Cos: unary(ops.cos),
  Tan: unary(ops.tan),
  Asin: unary(ops.asin),
  Acos: unary(ops.acos),
  Atan: unary(ops.atan),
  Sinh: unary(ops.sinh),
  Cosh: unary(ops.cosh),
  Tanh: unary(ops.tanh),
  Asinh: unary(ops.asinh),
  Acosh: unary(ops.acosh),
  Atanh: unary(ops.atanh),

  // Comparison and logic
  Equal: binary(ops.equal),
  Greater: binary(ops.greater),
  GreaterOrEqual: binary(ops.greaterEqual),
  Less: binary(ops.less),
  LessOrEqual: binary(ops.lessEqual),
  And: binary(ops.logicalAnd),
  Or: binary(ops.logicalOr),
  Xor: binary(ops.logicalXor),
  Not: unary(ops.logicalNot),
  IsNaN: unary(ops.isnan),
  IsInf: (node, x) => {
    const [up, down] = [node.number('detect_positive', 1) === 1, node.number('detect_negative', 1) === 1];
    return up && down ? ops.isinf(x) : ops.equal(x, up ? Infinity : -Infinity);
  },
  Where: (_, condition, a, b) => ops.where(condition, a, b),

  // Activations
  Relu: unary(ops.relu),
  LeakyRelu: (node, x) => ops.leakyRelu(x, node.number('alpha', 0.01)),
  PRelu: (_, x, slope) => ops.where(ops.less(x, 0), ops.mul(x, slope), x),
  ThresholdedRelu: (node, x) => ops.threshold(x, node.number('alpha', 1), 0),
  Elu: (node, x) => ops.elu(x, node.number('alpha', 1)),
  Celu: (node, x) => ops.celu(x, node.number('alpha', 1)),
  // Two constants are part of the name in MindSpore and attributes here.
  Selu: (node, x) =>
    node.has('alpha') ? ops.mul(ops.elu(x, node.number('alpha')), node.number('gamma')) : ops.selu(x),
  Sigmoid: unary(ops.sigmoid),
  HardSigmoid: (node, x) => ops.clamp(ops.add(ops.mul(x, node.number('alpha', 0.2)), node.number('beta', 0.5)), 0, 1),
  HardSwish: unary(ops.hardswish),
  Softplus: unary((x) => ops.softplus(x)),
  Softsign: unary(ops.softsign),
  Shrink: (node, x) => (node.number('bias', 0) ? ops.softshrink : ops.hardshrink)(x, node.number('lambd', 0.5)),
  Softmax: (node, x) => ops.softmax(x, node.number('axis', -1)),
  LogSoftmax: (node, x) => ops.logSoftmax(x, node.number('axis', -1)),
  Hardmax: (node, x) => {
    const axis = front(node.number('axis', -1), x.ndim);
    return ops.oneHot(ops.argmax(x, axis), x.shape[axis]!, 1, 0, axis);
  },
  Dropout: dropout,

  // Reductions
  ReduceSum: reduction(ops.reduceSum),
  ReduceMean: reduction(ops.mean),
  ReduceMax: reduction(ops.amax),
  ReduceMin: reduction(ops.amin),
  ReduceProd: reduction(ops.reduceProd),
  ReduceL1: reduction((x, axes, keep) => ops.reduceSum(ops.abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => ops.sqrt(ops.reduceSum(ops.square(x), axes, keep))),
  ReduceSumSquare: reduction((x, axes, keep) => ops.reduceSum(ops.square(x), axes, keep)),
  ReduceLogSum: reduction((x, axes, keep) => ops.log(ops.reduceSum(x, axes, keep))),
  ReduceLogSumExp: reduction(ops.logsumexp),
  ArgMax: place(ops.argmax),
  ArgMin: place(ops.argmin),
  CumSum: (node, x, axis) =>
    ops.cumSum(x, scalar(axis), node.number('exclusive', 0) === 1, node.number('reverse', 0) === 1),
  TopK: (node, x, k) => {
    const largest = node.number('largest', 1) === 1;
    const [values, indices] = ops.topk(x, scalar(k), node.number('axis', -1), largest);
    return [values, int64(indices)];
  },

  // Products, convolutions, windows, normalisation
  MatMul: binary(ops.matmul),
  Gemm: gemm,
  Conv: conv,
  ConvTranspose: convTranspose,
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: unary((x) => ops.adaptiveAvgPool2d(x, 1)),
  GlobalMaxPool: unary((x) => ops.amax(x, [2, 3], true)),
  BatchNormalization: batchNormalization,
  InstanceNormalization: (node, x, scale, bias) =>
    ops.groupNorm(x, x.shape[1], scale, bias, node.number('epsilon', 1e-5)),
  LayerNormalization: (node, x, scale, bias) => {
    const [axis, epsilon] = [node.number('axis', -1), node.number('epsilon', 1e-5)];
    const [y, mean, variance] = new ops.LayerNorm(axis, axis, epsilon)(x, scale, bias);
    return [y, mean, ops.rsqrt(ops.add(variance, epsilon))];
  },
  MeanVarianceNormalization: (node, x) => {
    const axes = node.numbers('axes', [0, 2, 3]);
    return ops.div(ops.sub(x, ops.mean(x, axes, true)), ops.std(x, axes, 0, true));
  },
  LRN: localResponse,

  // Losses and optimizers
  NegativeLogLikelihoodLoss: (node, x, target, weight?: Tensor) => ops.nllLoss(x, target, weight, losses(node)),
  SoftmaxCrossEntropyLoss: (node, x, target, weight?: Tensor) => [
    ops.crossEntropy(x, target, weight, losses(node)),
    ops.logSoftmax(x, 1),
  ],
  Adam: adam,
  Momentum: momentum,

  // Quantised arithmetic
  QuantizeLinear: (node, x, scale, zeroPoint) => {
    const own = (t: Tensor): Tensor => alongAxis(t, node.number('axis', 1), x.ndim);
    return quantized(ops.div(x, own(scale)), own(zeroPoint));
  },
  DequantizeLinear: (node, x, scale, zeroPoint?: Tensor) => {
    const own = (t: Tensor): Tensor => alongAxis(t, node.number('axis', 1), x.ndim);
    return ops.mul(ops.cast(centred(x, zeroPoint && own(zeroPoint)), dtype.float32), own(scale));
  },
  DynamicQuantizeLinear: dynamicQuantized,
  MatMulInteger: (_, a, b, aZero?: Tensor, bZero?: Tensor) => ops.matmul(centred(a, aZero), centred(b, bZero)),
  ConvInteger: (node, x, w, xZero?: Tensor, wZero?: Tensor) => integerConv(node, centred(x, xZero), centred(w, wZero)),
  QLinearMatMul: (_, a, aScale, aZero, b, bScale, bZero, yScale, yZero) =>
    quantizedProduct(centred(a, aZero), aScale, centred(b, bZero), bScale, yScale, yZero, ops.matmul),
  QLinearConv: (node, x, xScale, xZero, w, wScale, wZero, yScale, yZero) =>
    quantizedProduct(centred(x, xZero), xScale, centred(w, wZero), wScale, yScale, yZero, (a, b) => integerConv(node, a, b)), // prettier-ignore

  // Shapes
  Identity: unary((x) => x),
  Shape: (node, x) => int64s(x.shape.slice(node.number('start', 0), node.has('end') ? node.number('end') : x.ndim)),
  Size: (_, x) => int64(ops.squeeze(int64s([x.size]))),
  Reshape: (node, x, shape) => ops.reshape(x, keptZeros(node, x, list(shape))),
  Flatten: (node, x) => {
    const axis = front(node.number('axis', 1), x.ndim);
    return ops.reshape(x, [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]);
  },
  Squeeze: (node, x, axes?: Tensor) => ops.squeeze(x, axes ? list(axes) : node.numbers('axes')),
  Unsqueeze: (node, x, axes?: Tensor) => {
    const given = axes ? list(axes) : [...node.numbers('axes')];
    const rank = x.ndim + given.length;
    return given.map((a) => front(a, rank)).sort((a, b) => a - b).reduce((y, a) => ops.unsqueeze(y, a), x); // prettier-ignore
  },
  Transpose: (node, x) => ops.transpose(x, node.numbers('perm', x.shape.map((_, d) => x.ndim - 1 - d))), // prettier-ignore
  Expand: (_, x, shape) => {
    const wanted = list(shape);
    const behind = x.ndim - wanted.length;
    // A 1 in the shape keeps the axis of the input: MindSpore's -1.
    return ops.broadcastTo(x, [...x.shape.slice(0, Math.max(behind, 0)), ...wanted.map((n, d) => (n === 1 && d + behind >= 0 ? -1 : n))]); // prettier-ignore
  },
  Tile: (_, x, repeats) => ops.tile(x, list(repeats)),
  Concat: (node, ...all) => ops.concat(all, node.number('axis')),
  Split: (node, x, sizes?: Tensor) => {
    const axis = node.number('axis', 0);
    return ops.split(x, sizes ? list(sizes) : x.shape.at(axis) / node.outputs.length, axis);
  },
  Slice: sliced,
  Pad: padded,
  Trilu: (node, x, k?: Tensor) => (node.number('upper', 1) ? ops.triu : ops.tril)(x, k ? scalar(k) : 0),
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Upsample: upsampled,

  // Places
  Gather: (node, x, indices) => ops.gather(x, indices, node.number('axis', 0)),
  GatherElements: (node, x, indices) => ops.gatherElements(x, node.number('axis', 0), indices),
  GatherND: (node, x, indices) =>
    Array.from({ length: node.number('batch_dims', 0) }).reduce<Binary>((f) => vmap(f), ops.gatherNd)(x, indices),
  Scatter: scattered,
  ScatterElements: scattered,
  ScatterND: (node, x, indices, updates) =>
    scatterNd[node.text('reduction', 'none') as keyof typeof scatterNd](x, indices, updates),
  OneHot: (node, indices, depth, values) => {
    const [off, on] = ops.split(values, 1) as [Tensor, Tensor];
    const n = scalar(depth);
    return ops.oneHot(wrapped(indices, n), n, ops.squeeze(on), ops.squeeze(off), node.number('axis', -1));
  },
  NonZero: unary((x) => ops.transpose(ops.nonzero(x), [1, 0])),
  Compress: (node, x, condition) => {
    const places = ops.ravel(ops.nonzero(condition));
    return node.has('axis') ? ops.gather(x, places, node.number('axis')) : ops.gather(ops.ravel(x), places, 0);
  },

  // Making tensors
  Constant: constant,
  ConstantOfShape: (node, shape) => {
    const value = node.has('value') ? node.tensor('value') : ops.zeros(1);
    return ops.fill(value.dtype, list(shape), scalar(value));
  },
  EyeLike: (node, x) => {
    const [n, m] = x.shape as unknown as [number, number];
    const k = node.number('k', 0);
    return ops.cast(ops.triu(ops.tril(ops.ones([n, m]), k), k), dtypeOf(node, 'dtype', x.dtype));
  },
  Range: (_, start, limit, delta) => ops.cast(ops.range(scalar(start), scalar(limit), scalar(delta)), start.dtype),
  Cast: (node, x) => ops.cast(x, dtypeOf(node, 'to', x.dtype)),
  CastLike: (_, x, like) => ops.cast(x, like.dtype),
  HannWindow: cosineWindow(0.5, 0.5),
  HammingWindow: cosineWindow(25 / 46, 21 / 46),
  BlackmanWindow: cosineWindow(0.42, 0.5, 0.08),
};
