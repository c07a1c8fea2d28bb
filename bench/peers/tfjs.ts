// TensorFlow.js on the back end that BENCH_BACKEND names: wasm (SIMD; in Node never with threads) or cpu (plain JavaScript).
import { ADAM, CHAIN, LENET, MLP, MOMENTUM, NORM_EPS, PROXIMAL, TRANSFORMER, causalMask, elements, lenet, mlp, product, proximal, transformer } from './data.ts'; // prettier-ignore
import type { Weight } from './data.ts';
import { main, times, training } from './measure.ts';
import type { Run } from './measure.ts';
import { library } from './packages.ts';

type Operand = Tensor | number;
interface Tensor {
  add(x: Operand): Tensor;
  sub(x: Operand): Tensor;
  mul(x: Operand): Tensor;
  div(x: Operand): Tensor;
  matMul(x: Tensor): Tensor;
  abs(): Tensor;
  relu(): Tensor;
  sqrt(): Tensor;
  square(): Tensor;
  tanh(): Tensor;
  toFloat(): Tensor;
  sum(): Tensor;
  mean(axis: number, keepDims: boolean): Tensor;
  reshape(shape: readonly number[]): Tensor;
  transpose(axes: readonly number[]): Tensor;
  slice(begin: number, size: number): Tensor;
  clone(): Tensor;
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface Optimizer {
  minimize(loss: () => Tensor, returnCost: true, variables: readonly Tensor[]): Tensor;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Float32Array | Int32Array, shape?: readonly number[], dtype?: 'int32'): Tensor;
  variable(t: Tensor): Tensor;
  oneHot(ids: Tensor, depth: number): Tensor;
  gather(t: Tensor, ids: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  conv2d(x: Tensor, filter: Tensor, stride: number, pad: 'valid'): Tensor;
  maxPool(x: Tensor, size: number, stride: number, pad: 'valid'): Tensor;
  softmax(t: Tensor): Tensor;
  sigmoid(t: Tensor): Tensor;
  sign(t: Tensor): Tensor;
  maximum(a: Tensor, b: number): Tensor;
  split(t: Tensor, parts: number, axis: number): Tensor[];
  tidy<T>(f: () => T): T;
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  readonly train: {
    momentum(rate: number, momentum: number): Optimizer;
    adam(rate: number, beta1: number, beta2: number, eps: number): Optimizer;
  };
}

const backend = process.env['BENCH_BACKEND'] ?? 'wasm';
const slow = backend === 'cpu';
const tf = await library<Tf>('@tensorflow/tfjs');
await library(slow ? '@tensorflow/tfjs-backend-cpu' : '@tensorflow/tfjs-backend-wasm');
await tf.setBackend(backend);
await tf.ready();

const tensor = ({ data, shape }: Weight): Tensor => tf.tensor(data, shape);
const ints = (data: Int32Array): Tensor => tf.tensor(data, [data.length], 'int32');
const crossEntropy = (labels: Int32Array, classes: number) => {
  const rows = tf.oneHot(ints(labels), classes).toFloat();
  return (logits: Tensor): Tensor => tf.losses.softmaxCrossEntropy(rows, logits);
};

function train(variables: readonly Tensor[], loss: () => Tensor, optimizer: Optimizer, note?: string): Promise<Run> {
  return training(async () => {
    const cost = optimizer.minimize(loss, true, variables);
    const value = (await cost.data())[0]!;
    cost.dispose();
    return value;
  }, note);
}
const momentum = () => tf.train.momentum(MOMENTUM.rate, MOMENTUM.momentum);

function square(n: number) {
  return async (): Promise<Run> => {
    const { a, b } = product(n);
    const [x, y] = [tf.tensor(a, [n, n]), tf.tensor(b, [n, n])];
    const check = [(await tf.matMul(x, y).data())[n + 1]!];
    return { times: await times(() => tf.matMul(x, y).dispose()), check };
  };
}

async function lenetRun(): Promise<Run> {
  const { x, y, weights } = lenet();
  const p = weights.map((w, i) => {
    // Images are NHWC here and kernels HWIO, so the first matrix after them takes its rows in another order.
    if (i === 0 || i === 2) return tf.variable(tensor(w).transpose([2, 3, 1, 0]));
    if (i !== 4) return tf.variable(tensor(w));
    return tf.variable(tensor(w).reshape([16, 5, 5, 120]).transpose([1, 2, 0, 3]).reshape([400, 120]));
  });
  const images = tf.tensor(x, [LENET.batch, 32, 32, 1]);
  const loss = crossEntropy(y, 10);
  const forward = (): Tensor => {
    let h = tf.maxPool(tf.conv2d(images, p[0]!, 1, 'valid').add(p[1]!).relu(), 2, 2, 'valid');
    h = tf.maxPool(tf.conv2d(h, p[2]!, 1, 'valid').add(p[3]!).relu(), 2, 2, 'valid').reshape([LENET.batch, 400]);
    h = h.matMul(p[4]!).add(p[5]!).relu();
    return loss(h.matMul(p[6]!).add(p[7]!).relu().matMul(p[8]!).add(p[9]!));
  };
  return train(p, forward, momentum());
}

async function transformerRun(): Promise<Run> {
  const { width, heads, tokens, batch, layers, words } = TRANSFORMER;
  const { ids, targets, weights } = transformer();
  const p = weights.map((w) => tf.variable(tensor(w)));
  const mask = tf.tensor(causalMask(tokens), [tokens, tokens]);
  const given = ints(ids);
  const rows = tf.oneHot(given, words).toFloat();
  const loss = crossEntropy(targets, words);
  const norm = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
    const centred = x.sub(x.mean(-1, true));
    return centred.div(centred.square().mean(-1, true).add(NORM_EPS).sqrt()).mul(gamma).add(beta);
  };
  const gelu = (x: Tensor): Tensor => {
    const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
    return x.mul(0.5).mul(inner.tanh().add(1));
  };
  const forward = (): Tensor => {
    let k = 0;
    const next = (): Tensor => p[k++]!;
    // The wasm back end cannot differentiate gather.
    const embedded = slow ? tf.gather(next(), given) : rows.matMul(next());
    let h = embedded
      .reshape([batch, tokens, width])
      .add(next())
      .reshape([batch * tokens, width]);
    for (let layer = 0; layer < layers; layer++) {
      const size = width / heads;
      const qkv = norm(h, next(), next()).matMul(next()).add(next()).reshape([batch, tokens, 3, heads, size]).transpose([2, 0, 3, 1, 4]); // prettier-ignore
      const [q, key, v] = tf.split(qkv, 3, 0).map((t) => t.reshape([batch, heads, tokens, size]));
      const scores = tf.softmax(tf.matMul(q!, key!, false, true).mul(1 / Math.sqrt(size)).add(mask)); // prettier-ignore
      const mixed = tf
        .matMul(scores, v!)
        .transpose([0, 2, 1, 3])
        .reshape([batch * tokens, width]);
      h = h.add(mixed.matMul(next()).add(next()));
      h = h.add(gelu(norm(h, next(), next()).matMul(next()).add(next())).matMul(next()).add(next())); // prettier-ignore
    }
    return loss(norm(h, next(), next()).matMul(next()).add(next()));
  };
  const { rate, beta1, beta2, eps } = ADAM;
  return train(p, forward, tf.train.adam(rate, beta1, beta2, eps), slow ? undefined : 'embedding by one-hot product');
}

