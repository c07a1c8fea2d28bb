import type { Tensor } from 'sporelet';
import { dtype, ops } from 'sporelet';
import type { Node } from './model.ts';
import { product } from './values.ts';

/** Zeros around a plane: (top, bottom, left, right), or 'same' where sporelet finds them itself. */
type Pads = readonly [number, number, number, number] | 'same';
type Pair = readonly [number, number];

/** The windows that a node moves over a plane; those over a line become windows of height 1. */
interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

const flat = (values: readonly number[], other: number): Pair =>
  values.length === 1 ? [other, values[0]!] : [values[0]!, values[1]!];

/** SAME_LOWER has its odd zero in front, where sporelet's 'same' has it behind. */
function sameLower(size: Pair, { kernel, strides, dilations }: Omit<Windows, 'pads'>): Pads {
  const [top, bottom, left, right] = [0, 1].flatMap((d) => {
    const span = (kernel[d]! - 1) * dilations[d]! + 1;
    const total = Math.max((Math.ceil(size[d]! / strides[d]!) - 1) * strides[d]! + span - size[d]!, 0);
    return [total - (total >> 1), total >> 1];
  });
  return [top!, bottom!, left!, right!];
}

/**
 * @param size - height and width of what the windows move over
 * @param weightShape - the extent of a kernel whose attribute is left out
 */
function windowsOf(node: Node, size: Pair, weightShape?: readonly number[]): Windows {
  const shape = node.numbers('kernel_shape', weightShape);
  const ones = shape.map(() => 1);
  const windows = {
    kernel: flat(shape, 1),
    strides: flat(node.numbers('strides', ones), 1),
    dilations: flat(node.numbers('dilations', ones), 1),
  };
  const auto = node.text('auto_pad', 'NOTSET');
  if (auto === 'SAME_UPPER') return { ...windows, pads: 'same' };
  if (auto === 'SAME_LOWER') return { ...windows, pads: sameLower(size, windows) };
  const given = node.numbers(
    'pads',
    [...ones, ...ones].map(() => 0),
  );
  const [before, after] = [flat(given.slice(0, ones.length), 0), flat(given.slice(ones.length), 0)];
  return { ...windows, pads: [before[0], after[0], before[1], after[1]] };
}

/** A line (N, C, L) as a plane of height 1. */
const plane = (x: Tensor): Tensor => (x.ndim === 3 ? ops.expandDims(x, 2) : x);
const sizeOf = (x: Tensor): Pair => [x.shape.at(-2), x.shape.at(-1)];

function checkedRank(x: Tensor): Tensor {
  if (x.ndim > 4) throw new RangeError('windows over more than two axes');
  return plane(x);
}

const padding = (pads: Pads) =>
  pads === 'same' ? ({ padMode: 'same' } as const) : ({ padMode: 'pad', pad: pads } as const);

export function conv(node: Node, x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const { kernel, strides, dilations, pads } = windowsOf(node, sizeOf(checkedRank(x)), weight.shape.slice(2));
  const y = ops.conv2D(x, weight, {
    outChannel: weight.shape[0],
    kernelSize: kernel,
    stride: strides,
    dilation: dilations,
    group: node.number('group', 1),
    ...padding(pads),
  });
  return bias ? ops.biasAdd(y, bias) : y;
}

