import type { Op, Operand, Tensor } from '@sporelet/core';
import { Tensor as TensorClass, attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, View } from '@sporelet/ir';
import { ValueError, bounded, broadcastAt, broadcastShapes, int32, int64, normalizeAxis, shapeText, sizeOf, uint32, uint64, where } from '@sporelet/ir'; // prettier-ignore
import { select } from './compare.ts';
import { zerosLike } from './creation.ts';
import { mul } from './elementwise.ts';
import { indexPut, scatterNd } from './scatter.ts';
import { broadcastTo, reshape } from './shape.ts';

/** An index that must be in [0, n): unlike `bounded` alone it does not count negative ones from the end. */
export function nonNegative(index: Expr, n: number): Expr {
  return bounded(index.cast(index.dtype === int64 ? uint64 : uint32), n);
}

/** How Gather splits an index of its output. */
function gathered(params: Dims, indices: View, axis: number, batchDims: number, i: readonly Expr[]): Expr[] {
  const at = normalizeAxis(axis, params.length, 'Gather');
  const middle = at + indices.shape.length - batchDims;
  const index = bounded(indices.at(...i.slice(0, batchDims), ...i.slice(at, middle)), params[at]!);
  return [...i.slice(0, at), index, ...i.slice(middle)];
}

function gatheredShape(params: Dims, indices: Dims, axis: number, batchDims: number, op: string): Dims {
  if (!params.length)
    throw new ValueError(`For '${op}', the 'inputParams' must have at least one axis, but got shape ().`);
  const at = normalizeAxis(axis, params.length, op);
  if (
    batchDims < 0 ||
    batchDims > Math.min(at, indices.length) ||
    params.slice(0, batchDims).some((n, d) => n !== indices[d])
  ) {
    throw new ValueError(
      `For '${op}', the first 'batchDims' axes of both inputs must be equal and come before 'axis', but got shapes ` +
        `${shapeText(params)} and ${shapeText(indices)}, batchDims ${batchDims} and axis ${axis}.`,
    );
  }
  return [...params.slice(0, at), ...indices.slice(batchDims), ...params.slice(at + 1)];
}

const gatherAttrs = { axis: attr.int(), batchDims: attr.int(0) };

export const gather: Op<
  (inputParams: Tensor, inputIndices: Operand, axis: number, batchDims?: number) => Tensor,
  new (
    batchDims?: number | { readonly batchDims?: number | undefined },
  ) => (inputParams: Tensor, inputIndices: Operand, axis: number) => Tensor
> = defineOp({
  name: 'Gather',
  sig: 'inputParams!:T, inputIndices:I, axis ; batchDims -> T',
  doc: 'Slices of the parameters along an axis at the places given; negative ones count from the end. The first batchDims axes of both inputs go together.',
  method: 'gather',
  attrs: gatherAttrs,
  infer: ({ inputParams, inputIndices }, { axis, batchDims }, op) =>
    gatheredShape(inputParams.shape, inputIndices.shape, axis, batchDims, op),
  pull:
    ({ inputParams, inputIndices }, { axis, batchDims }) =>
    (...i) =>
      inputParams.at(...gathered(inputParams.shape, inputIndices, axis, batchDims, i)),
  grad: ({ g, ins: [params, indices], attrs: { axis, batchDims } }) => [
    () => gatherGrad(g, indices, params.shape, axis, batchDims),
    null,
  ],
});

export const gatherGrad: Op<(dout: Tensor, indices: Tensor, shape: Dims, axis: number, batchDims?: number) => Tensor> =
  defineOp({
    name: 'GatherGrad',
    sig: 'dout!:T, indices:I, shape, axis, batchDims -> T',
    doc: 'Zeros of a shape with dout added at the places that Gather reads: its gradient. Internal.',
    attrs: { shape: attr.ints(), ...gatherAttrs },
    infer: (_, { shape }) => shape,
    push: ({ dout, indices }, { shape, axis, batchDims }) => ({
      over: dout.shape,
      op: 'add',
      index: (...j) => gathered(shape, indices, axis, batchDims, j),
      value: (...j) => dout.at(...j),
    }),
    grad: ({ g, ins: [, indices], attrs: { axis, batchDims } }) => [() => gather(g, indices, axis, batchDims), null],
  });

