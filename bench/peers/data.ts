// The same numbers for every library: uniform floats from mulberry32, so that their results can be compared.

function mulberry32(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uniform(seed: number, size: number, low = 0, high = 1): Float32Array {
  const next = mulberry32(seed);
  return Float32Array.from({ length: size }, () => low + (high - low) * next());
}

/** A starting weight; matrices are [inputs, outputs], kernels [outputs, inputs, height, width]. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const filled = (value: number, ...shape: number[]): Weight => ({ shape, data: new Float32Array(sizeOf(shape)).fill(value) }); // prettier-ignore
function weight(seed: number, inputs: number, ...shape: number[]): Weight {
  const bound = 1 / Math.sqrt(inputs);
  return { shape, data: uniform(seed, sizeOf(shape), -bound, bound) };
}

export const product = (n: number) => ({ a: uniform(1, n * n, -1, 1), b: uniform(2, n * n, -1, 1) });

export const ELEMENTS = 4_194_304;
export const elements = () => uniform(3, ELEMENTS, -2, 2);

/** Training settings of the networks that use Momentum. */
export const MOMENTUM = { rate: 0.01, momentum: 0.9 };
const labels = (size: number) => Int32Array.from({ length: size }, (_, i) => (i * 7) % 10);

export const MLP = { batch: 128, sizes: [784, 512, 256, 10] };
export function mlp() {
  const { batch, sizes } = MLP;
  const weights = sizes.slice(1).flatMap((out, i) => [weight(10 + i, sizes[i]!, sizes[i]!, out), filled(0, out)]);
  return { x: uniform(4, batch * 784), y: labels(batch), weights };
}

export const LENET = { batch: 64 };
export function lenet() {
  const weights = [
    ...[weight(20, 25, 6, 1, 5, 5), filled(0, 6)],
    ...[weight(21, 150, 16, 6, 5, 5), filled(0, 16)],
    ...[weight(22, 400, 400, 120), filled(0, 120)],
    ...[weight(23, 120, 120, 84), filled(0, 84)],
    ...[weight(24, 84, 84, 10), filled(0, 10)],
  ];
  return { x: uniform(5, LENET.batch * 32 * 32), y: labels(LENET.batch), weights };
}

export const TRANSFORMER = { width: 128, heads: 4, tokens: 64, batch: 16, hidden: 512, layers: 2, words: 65 };
export const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
export const NORM_EPS = 1e-5;

/** Weights in order: words, positions; per layer: norm, q·k·v, projection, norm, hidden, out; norm, head. */
export function transformer() {
  const { width: d, tokens, batch, hidden, layers, words } = TRANSFORMER;
  const next = mulberry32(30);
  const draw = () => Int32Array.from({ length: batch * tokens }, () => Math.floor(next() * words));
  const ids = draw();
  const targets = draw();
  let seed = 40;
  const dense = (inputs: number, outputs: number) => [weight(seed++, inputs, inputs, outputs), filled(0, outputs)];
  const norm = () => [filled(1, d), filled(0, d)];
  const weights: Weight[] = [words, tokens].map((n) => ({ shape: [n, d], data: uniform(seed++, n * d, -0.05, 0.05) }));
  for (let layer = 0; layer < layers; layer++) {
    weights.push(...norm(), ...dense(d, 3 * d), ...dense(d, d), ...norm(), ...dense(d, hidden), ...dense(hidden, d));
  }
  weights.push(...norm(), ...dense(d, words));
  return { ids, targets, weights };
}

/** -1e9 above the diagonal. */
export function causalMask(tokens: number): Float32Array {
  return Float32Array.from({ length: tokens * tokens }, (_, k) => (k % tokens > Math.floor(k / tokens) ? -1e9 : 0));
}

export const PROXIMAL = { size: 10_000_000, rate: 0.01, l1: 0.001, l2: 0.001 };
export function proximal() {
  const { size } = PROXIMAL;
  return {
    variable: uniform(6, size, -1, 1),
    accum: new Float32Array(size).fill(0.1),
    grad: uniform(7, size, -0.1, 0.1),
  };
}

export const CHAIN = { size: 10, length: 1000, start: 0.5, step: 1.5 };
