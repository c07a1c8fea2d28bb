// jax-js as far as the benchmarks use it, and its trainings on any back end; their weights come from data.ts.
import { LENET, MLP, MOMENTUM, lenet, mlp } from './data.ts';
import type { Weight } from './data.ts';

export type Operand = Arr | number;
/** A call uses its operands up; `ref` is one more reference. */
export interface Arr {
  readonly ref: Arr;
  readonly shape: readonly number[];
  add(x: Operand): Arr;
  sub(x: Operand): Arr;
  mul(x: Operand): Arr;
  div(x: Operand): Arr;
  sum(): Arr;
  mean(axis: number, options: { keepdims: boolean }): Arr;
  reshape(shape: readonly number[]): Arr;
  transpose(axes: readonly number[]): Arr;
  slice(index: number): Arr;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<Arr>;
  dispose(): void;
}
export type Unary = (x: Arr) => Arr;
export type Binary = (a: Arr, b: Arr) => Arr;
export interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  readonly jit: <A extends readonly unknown[], R>(f: (...args: A) => R) => (...args: A) => R;
  valueAndGrad(f: (params: Arr[], x: Arr, y: Arr) => Arr): (params: Arr[], x: Arr, y: Arr) => [Arr, Arr[]];
  blockUntilReady(tree: unknown): Promise<unknown>;
  /** What a step spends, as entries of `performance`. */
  readonly profiler: { startTrace(): void; stopTrace(): void };
  readonly tree: { ref<T>(tree: T): T };
  readonly lax: {
    convGeneralDilated(x: Arr, kernel: Arr, strides: readonly number[], padding: 'VALID'): Arr;
    reduceWindow(x: Arr, f: Unary, size: readonly number[], strides: readonly number[]): Arr;
  };
  readonly nn: {
    readonly relu: Unary;
    readonly sigmoid: Unary;
    logSoftmax(x: Arr, axis: number): Arr;
    softmax(x: Arr, axis: number): Arr;
    oneHot(ids: Arr, classes: number): Arr;
    gelu(x: Arr, options: { approximate: boolean }): Arr;
  };
  readonly numpy: {
    array(data: Float32Array | Int32Array | number, options?: { dtype: unknown }): Arr;
    zeros(shape: readonly number[]): Arr;
    readonly matmul: Binary;
    readonly dot: Binary;
    readonly max: Unary;
    readonly tanh: Unary;
    readonly square: Unary;
    readonly sqrt: Unary;
    readonly exp: Unary;
    readonly abs: Unary;
    readonly sign: Unary;
    maximum(a: Arr, b: number): Arr;
    readonly int32: unknown;
    readonly float32: unknown;
  };
}

export interface Task<S> {
  readonly loss: (params: Arr[], x: Arr, y: Arr) => Arr;
  readonly update: (params: Arr[], state: S, grads: Arr[]) => [Arr[], S];
  readonly weights: readonly Weight[];
  readonly state: S;
  readonly x: Arr;
  readonly y: Arr;
}

function momentum(params: Arr[], moments: Arr[], grads: Arr[]): [Arr[], Arr[]] {
  const after = moments.map((m, i) => m.mul(MOMENTUM.momentum).add(grads[i]!));
  return [params.map((p, i) => p.sub(after[i]!.ref.mul(MOMENTUM.rate))), after];
}

/** What trainings are made of, and the workloads that use Momentum. */
export function trainings(jax: Jax) {
  const { numpy: np, nn, lax, jit } = jax;
  const array = ({ data, shape }: Weight): Arr => np.array(data).reshape(shape);
  const ints = (data: Int32Array): Arr => np.array(data, { dtype: np.int32 });
  const zeros = (weights: readonly Weight[]): Arr[] => weights.map((w) => np.zeros(w.shape));
  const dense = (x: Arr, p: Arr[], i: number): Arr => np.dot(x, p[i]!).add(p[i + 1]!);
  const crossEntropy = (logits: Arr, labels: Arr, classes: number): Arr => {
    const rows = logits.shape[0]!;
    return nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, classes)).sum().mul(-1 / rows); // prettier-ignore
  };

  /** One jit of forward, backward and update; a call gives the loss. */
  function stepOf<S>({ loss, update, weights, state: initial, x, y }: Task<S>): () => Promise<number> {
    const step = jit((params: Arr[], state: S, a: Arr, b: Arr): [Arr, Arr[], S] => {
      const [value, grads] = jax.valueAndGrad(loss)(jax.tree.ref(params), a, b);
      return [value, ...update(params, state, grads)];
    });
    let params = weights.map(array);
    let state = initial;
    return async () => {
      let value: Arr;
      [value, params, state] = step(params, state, x.ref, y.ref);
      await jax.blockUntilReady([value, params, state]);
      return (await value.data())[0]!;
    };
  }

  const momentumSteps = {
    'mlp-train': () => {
      const { x, y, weights } = mlp();
      const loss = (p: Arr[], a: Arr, b: Arr): Arr =>
        crossEntropy(dense(nn.relu(dense(nn.relu(dense(a, p, 0)), p, 2)), p, 4), b, 10);
      const input = np.array(x).reshape([MLP.batch, 784]);
      return stepOf({ loss, update: momentum, weights, state: zeros(weights), x: input, y: ints(y) });
    },
    'lenet-train': () => {
      const { x, y, weights } = lenet();
      const conv = (h: Arr, p: Arr[], i: number): Arr => {
        const bias = p[i + 1]!;
        return nn.relu(lax.convGeneralDilated(h, p[i]!, [1, 1], 'VALID').add(bias.reshape([bias.shape[0]!, 1, 1])));
      };
      const pool = (h: Arr): Arr => lax.reduceWindow(h, np.max, [2, 2], [2, 2]);
      const loss = (p: Arr[], a: Arr, b: Arr): Arr => {
        const h = pool(conv(pool(conv(a, p, 0)), p, 2)).reshape([LENET.batch, 400]);
        return crossEntropy(dense(nn.relu(dense(nn.relu(dense(h, p, 4)), p, 6)), p, 8), b, 10);
      };
      const input = np.array(x).reshape([LENET.batch, 1, 32, 32]);
      return stepOf({ loss, update: momentum, weights, state: zeros(weights), x: input, y: ints(y) });
    },
  };
  return { ints, zeros, crossEntropy, stepOf, momentumSteps };
}