/** The shape of the result decides the padding, or the padding decides the shape. */
export function convTranspose(node: Node, x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [dout, filter] = [checkedRank(x), plane(weight)];
  const spatial = weight.shape.slice(2);
  const { kernel, strides, dilations, pads } = windowsOf(node, sizeOf(dout), spatial);
  const extra = flat(node.numbers('output_padding', spatial.map(() => 0)), 0); // prettier-ignore
  const full = [0, 1].map((d) => strides[d]! * (dout.shape[2 + d]! - 1) + extra[d]! + (kernel[d]! - 1) * dilations[d]! + 1); // prettier-ignore
  const wanted = pads === 'same' ? strides.map((s, d) => s * dout.shape[2 + d]!) : node.has('output_shape') ? node.numbers('output_shape') : null; // prettier-ignore
  const around = wanted
    ? full.flatMap((n, d) => {
        // A result larger than that has its further elements behind, which no padding says.
        const total = Math.max(n - wanted[d]!, 0);
        return pads === 'same' ? [total >> 1, total - (total >> 1)] : [total - (total >> 1), total >> 1];
      })
    : (pads as readonly number[]);
  const size = wanted ?? full.map((n, d) => n - around[2 * d]! - around[2 * d + 1]!);
  const group = node.number('group', 1);
  const y = ops.conv2DTranspose(dout, filter, {
    outChannel: filter.shape[0],
    kernelSize: kernel,
    stride: strides,
    dilation: dilations,
    group,
    padMode: 'pad',
    pad: around,
    inputSize: [dout.shape[0], filter.shape[1] * group, ...size],
  });
  const shaped = x.ndim === 3 ? ops.squeeze(y, 2) : y;
  return bias ? ops.biasAdd(shaped, bias) : shaped;
}

/** sporelet, as MindSpore, pads a pool by half a kernel at most: what exceeds that is laid around the input before. */
function padded(x: Tensor, pads: Pads, kernel: Pair, value: number): readonly [Tensor, Pads] {
  if (pads === 'same' || pads.every((p, i) => 2 * p <= kernel[i >> 1]!)) return [x, pads];
  const [top, bottom, left, right] = pads;
  return [ops.pad(x, [left, right, top, bottom], 'constant', value), [0, 0, 0, 0]];
}

function pooled(
  node: Node,
  x: Tensor,
  value: number,
  pool: (x: Tensor, attrs: ReturnType<typeof attrsOf>) => Tensor,
): Tensor {
  // prettier-ignore
  const image = checkedRank(x);
  const { pads, ...windows } = windowsOf(node, sizeOf(image));
  const [wide, left] = padded(image, pads, windows.kernel, value);
  const y = pool(wide, attrsOf(node, { ...windows, pads: left }));
  return x.ndim === 3 ? ops.squeeze(y, 2) : y;
}

const attrsOf = (node: Node, { kernel, strides, dilations, pads }: Windows) => ({
  kernelSize: kernel,
  strides,
  dilation: dilations,
  ceilMode: node.number('ceil_mode', 0) === 1,
  ...padding(pads),
});

export function averagePool(node: Node, x: Tensor): Tensor {
  const counted = node.number('count_include_pad', 0) === 1;
  const average = (of: Tensor, countIncludePad: boolean): Tensor =>
    pooled(node, of, 0, (image, { dilation: _, ...attrs }) => ops.avgPool(image, { ...attrs, countIncludePad }));
  if (counted) return average(x, true);
  const { pads, kernel } = windowsOf(node, sizeOf(checkedRank(x)));
  if (padded(checkedRank(x), pads, kernel, 0)[1] === pads) return average(x, false);
  // Zeros laid around before are elements to the pool: the share of the others makes up for them.
  return ops.div(average(x, true), average(ops.onesLike(x), true));
}

/** The greatest elements, and where they lie in the whole tensor. */
export function maxPool(node: Node, x: Tensor): readonly Tensor[] {
  const integers = !x.dtype.isFloat;
  const image = integers ? ops.cast(x, dtype.float32) : x;
  const y = pooled(node, image, -Infinity, (of, attrs) => ops.maxPool(of, attrs));
  const values = integers ? ops.cast(y, x.dtype) : y;
  if (node.outputs.length < 2) return [values];
  const [height, width] = sizeOf(x);
  const inPlane = ops.cast(
    pooled(node, image, -Infinity, (of, attrs) => ops.maxPoolArgmax(of, attrs)),
    dtype.int64,
  );
  const [row, column] = [ops.floorDiv(inPlane, width), ops.floorMod(inPlane, width)];
  const byColumn = node.number('storage_order', 0) === 1;
  const place = byColumn ? ops.add(ops.mul(column, height), row) : inPlane;
  const planes = product(x.shape.slice(0, 2));
  const starts = ops.reshape(ops.arange(0, planes * height * width, height * width), [...x.shape.slice(0, 2), 1, 1]);
  return [values, ops.add(place, starts)];
}