export const gatherNd: Op<(inputX: Tensor, indices: Tensor) => Tensor> = defineOp({
  name: 'GatherNd',
  sig: 'inputX!:T, indices!:I -> T',
  doc: 'Slices of the input at the positions in the last axis of the indices, which must not be negative.',
  method: 'gatherNd',
  infer: ({ inputX, indices }, _, op) => {
    const depth = indices.shape.at(-1);
    if (depth === undefined || depth > inputX.shape.length) {
      throw new ValueError(
        `For '${op}', the last axis of 'indices' must be at most the ${inputX.shape.length} axes of 'inputX', ` +
          `but got shapes ${shapeText(indices.shape)} and ${shapeText(inputX.shape)}.`,
      );
    }
    return [...indices.shape.slice(0, -1), ...inputX.shape.slice(depth)];
  },
  pull: ({ inputX, indices }) => {
    const outer = indices.shape.length - 1;
    return (...i) => {
      const position = Array.from({ length: indices.shape[outer]! }, (_, d) =>
        nonNegative(indices.at(...i.slice(0, outer), d), inputX.shape[d]!),
      );
      return inputX.at(...position, ...i.slice(outer));
    };
  },
  grad: ({ g, ins: [x, indices] }) => [() => scatterNd(indices, g, x.shape), null],
});

/** The op of GatherD; the function `gatherD` has its axis in the middle. */
export const gatherDOp: Op<(x: Tensor, index: Tensor, dim: number) => Tensor> = defineOp({
  name: 'GatherD',
  sig: 'x!:T, index!:I, dim -> T',
  doc: 'out[.., i, ..] = x[.., index[.., i, ..], ..] along an axis; negative places count from the end. Other axes of the index may be shorter.',
  attrs: { dim: attr.int() },
  infer: ({ x, index }, { dim }, op) => {
    checkAligned(x.shape, index.shape, dim, op, 'index');
    return index.shape;
  },
  pull: ({ x, index }, { dim }) => {
    const at = normalizeAxis(dim, x.shape.length, 'GatherD');
    return (...i) => x.at(...i.map((e, d) => (d === at ? bounded(index.at(...i), x.shape[d]!) : e)));
  },
  grad: ({ g, ins: [x, index], attrs: { dim } }) => [() => gatherDGrad(g, index, x.shape, dim), null],
});

/** Raises when an index has other axes than what it points into, or longer ones but along `dim`. */
export function checkAligned(x: Dims, index: Dims, dim: number, op: string, name: string): void {
  const at = normalizeAxis(dim, x.length, op, 'dim');
  if (index.length === x.length && index.every((n, d) => d === at || n <= x[d]!)) return;
  throw new ValueError(
    `For '${op}', the '${name}' must have as many axes as the input and be no longer but along axis ${at}, ` +
      `but got shapes ${shapeText(index)} and ${shapeText(x)}.`,
  );
}

export const gatherDGrad: Op<(dout: Tensor, index: Tensor, shape: Dims, dim: number) => Tensor> = defineOp({
  name: 'GatherDGrad',
  sig: 'dout!:T, index!:I, shape, dim -> T',
  doc: 'Zeros of a shape with dout added at the places that GatherD reads: its gradient. Internal.',
  attrs: { shape: attr.ints(), dim: attr.int() },
  infer: (_, { shape }) => shape,
  push: ({ dout, index }, { shape, dim }) => {
    const at = normalizeAxis(dim, shape.length, 'GatherDGrad');
    return {
      over: dout.shape,
      op: 'add',
      index: (...j) => j.map((e, d) => (d === at ? bounded(index.at(...j), shape[d]!) : e)),
      value: (...j) => dout.at(...j),
    };
  },
  grad: ({ g, ins: [, index], attrs: { dim } }) => [() => gatherDOp(g, index, dim), null],
});

