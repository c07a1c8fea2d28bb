import { Parameter, Tensor } from '@sporelet/core';
import type { Dims, DType } from '@sporelet/ir';
import { bool, broadcastShapes, float16, float32, int32, sizeOf } from '@sporelet/ir';
import * as ops from '../src/index.ts';
import { generator } from './harness.ts';

/** One step of a random program: which operation, and which values it takes. */
export type Step = readonly [op: number, a: number, b: number, c: number];

/** A random program: shapes and dtypes of its inputs, its steps, which values it returns. */
export interface Recipe {
  readonly inputs: readonly { readonly shape: Dims; readonly dtype: number }[];
  readonly parameter: Dims;
  readonly steps: readonly Step[];
  readonly outputs: readonly number[];
  readonly seed: number;
  /** Whether random numbers and control flow may occur. */
  readonly plain: boolean;
}

export const dtypes: readonly DType[] = [float32, float16, int32, bool];
const limit = 600;

/** A tensor of small numbers, some of them zero. */
export function draw(shape: Dims, dtype: DType, random: () => number): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (random() < 0.1 ? 0 : Math.round((random() - 0.5) * 64) / 16)); // prettier-ignore
  const t = new Tensor(data, { shape: [...shape] });
  return dtype === float32 ? t : ops.cast(dtype === bool ? ops.greater(t, 0) : t, dtype);
}

/** The Parameters that programs read and update. */
export interface State {
  readonly weight: Parameter;
  readonly moment: Parameter;
}

export function makeState(recipe: Recipe): State {
  const random = generator(recipe.seed + 1);
  return {
    weight: new Parameter(draw(recipe.parameter, float32, random), 'weight'),
    moment: new Parameter(draw(recipe.parameter, float32, random).abs(), 'moment'),
  };
}

export function makeInputs(recipe: Recipe): Tensor[] {
  const random = generator(recipe.seed);
  return recipe.inputs.map(({ shape, dtype }) => draw(shape, dtypes[dtype]!, random));
}

const asFloat = (x: Tensor): Tensor => (x.dtype.isFloat ? x : x.astype(float32));
const asNumber = (x: Tensor): Tensor => (x.dtype === bool ? x.astype(int32) : x);
const asBool = (x: Tensor): Tensor => (x.dtype === bool ? x : x.greater(0));

/** A value in another shape: broadcast where that is possible, else from its sum. */
export function fit(x: Tensor, shape: Dims): Tensor {
  const joined = broadcastShapes(x.shape, shape);
  if (joined && String(joined) === String([...shape])) return ops.broadcastTo(x, [...shape]);
  return ops.broadcastTo(asNumber(x).sum(), [...shape]);
}

const pair =
  (f: (x: Tensor, y: Tensor) => Tensor) =>
  (x: Tensor, y: Tensor): Tensor => {
    const [a, b] = [asNumber(x), asNumber(y)];
    const joined = broadcastShapes(a.shape, b.shape);
    return joined && sizeOf(joined) <= limit ? f(a, b) : f(a, fit(b, a.shape));
  };
const one =
  (f: (x: Tensor, axis: number, c: number) => Tensor) =>
  (x: Tensor, _: Tensor, c: number): Tensor =>
    f(x, x.ndim ? c % x.ndim : 0, c);
const withAxis =
  (f: (x: Tensor, axis: number, c: number) => Tensor) =>
  (x: Tensor, y: Tensor, c: number): Tensor =>
    one(f)(x.ndim ? x : x.reshape([1]), y, c);
const notEmpty = (f: (x: Tensor, axis: number, c: number) => Tensor) =>
  withAxis((x, axis, c) => (x.size ? f(x, axis, c) : x));

type Rule = (x: Tensor, y: Tensor, c: number, state: State) => Tensor;

