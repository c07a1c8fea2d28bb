// jax-js on its WebAssembly back end, everything in a jit. BENCH_THREADS=2 gives it a Worker, with which its threads run.
import { ADAM, CHAIN, NORM_EPS, PROXIMAL, TRANSFORMER, causalMask, elements, product, proximal, transformer } from './data.ts'; // prettier-ignore
import { trainings } from './jaxjs-training.ts';
import type { Arr, Jax } from './jaxjs-training.ts';
import { main, times, training } from './measure.ts';
import type { Run } from './measure.ts';
import { library } from './packages.ts';

const threads = Number(process.env['BENCH_THREADS'] ?? 1);
if (threads > 1) await import('./worker-shim.ts');
const jax = await library<Jax>('@jax-js/jax');
await jax.init('wasm');
jax.defaultDevice('wasm');
const { numpy: np, nn, jit } = jax;
const { ints, zeros, crossEntropy, stepOf, momentumSteps } = trainings(jax);

type AdamState = [Arr[], Arr[], Arr];
function adam(params: Arr[], [m0, v0, t0]: AdamState, grads: Arr[]): [Arr[], AdamState] {
  const { rate, beta1, beta2, eps } = ADAM;
  const t = t0.add(1);
  const correction = (beta: number) => np.exp(t.ref.mul(Math.log(beta))).mul(-1).add(1); // prettier-ignore
  const [c1, c2] = [correction(beta1), correction(beta2)];
  const m = m0.map((x, i) => x.mul(beta1).add(grads[i]!.ref.mul(1 - beta1)));
  const v = v0.map((x, i) => x.mul(beta2).add(np.square(grads[i]!).mul(1 - beta2)));
  const after = params.map((p, i) =>
    p.sub(
      m[i]!.ref.div(c1.ref)
        .mul(rate)
        .div(np.sqrt(v[i]!.ref.div(c2.ref)).add(eps)),
    ),
  );
  c1.dispose();
  c2.dispose();
  return [after, [m, v, t]];
}

function norm(x: Arr, gamma: Arr, beta: Arr): Arr {
  const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  return centred.div(np.sqrt(variance.add(NORM_EPS))).mul(gamma).add(beta); // prettier-ignore
}

function transformerRun(): Promise<Run> {
  const { width, heads, tokens, batch, layers, words } = TRANSFORMER;
  const { ids, targets, weights } = transformer();
  const mask = np.array(causalMask(tokens)).reshape([tokens, tokens]);
  const size = width / heads;
  const loss = (p: Arr[], x: Arr, y: Arr): Arr => {
    let k = 0;
    const next = (): Arr => p[k++]!;
    const layer = (h: Arr): Arr => np.dot(h, next()).add(next());
    const rows = (h: Arr): Arr => norm(h, next(), next()).reshape([batch * tokens, width]);
    // The gradient of its take() cannot be in a jit.
    let h = np.dot(nn.oneHot(x, words), next()).reshape([batch, tokens, width]).add(next()); // prettier-ignore
    for (let i = 0; i < layers; i++) {
      const qkv = layer(rows(h.ref)).reshape([batch, tokens, 3, heads, size]).transpose([2, 0, 3, 1, 4]); // prettier-ignore
      const [q, key, v] = [qkv.ref.slice(0), qkv.ref.slice(1), qkv.slice(2)];
      const scores = np.matmul(q, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(size)).add(mask.ref); // prettier-ignore
      const mixed = np.matmul(nn.softmax(scores, -1), v).transpose([0, 2, 1, 3]).reshape([batch * tokens, width]); // prettier-ignore
      h = h.add(layer(mixed).reshape([batch, tokens, width]));
      const hidden = nn.gelu(layer(rows(h.ref)), { approximate: true });
      h = h.add(layer(hidden).reshape([batch, tokens, width]));
    }
    return crossEntropy(layer(rows(h)), y, words);
  };
  const state: AdamState = [zeros(weights), zeros(weights), np.array(0, { dtype: np.float32 })];
  const note = 'embedding by one-hot product';
  return training(stepOf({ loss, update: adam, weights, state, x: ints(ids), y: ints(targets) }), note);
}

function square(n: number) {
  return async (): Promise<Run> => {
    const { a, b } = product(n);
    const [x, y] = [np.array(a).reshape([n, n]), np.array(b).reshape([n, n])];
    const f = jit((p: Arr, q: Arr) => np.matmul(p, q));
    const check = [(await f(x.ref, y.ref).data())[n + 1]!];
    const step = async (): Promise<void> => {
      const c = f(x.ref, y.ref);
      await c.blockUntilReady();
      c.dispose();
    };
    return { times: await times(step), check };
  };
}

await main('jaxjs', {
  'matmul-128': square(128),
  'matmul-1024': square(1024),
  'mlp-train': () => training(momentumSteps['mlp-train']()),
  'lenet-train': () => training(momentumSteps['lenet-train']()),
  'transformer-train': transformerRun,
  'elementwise-4m': async () => {
    const x = np.array(elements());
    const f = jit(
      (t: Arr) =>
      np.tanh(t.ref.mul(1.5).add(0.25)).mul(nn.sigmoid(t.ref)).add(t.ref.mul(t)).sum(), // prettier-ignore
    );
    let sum = 0;
    const all = await times(async () => void (sum = (await f(x.ref).data())[0]!));
    return { times: all, check: [sum] };
  },
  'proxadagrad-10m': async () => {
    const { variable, accum, grad } = proximal();
    const { rate, l1, l2 } = PROXIMAL;
    const f = jit((v: Arr, a: Arr, g: Arr): [Arr, Arr] => {
      const sum = a.add(np.square(g.ref));
      const p = v.sub(g.mul(rate).div(np.sqrt(sum.ref)));
      const shrunk = np.maximum(np.abs(p.ref).sub(rate * l1), 0);
      return [np.sign(p).mul(shrunk).mul(1 / (1 + rate * l2)), sum]; // prettier-ignore
    });
    let [v, a] = [np.array(variable), np.array(accum)];
    const g = np.array(grad);
    const step = async (): Promise<void> => {
      [v, a] = f(v, a, g.ref);
      await jax.blockUntilReady([v, a]);
    };
    await step();
    const check = [...(await v.ref.data()).slice(0, 3)];
    return { times: await times(step, { round: 300 }), check };
  },
  'eager-add': async () => {
    // Small arrays may be kept as constants; what comes out of a jit is in its memory.
    const half = jit((t: Arr) => t.add(0.5));
    const [start, b] = [CHAIN.start, CHAIN.step].map((x) => half(np.array(new Float32Array(CHAIN.size).fill(x - 0.5))));
    await jax.blockUntilReady([start, b]);
    let last = 0;
    const chain = async (): Promise<void> => {
      let c = start!.ref;
      for (let i = 0; i < CHAIN.length; i++) c = c.add(b!.ref);
      last = (await c.data())[0]!;
    };
    return { times: await times(chain, { per: CHAIN.length }), check: [last] };
  },
});