/** The common shape of index tensors. */
export function indexShape(indices: readonly { readonly shape: Dims }[], op: string): Dims {
  return indices.reduce<Dims>((shape, { shape: next }) => {
    const joined = broadcastShapes(shape, next);
    if (joined) return joined;
    throw new ValueError(
      `For '${op}', the 'indices' must broadcast, but got ${indices.map((t) => shapeText(t.shape)).join(', ')}.`,
    );
  }, []);
}

export const index: Op<(input: Tensor, indices: readonly Tensor[]) => Tensor> = defineOp({
  name: 'Index',
  sig: 'input!:T, indices:I[] -> T',
  doc: "x[i, j, ...] for integer tensors on the leading axes, which broadcast; negative ones count from the end. NumPy's advanced indexing.",
  infer: ({ input, indices }, _, op) => [...indexShape(indices, op), ...input.shape.slice(indices.length)],
  pull: ({ input, indices }) => {
    const rank = indexShape(indices, 'Index').length;
    return (...i) => {
      const lead = indices.map((v, d) => bounded(broadcastAt(v, i.slice(0, rank)), input.shape[d]!));
      return input.at(...lead, ...i.slice(rank));
    };
  },
  grad: ({ g, ins: [x, indices] }) => [() => indexPut(zerosLike(x), indices, g, true), indices.map(() => null)],
});

interface AxisOption {
  readonly axis?: number | undefined;
}

/** The op of OneHot; the function `oneHot` has defaults for its values. */
export const oneHotOp: Op<
  (indices: Operand, depth: number, onValue: Operand, offValue: Operand, axis?: number) => Tensor,
  new (axis?: number | AxisOption) => (indices: Operand, depth: number, onValue: Operand, offValue: Operand) => Tensor
> = defineOp({
  name: 'OneHot',
  sig: 'indices:I, depth, onValue:T, offValue:T ; axis -> T',
  doc: 'onValue where the new axis of `depth` elements is at the index, offValue elsewhere; an index outside [0, depth) gives offValue everywhere.',
  attrs: { depth: attr.int(), axis: attr.int(-1) },
  infer: ({ indices: { shape }, onValue, offValue }, { depth, axis }, op) => {
    if (depth < 0) throw new ValueError(`For '${op}', the 'depth' must not be negative, but got ${depth}.`);
    for (const [name, value] of Object.entries({ onValue, offValue })) {
      if (sizeOf(value.shape) !== 1) {
        throw new ValueError(
          `For '${op}', the '${name}' must have one element, but got shape ${shapeText(value.shape)}.`,
        );
      }
    }
    const at = normalizeAxis(axis, shape.length + 1, op);
    return [...shape.slice(0, at), depth, ...shape.slice(at)];
  },
  pull: ({ indices, onValue, offValue }, { axis }) => {
    const at = normalizeAxis(axis, indices.shape.length + 1, 'OneHot');
    return (...i) => {
      const own = indices.at(...i.filter((_, d) => d !== at));
      return where(own.eq(i[at]!.cast(own.dtype)), onValue.scalar, offValue.scalar);
    };
  },
  // Summed to their shapes as for every broadcast input.
  grad: ({ g, ins: [indices], attrs: { depth, axis } }) => [
    null,
    () => mul(g, oneHotOp(indices, depth, 1, 0, axis)),
    () => mul(g, oneHotOp(indices, depth, 0, 1, axis)),
  ],
});