/** Operations that change no state. */
export const rules: Readonly<Record<string, Rule>> = {
  add: pair(ops.add),
  sub: pair(ops.sub),
  mul: pair(ops.mul),
  div: pair((x, y) => ops.div(asFloat(x), asFloat(y))),
  maximum: pair(ops.maximum),
  minimum: pair(ops.minimum),
  pow: pair((x, y) => ops.pow(asFloat(x).abs(), asFloat(y).clip(-2, 2))),
  floorDiv: pair((x, y) => ops.floorDiv(x, y)),
  less: pair(ops.less),
  equal: pair(ops.equal),
  logicalAnd: pair((x, y) => ops.logicalAnd(asBool(x), asBool(y))),
  logicalNot: (x) => ops.logicalNot(asBool(x)),
  addNumber: (x, _, c) => asNumber(x).add(c % 2 ? 1.5 : 2),
  scale: (x, _, c) => asNumber(x).mul([0, 1, -1, 0.5, 3][c % 5]!),
  fromNumber: (x, _, c) => ops.sub(c % 3, asNumber(x)),
  neg: (x) => asNumber(x).neg(),
  abs: (x) => asNumber(x).abs(),
  exp: (x) => asFloat(x).clip(-4, 4).exp(),
  sin: (x) => asFloat(x).sin(),
  tanh: (x) => asFloat(x).tanh(),
  sigmoid: (x) => ops.sigmoid(asFloat(x)),
  relu: (x) => ops.relu(asFloat(x)),
  gelu: (x) => ops.gelu(asFloat(x)),
  sqrt: (x) => asFloat(x).abs().add(0.5).sqrt(),
  square: (x) => asNumber(x).square(),
  sign: (x) => asFloat(x).sign(),
  half: (x) => asFloat(x).astype(float16),
  single: (x) => x.astype(float32),
  integer: (x) => asFloat(x).clip(-100, 100).astype(int32),
  select: (x, y) => {
    const [a, b] = [asFloat(x), asFloat(y)];
    return ops.select(asBool(fit(b, a.shape)), a, fit(b, a.shape));
  },
  clip: (x) => asNumber(x).clip(-1, 2),
  sum: one((x, axis, c) => (c % 3 ? asNumber(x).sum(x.ndim ? axis : null, c % 2 === 0) : asNumber(x).sum())),
  mean: notEmpty((x, axis, c) => asFloat(x).mean(axis, c % 2 === 0)),
  max: notEmpty((x, axis, c) => ops.amax(asNumber(x), axis, c % 2 === 0)),
  min: notEmpty((x, axis, c) => ops.amin(asNumber(x), axis, c % 2 === 0)),
  prod: notEmpty((x, axis) => ops.prod(asFloat(x).clip(-2, 2), axis)),
  variance: notEmpty((x, axis) => asFloat(x).sub(asFloat(x).mean(axis, true)).square().mean(axis, true)),
  softmax: notEmpty((x, axis) => ops.softmax(asFloat(x), axis)),
  logSoftmax: notEmpty((x, axis) => ops.logSoftmax(asFloat(x), axis)),
  cumsum: withAxis((x, axis) => ops.cumsum(asNumber(x), axis)),
  argmax: notEmpty((x, axis) => ops.argmax(asNumber(x), axis).astype(int32)),
  flatten: (x) => x.reshape([x.size]),
  column: (x) => x.reshape([x.size, 1]),
  fold: (x) => (x.size % 2 ? x : x.reshape([2, x.size / 2])),
  reverseAxes: (x) => x.transpose(x.shape.map((_, i) => x.ndim - 1 - i)),
  swap: withAxis((x, axis) => ops.swapaxes(x, axis, 0)),
  unsqueeze: (x, _, c) => (x.ndim > 3 ? x : x.expandDims(c % (x.ndim + 1))),
  broadcast: (x) => (x.size * 3 > limit || x.ndim > 3 ? x : ops.broadcastTo(x, [3, ...x.shape])),
  head: notEmpty((x) => x.at('0:1')),
  tail: withAxis((x) => x.at('1:')),
  steps: withAxis((x) => x.at('::2')),
  backwards: withAxis((x, axis) => ops.flip(x, [axis])),
  row: withAxis((x, _, c) => (x.shape[0] ? x.at(c % x.shape[0]) : x)),
  concat: withAxis((x, axis) => (x.size * 2 > limit ? x : ops.concat([x, asNumber(x).neg().astype(x.dtype)], axis))),
  stack: (x, y) => (x.size * 2 > limit || x.ndim > 3 ? x : ops.stack([x, fit(y, x.shape).astype(x.dtype)])),
  pad: withAxis((x) => (x.size * 3 > limit ? x : ops.pad(asFloat(x), [1, 1]))),
  matmul: (x, y) => {
    const a = asFloat(x).reshape([x.ndim ? x.shape[0] : 1, x.ndim ? x.size / Math.max(1, x.shape[0]) : 1]);
    if (!x.size) return a;
    const n = a.shape[1];
    const b = y.ndim === 2 && y.shape[0] === n ? asFloat(y).astype(a.dtype) : a.transpose([1, 0]);
    return a.shape[0] * b.shape[1] > limit ? a : ops.matmul(a, b);
  },
  gather: notEmpty((x, _, c) => ops.gather(x, new Tensor([c % x.shape[0], 0, (c + 1) % x.shape[0]], int32), 0)),
  gatherTraced: notEmpty((x) => {
    const i = asFloat(x)
      .reshape([x.size])
      .at('0:2')
      .abs()
      .astype(int32)
      .clip(0, x.shape[0] - 1)
      .astype(int32);
    return ops.gather(x, i, 0);
  }),
  scatterAdd: withAxis((x) => {
    const y = asFloat(x);
    if (!y.shape[0]) return y;
    return ops.tensorScatterAdd(y, new Tensor([[0], [y.shape[0] - 1]], int32), ops.stack([y.at(0), y.at(0)]));
  }),
  setAt: notEmpty((x) => {
    const y = x.mul(1).astype(x.dtype);
    return y.setAt(0, 1);
  }),
  sort: notEmpty((x, axis) => ops.sort(asFloat(x), axis)[0]),
  layerNorm: notEmpty((x) => {
    const n = x.shape[x.ndim - 1]!;
    return ops.layerNorm(asFloat(x).astype(float32), [n], new Tensor(new Float32Array(n).fill(1.5)), new Tensor(new Float32Array(n))); // prettier-ignore
  }),
  readWeight: (x, _y, _c, { weight }) => pair(ops.add)(weight, x.astype(float32)),
  weightSum: (_x, _y, _c, { weight }) => weight.sum(),
  shared: (x, y) => {
    const t = pair(ops.mul)(x, y);
    return pair(ops.add)(t, pair(ops.sub)(t, x));
  },
};

