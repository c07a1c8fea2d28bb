/** What runs: a file of this folder, its environment, and its workloads. */
export interface Peer {
  readonly title: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workloads: readonly string[];
  /** Run in the first pass only: they take a minute each. */
  readonly once?: readonly string[];
  /** What a peer is: ours, a library of JavaScript or WebAssembly, a library of native code, or plain C. */
  readonly kind: 'own' | 'script' | 'native' | 'limit';
}

const products = ['matmul-1024', 'matmul-128'];
const training = ['mlp-train', 'lenet-train', 'transformer-train'];
const rest = ['elementwise-4m', 'proxadagrad-10m', 'eager-add'];
const all = [...products, ...training, ...rest];

function own(tier: string, threads: number): Peer {
  return {
    title: `sporelet, ${tier === 'wasm' ? 'WASM' : 'native'}, ${threads} thread${threads > 1 ? 's' : ''}`,
    file: 'sporelet.ts',
    env: { SPORELET_TIER: tier, SPORELET_THREADS: String(threads) },
    workloads: all,
    kind: 'own',
  };
}
const threaded = (threads: number) => ({ BENCH_THREADS: String(threads) });
const computing = [...products, 'elementwise-4m', 'proxadagrad-10m'];

export const plan: Readonly<Record<string, Peer>> = {
  sporelet: own('wasm', 1),
  'sporelet-2t': own('wasm', 2),
  'sporelet-native': own('native', 1),
  'sporelet-native-2t': own('native', 2),
  jaxjs: { title: 'jax-js, 1 thread', file: 'jaxjs.ts', env: threaded(1), workloads: all, kind: 'script' },
  'jaxjs-2t': { title: 'jax-js, 2 threads', file: 'jaxjs.ts', env: threaded(2), workloads: all, kind: 'script' },
  'tfjs-wasm': {
    title: 'TensorFlow.js, WASM',
    file: 'tfjs.ts',
    env: { BENCH_BACKEND: 'wasm' },
    // It has no gradient of a convolution.
    workloads: [...products, 'mlp-train', ...rest],
    once: ['transformer-train'],
    kind: 'script',
  },
  'tfjs-cpu': {
    title: 'TensorFlow.js, JavaScript',
    file: 'tfjs.ts',
    env: { BENCH_BACKEND: 'cpu' },
    workloads: ['matmul-128', 'mlp-train', 'elementwise-4m', 'eager-add'],
    once: ['lenet-train', 'proxadagrad-10m'],
    kind: 'script',
  },
  onnxruntime: {
    title: 'onnxruntime-node, 1 thread',
    file: 'onnxruntime.ts',
    env: threaded(1),
    workloads: [...computing, 'eager-add'],
    kind: 'native',
  },
  'onnxruntime-2t': {
    title: 'onnxruntime-node, 2 threads',
    file: 'onnxruntime.ts',
    env: threaded(2),
    workloads: computing,
    kind: 'native',
  },
  c: { title: 'plain C, 1 thread', file: 'native.ts', env: threaded(1), workloads: computing, kind: 'limit' },
  'c-2t': { title: 'plain C, 2 threads', file: 'native.ts', env: threaded(2), workloads: computing, kind: 'limit' },
};

/** What a figure is held against: the peers' best, and the least ratio (of speeds) that is wanted. */
export interface Goal {
  readonly workload: string;
  readonly own: readonly string[];
  readonly against: readonly string[];
  readonly ratio: number;
  readonly text: string;
}

const scripts = ['jaxjs', 'tfjs-wasm', 'tfjs-cpu'];
const both = ['sporelet', 'sporelet-2t'];
const nativeBoth = ['sporelet-native', 'sporelet-native-2t'];
const goal = (workload: string, ours: readonly string[], against: readonly string[], ratio: number, text: string): Goal => ({ workload, own: ours, against, ratio, text }); // prettier-ignore

export const goals: readonly Goal[] = [
  goal('matmul-1024', ['sporelet'], scripts, 1.6, 'best of the JavaScript and WASM libraries, 1 thread'),
  goal('matmul-128', ['sporelet'], scripts, 1.4, 'best of the JavaScript and WASM libraries, 1 thread'),
  goal('mlp-train', both, ['jaxjs-2t'], 1.8, 'jax-js with 2 threads'),
  goal('lenet-train', both, ['jaxjs-2t'], 120, 'jax-js with 2 threads'),
  goal('transformer-train', both, ['jaxjs-2t'], 2.5, 'jax-js with 2 threads'),
  goal('elementwise-4m', both, ['jaxjs', 'jaxjs-2t'], 8, 'jax-js'),
  goal('proxadagrad-10m', both, ['c', 'c-2t'], 1 / 2, 'plain C'),
  goal('eager-add', both, [...scripts, 'jaxjs-2t', 'onnxruntime'], 3, 'best of the libraries'),
  goal('startup', ['sporelet'], ['node'], 1 / 2, 'Node alone'),
  goal('matmul-1024', ['sporelet-native'], ['onnxruntime'], 1, 'onnxruntime-node, 1 thread'),
  goal('matmul-128', ['sporelet-native'], ['onnxruntime'], 1.2, 'onnxruntime-node, 1 thread'),
  goal('mlp-train', nativeBoth, ['jaxjs-2t'], 3.5, 'jax-js with 2 threads'),
  goal('lenet-train', nativeBoth, ['jaxjs-2t'], 200, 'jax-js with 2 threads'),
  goal('transformer-train', nativeBoth, ['jaxjs-2t'], 5, 'jax-js with 2 threads'),
  goal('elementwise-4m', nativeBoth, ['onnxruntime', 'onnxruntime-2t'], 1.2, 'onnxruntime-node'),
  goal('proxadagrad-10m', nativeBoth, ['c', 'c-2t'], 1 / 1.2, 'plain C'),
];

const names: Readonly<Record<string, string>> = {
  node: 'Node alone',
  'sporelet-cached': 'sporelet, compile cache',
};
/** A peer's name in the table. */
export const titleOf = (peer: string): string => plan[peer]?.title ?? names[peer] ?? peer;
export const kindOf = (peer: string): Peer['kind'] => plan[peer]?.kind ?? (peer === 'node' ? 'limit' : 'own');