export const maskedFill: Op<(inputX: Operand, mask: Operand, value: Operand) => Tensor> = defineOp({
  name: 'MaskedFill',
  sig: 'inputX:T, mask:B, value:T -> T',
  doc: 'value where the mask is true, else inputX. A fraction lifts an integer input to Float32 (MindSpore refuses it).',
  method: 'maskedFill',
  infer: ({ inputX, mask, value }, _, op) => {
    if (sizeOf(value.shape) !== 1) {
      throw new ValueError(
        `For '${op}', the 'value' must be a number or a tensor of one element, but got shape ${shapeText(value.shape)}.`,
      );
    }
    const shape = broadcastShapes(inputX.shape, mask.shape);
    if (shape) return shape;
    throw new ValueError(
      `For '${op}', the shapes of 'inputX' and 'mask' must broadcast, but got ${shapeText(inputX.shape)} and ${shapeText(mask.shape)}.`,
    );
  },
  each: ({ inputX, mask, value }) => where(mask, value, inputX),
  grad: ({ g, ins: [, mask] }) => [() => select(mask, 0, g), null, () => select(mask, g, 0)],
});

/** The positions (row-major numbers) of the elements that are not zero, read now. */
function positionsOf(x: Tensor, op: string): number[] {
  const { data } = readNow(x, op);
  const at: number[] = [];
  for (let i = 0; i < data.length; i++) if (Number(data[i]) !== 0 && !isNegativeZero(data[i]!, x)) at.push(i);
  return at;
}

/** Half types lie in memory as bits, so that -0 is 0x8000. */
const isNegativeZero = (bits: number | bigint, x: Tensor): boolean =>
  x.dtype.isFloat && x.dtype.itemsize === 2 && bits === 0x8000;

function readNow(x: Tensor, op: string): { readonly data: ArrayLike<number | bigint> } {
  try {
    return x.asnumpy();
  } catch (error) {
    if (error instanceof Error)
      error.message = `For '${op}', the shape of the result depends on values: ${error.message}`;
    throw error;
  }
}

export const nonZero: Op<(input: Tensor) => Tensor> = defineOp({
  name: 'NonZero',
  sig: 'input!:T -> Int64',
  doc: 'Positions of the elements that are not zero, one row of coordinates each. The shape depends on the values, so it runs at once.',
  body: ({ input }) => {
    const { shape } = input;
    if (!shape.length)
      throw new ValueError("For 'NonZero', the 'input' must have at least one axis, but got shape ().");
    const found = positionsOf(input, 'NonZero');
    const rows = new BigInt64Array(found.length * shape.length);
    found.forEach((flat, k) => {
      let rest = flat;
      for (let d = shape.length - 1; d >= 0; d--) {
        rows[k * shape.length + d] = BigInt(rest % shape[d]!);
        rest = Math.floor(rest / shape[d]!);
      }
    });
    return new TensorClass(rows, { dtype: int64, shape: [found.length, shape.length] }).to(input.device);
  },
});

export const maskedSelect: Op<(input: Tensor, mask: Tensor) => Tensor> = defineOp({
  name: 'MaskedSelect',
  sig: 'input!:T, mask!:B -> T',
  doc: 'The elements where the mask is true, as one axis; both inputs broadcast. The shape depends on the mask, which is read at once.',
  method: 'maskedSelect',
  body: ({ input, mask }) => {
    const shape = broadcastShapes(input.shape, mask.shape);
    if (!shape) {
      throw new ValueError(
        `For 'MaskedSelect', the shapes of 'input' and 'mask' must broadcast, but got ${shapeText(input.shape)} and ${shapeText(mask.shape)}.`,
      );
    }
    const spread = (t: Tensor): Tensor =>
      reshape(shapeText(t.shape) === shapeText(shape) ? t : broadcastTo(t, shape), [-1]);
    const found = Int32Array.from(positionsOf(spread(mask), 'MaskedSelect'));
    return gather(spread(input), new TensorClass(found, { dtype: int32, shape: [found.length] }).to(mask.device), 0);
  },
});