/** Operations that update Parameters. */
export const updates: Readonly<Record<string, Rule>> = {
  momentum: (x, _, c, { weight, moment }) => {
    ops.applyMomentum(weight, moment, 0.1, fit(x.astype(float32).tanh(), weight.shape), c % 2 ? 0.9 : 0);
    return weight.mul(0.5);
  },
  adagrad: (x, _, _c, { weight, moment }) => {
    ops.applyAdagrad(weight, moment, 0.1, fit(x.astype(float32).tanh(), weight.shape));
    return weight.value();
  },
  setData: (x, _, _c, { weight }) => {
    weight.setData(fit(x.astype(float32).clip(-2, 2), weight.shape));
    return weight.sum();
  },
  shuffled: (x, _, c, { weight }) => {
    const axis = weight.ndim - 1;
    const ways = [ops.flip(weight, [axis].filter((d) => d >= 0)), axis < 0 ? weight.neg() : ops.cumsum(weight, axis), weight.add(weight.sum())]; // prettier-ignore
    weight.setData(ways[c % 3]!);
    return weight.mul(fit(x.astype(float32), weight.shape));
  },
  ownGradient: (_x, _y, _c, { weight, moment }) => {
    const axes = weight.shape.map((_, d) => d);
    ops.applyMomentum(weight, moment, 0.1, ops.flip(weight, axes).mul(moment), 0.9);
    return weight.value();
  },
  exchange: (_x, _y, _c, { weight, moment }) => {
    const before = weight.value();
    weight.setData(moment.value());
    moment.setData(before.abs());
    return before;
  },
};

/** Operations that run bodies, and random ones. */
export const bodies: Readonly<Record<string, Rule>> = {
  cond: (x, y) => {
    const [a, b] = [asFloat(x), asFloat(y)];
    return ops.cond(b.sum().greater(0), (a) => a.sin().mul(2), (a) => a.sub(b.astype(a.dtype).sum()), a); // prettier-ignore
  },
  repeat: (x, _, c) => ops.forILoop(0, c % 3, (i, v) => v.mul(0.5).add(i.astype(v.dtype)), asFloat(x)),
  scan: withAxis((x) => {
    const y = asFloat(x);
    return ops.scan((s, r) => [s.add(r).tanh(), s.sub(r)], ops.zeros(y.shape.slice(1), y.dtype), y)[1];
  }),
  until: (x) => ops.whileLoop((v) => v.abs().sum().greater(1), (v) => v.mul(0.25), asFloat(x).sin()), // prettier-ignore
  noise: (x) =>
    asFloat(x)
      .astype(float32)
      .add(ops.rand([...x.shape])),
};

/** The program of a recipe, on given Parameters. */
export function programOf(recipe: Recipe, state: State) {
  const table = Object.values({ ...rules, ...updates, ...(recipe.plain ? {} : bodies) });
  return (...inputs: Tensor[]): Tensor[] => {
    const pool: Tensor[] = [...inputs];
    for (const [op, a, b, c] of recipe.steps) {
      // Mostly the latest values: chains are what is fused.
      const [x, y] = [a, b].map((k) => pool[pool.length - 1 - (k % pool.length)]!) as [Tensor, Tensor];
      pool.push(table[op % table.length]!(x, y, c, state));
    }
    return recipe.outputs.map((o) => pool[pool.length - 1 - (o % pool.length)]!);
  };
}
/** The names of a recipe's steps, for reading a counterexample. */
export function namesOf(recipe: Recipe): string[] {
  const table = Object.keys({ ...rules, ...updates, ...(recipe.plain ? {} : bodies) });
  return recipe.steps.map(([op, a, b, c]) => `${table[op % table.length]!}(${a},${b},${c})`);
}
