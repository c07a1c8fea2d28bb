// sporelet: eager for products and the chain, one program (jit) for the rest. Two settings come from the environment:
// SPORELET_THREADS, SPORELET_TIER.
import * as ms from 'sporelet';
import { Parameter, Tensor, jit, nn, ops } from 'sporelet';
import type { CpuDevice } from '@sporelet/device-cpu';
import { ADAM, CHAIN, NORM_EPS, PROXIMAL, TRANSFORMER, causalMask, elements, product, proximal, transformer } from './data.ts'; // prettier-ignore
import type { Weight } from './data.ts';
import { main, times, training } from './measure.ts';
import type { Run } from './measure.ts';
import { dense, momentumSteps, stepOf, tensor } from './networks.ts';
import type { Network } from './networks.ts';

const { width, heads, tokens, batch, layers, words } = TRANSFORMER;

class Block extends nn.Cell {
  norm1: nn.LayerNorm;
  norm2: nn.LayerNorm;
  qkv: nn.Dense;
  projection: nn.Dense;
  hidden: nn.Dense;
  out: nn.Dense;
  #mask = new Tensor(causalMask(tokens), { shape: [tokens, tokens] });
  constructor(w: readonly Weight[]) {
    super();
    this.norm1 = norm(w[0]!, w[1]!);
    this.qkv = dense(w[2]!, w[3]!);
    this.projection = dense(w[4]!, w[5]!);
    this.norm2 = norm(w[6]!, w[7]!);
    this.hidden = dense(w[8]!, w[9]!);
    this.out = dense(w[10]!, w[11]!);
  }
  construct(x: Tensor): Tensor {
    const size = width / heads;
    const parts = this.qkv(this.norm1(x)).reshape(batch, tokens, 3, heads, size).transpose(2, 0, 3, 1, 4);
    const [q, k, v] = ops.unbind(parts) as [Tensor, Tensor, Tensor];
    const scores = ops.matmul(q, k.swapaxes(-1, -2)).mul(1 / Math.sqrt(size)).add(this.#mask); // prettier-ignore
    const mixed = ops.matmul(ops.softmax(scores, -1), v).transpose(0, 2, 1, 3).reshape(batch, tokens, width);
    x = x.add(this.projection(mixed));
    return x.add(this.out(ops.gelu(this.hidden(this.norm2(x)), 'tanh')));
  }
}

const norm = (gamma: Weight, beta: Weight): nn.LayerNorm =>
  new nn.LayerNorm([width], { gammaInit: tensor(gamma), betaInit: tensor(beta), epsilon: NORM_EPS });

class Transformer extends nn.Cell {
  embedding: nn.Embedding;
  positions: Parameter;
  blocks: nn.CellList;
  norm: nn.LayerNorm;
  head: nn.Dense;
  constructor(w: readonly Weight[]) {
    super();
    this.embedding = new nn.Embedding(words, width, { embeddingTable: tensor(w[0]!) });
    this.positions = new Parameter(tensor(w[1]!));
    this.blocks = new nn.CellList(
      Array.from({ length: layers }, (_, i) => new Block(w.slice(2 + 12 * i, 14 + 12 * i))),
    );
    this.norm = norm(w.at(-4)!, w.at(-3)!);
    this.head = dense(w.at(-2)!, w.at(-1)!);
  }
  construct(ids: Tensor): Tensor {
    let x = this.embedding(ids).add(this.positions);
    for (const block of this.blocks) x = (block as Network)(x);
    return this.head(this.norm(x)).reshape(batch * tokens, words);
  }
}

const train = (step: () => Tensor): Promise<Run> => training(() => step().item(), 'one program (jit)');

function square(n: number): () => Promise<Run> {
  return async () => {
    const { a, b } = product(n);
    const [x, y] = [new Tensor(a, { shape: [n, n] }), new Tensor(b, { shape: [n, n] })];
    const check = [ops.matmul(x, y).at(1, 1).item()];
    return { times: await times(() => ops.matmul(x, y).dispose()), check, note: 'eager' };
  };
}

// A tier that was asked for and is not there must not pass for one that is.
const wanted = process.env['SPORELET_TIER'];
if (wanted === 'native') {
  const device = ms.deviceByName('CPU') as CpuDevice & { tierReport?(): { readonly programs: string } };
  if (device.tierReport?.().programs !== 'native') {
    console.log(JSON.stringify({ peer: 'sporelet', workload: process.argv[2], error: 'there is no native tier here' }));
    process.exit();
  }
}

await main('sporelet', {
  'matmul-128': square(128),
  'matmul-1024': square(1024),
  'mlp-train': () => train(momentumSteps['mlp-train']()),
  'lenet-train': () => train(momentumSteps['lenet-train']()),
  'transformer-train': () => {
    const { ids, targets, weights } = transformer();
    const network = new Transformer(weights);
    const { rate, beta1, beta2, eps } = ADAM;
    const optimizer = new nn.Adam(network.trainableParams(), { learningRate: rate, beta1, beta2, eps });
    return train(stepOf(network, optimizer, new Tensor(ids, { shape: [batch, tokens] }), new Tensor(targets)));
  },
  'elementwise-4m': async () => {
    const x = new Tensor(elements());
    const f = jit((t: Tensor) => t.mul(1.5).add(0.25).tanh().mul(ops.sigmoid(t)).add(t.mul(t)).sum());
    let sum = 0;
    const all = await times(() => void (sum = f(x).item()));
    return { times: all, check: [sum], note: 'one program (jit)' };
  },
  'proxadagrad-10m': async () => {
    const { variable, accum, grad } = proximal();
    const { rate, l1, l2 } = PROXIMAL;
    const apply = new ops.ApplyProximalAdagrad();
    const [v, a, g] = [new Parameter(new Tensor(variable)), new Parameter(new Tensor(accum)), new Tensor(grad)];
    const step = (): void => void apply(v, a, rate, l1, l2, g);
    step();
    const check = [0, 1, 2].map((i) => v.at(i).item());
    return { times: await times(step, { round: 300 }), check, note: 'eager, in place' };
  },
  'eager-add': async () => {
    const [a, b] = [CHAIN.start, CHAIN.step].map((x) => new Tensor(new Float32Array(CHAIN.size).fill(x)));
    let last = 0;
    const chain = (): void => {
      let c = a!;
      for (let i = 0; i < CHAIN.length; i++) c = c.add(b!);
      last = c.at(0).item();
    };
    const all = await times(chain, { per: CHAIN.length });
    return { times: all, check: [last] };
  },
});
