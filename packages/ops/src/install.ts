import { installCoreOps, installMethods } from '@sporelet/core';
import { cast, less, select } from './compare.ts';
import { fill } from './creation.ts';
import { add } from './elementwise.ts';
import { index } from './indexing.ts';
import { tensorMethods } from './methods.gen.ts';
import { reduceSum } from './reduce.ts';
import { indexPut } from './scatter.ts';
import { stack } from './shape-join.ts';
import { setSlice, slice } from './shape-slice.ts';
import { broadcastTo, reshape, transpose } from './shape.ts';

/**
 * Hands core the operations it is written in, and gives Tensor its methods. The front package calls it. Functions are named
 * where they are called only, since in a bundle they may be loaded then.
 */
export function installOps(): void {
  installCoreOps({
    add: (x, y) => add(x, y),
    cast: (x, dtype) => cast(x, dtype),
    sum: (x, axes, keepDims) => (axes.length ? reduceSum(x, axes, keepDims) : x),
    reshape: (x, shape) => reshape(x, shape),
    broadcastTo: (x, shape) => broadcastTo(x, shape),
    transpose: (x, permutation) => transpose(x, permutation),
    full: (shape, value, dtype) => fill(dtype, shape, value),
    slice: (x, begin, size, step) => slice(x, begin, size, step),
    setSlice: (x, value, begin, step) => setSlice(x, value, begin, step),
    gatherNd: (x, indices) => index(x, indices),
    scatterNd: (x, indices, value) => indexPut(x, indices, value),
    where: (mask, value, x) => select(mask, value, x),
    stack: (xs) => stack(xs),
    less: (x, y) => less(x, y),
  });
  installMethods(tensorMethods);
}
