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

/** Hands core the operations it is written in, and gives Tensor its methods. The front package calls it. */
export function installOps(): void {
  installCoreOps({
    add,
    cast,
    sum: (x, axes, keepDims) => (axes.length ? reduceSum(x, axes, keepDims) : x),
    reshape,
    broadcastTo,
    transpose,
    full: (shape, value, dtype) => fill(dtype, shape, value),
    slice,
    setSlice,
    gatherNd: index,
    scatterNd: (x, indices, value) => indexPut(x, indices, value),
    where: select,
    stack: (xs) => stack(xs),
    less,
  });
  installMethods(tensorMethods);
}