await main(`tfjs-${backend}`, {
  'matmul-128': square(128),
  'matmul-1024': square(1024),
  'mlp-train': async () => {
    const { x, y, weights } = mlp();
    const p = weights.map((w) => tf.variable(tensor(w)));
    const input = tf.tensor(x, [MLP.batch, 784]);
    const loss = crossEntropy(y, 10);
    const layer = (h: Tensor, i: number): Tensor => h.matMul(p[i]!).add(p[i + 1]!);
    return train(p, () => loss(layer(layer(layer(input, 0).relu(), 2).relu(), 4)), momentum());
  },
  'lenet-train': lenetRun,
  'transformer-train': transformerRun,
  'elementwise-4m': async () => {
    const x = tf.tensor(elements());
    let sum = 0;
    const all = await times(async () => {
      const s = tf.tidy(() => x.mul(1.5).add(0.25).tanh().mul(tf.sigmoid(x)).add(x.mul(x)).sum());
      sum = (await s.data())[0]!;
      s.dispose();
    });
    return { times: all, check: [sum] };
  },
  'proxadagrad-10m': async () => {
    const { variable, accum, grad } = proximal();
    const { rate, l1, l2 } = PROXIMAL;
    let [v, a] = [tf.tensor(variable), tf.tensor(accum)];
    const g = tf.tensor(grad);
    const step = (): void => {
      const before = [v, a];
      [v, a] = tf.tidy((): [Tensor, Tensor] => {
        const sum = a.add(g.square());
        const p = v.sub(g.mul(rate).div(sum.sqrt()));
        // sign(p) · max(|p| - t, 0), in the form that is fastest on the back end.
        const t = rate * l1;
        const shrunk = slow
          ? tf.sign(p).mul(tf.maximum(p.abs().sub(t), 0))
          : p.sub(t).relu().sub(p.mul(-1).sub(t).relu());
        return [shrunk.mul(1 / (1 + rate * l2)), sum];
      });
      before.forEach((t) => t.dispose());
    };
    step();
    const check = [...(await v.slice(0, 3).data())];
    return { times: await times(step, { round: 300 }), check };
  },
  'eager-add': async () => {
    const [start, b] = [CHAIN.start, CHAIN.step].map((x) => tf.tensor(new Float32Array(CHAIN.size).fill(x)));
    let last = 0;
    const all = await times(
      async () => {
        let c = start!.clone();
        for (let i = 0; i < CHAIN.length; i++) {
          const next = c.add(b!);
          c.dispose();
          c = next;
        }
        last = (await c.data())[0]!;
        c.dispose();
      },
      { per: CHAIN.length },
    );
    return { times: all, check: [last] };
  },
});
