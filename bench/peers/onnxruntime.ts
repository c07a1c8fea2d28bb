// onnxruntime-node, CPU provider: inference only, so no training. BENCH_THREADS sets its threads.
import { Buffer } from 'node:buffer';
import { CHAIN, ELEMENTS, PROXIMAL, elements, product, proximal } from './data.ts';
import { main, times } from './measure.ts';
import type { Run } from './measure.ts';
import { library } from './packages.ts';

interface Tensor {
  readonly data: Float32Array;
}
interface Session {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}
interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

/** A node: operation, inputs, outputs, integer attributes. */
type Node = readonly [string, readonly string[], readonly string[], Readonly<Record<string, number>>?];
interface Graph {
  readonly nodes: readonly Node[];
  /** Names and ranks. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
  readonly constants?: Readonly<Record<string, number>>;
}

function varint(n: number): number[] {
  return n > 127 ? [(n & 127) | 128, ...varint(n >>> 7)] : [n];
}
const bytes = (field: number, content: readonly number[]): number[] => [...varint((field << 3) | 2), ...varint(content.length), ...content]; // prettier-ignore
const text = (field: number, s: string): number[] => bytes(field, [...Buffer.from(s)]);
const int = (field: number, n: number): number[] => [...varint(field << 3), ...varint(n)];

/** A float32 graph as an ONNX model, in the bytes of its protocol buffer. */
function modelOf({ nodes, inputs, outputs, constants = {} }: Graph): Uint8Array {
  const value = (field: number, name: string, rank: number) => {
    const dims = Array.from({ length: rank }, (_, i) => bytes(1, text(2, `${name}${i}`))).flat();
    return bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...int(1, 1), ...bytes(2, dims)]))]);
  };
  const graph = [
    ...nodes.flatMap(([op, ins, outs, attrs = {}]) =>
      bytes(1, [
        ...ins.flatMap((name) => text(1, name)),
        ...outs.flatMap((name) => text(2, name)),
        ...text(4, op),
        ...Object.entries(attrs).flatMap(([name, n]) => bytes(5, [...text(1, name), ...int(3, n), ...int(20, 2)])),
      ]),
    ),
    ...text(2, 'g'),
    ...Object.entries(constants).flatMap(([name, x]) =>
      bytes(5, [...int(2, 1), ...text(8, name), ...bytes(9, [...new Uint8Array(Float32Array.of(x).buffer)])]),
    ),
    ...Object.entries(inputs).flatMap(([name, rank]) => value(11, name, rank)),
    ...Object.entries(outputs).flatMap(([name, rank]) => value(12, name, rank)),
  ];
  return Uint8Array.from([...int(1, 8), ...bytes(7, graph), ...bytes(8, int(2, 17))]);
}

const ort = await library<Ort>('onnxruntime-node');
const threads = Number(process.env['BENCH_THREADS'] ?? 1);
const session = (graph: Graph) =>
  ort.InferenceSession.create(modelOf(graph), { intraOpNumThreads: threads, interOpNumThreads: 1 });
const tensor = (data: Float32Array, ...dims: number[]) => new ort.Tensor('float32', data, dims);

function square(n: number) {
  return async (): Promise<Run> => {
    const { a, b } = product(n);
    const feeds = { a: tensor(a, n, n), b: tensor(b, n, n) };
    const s = await session({ nodes: [['MatMul', ['a', 'b'], ['c']]], inputs: { a: 2, b: 2 }, outputs: { c: 2 } });
    const check = [(await s.run(feeds))['c']!.data[n + 1]!];
    return { times: await times(() => s.run(feeds)), check };
  };
}

await main('onnxruntime', {
  'matmul-128': square(128),
  'matmul-1024': square(1024),
  'elementwise-4m': async () => {
    const s = await session({
      nodes: [
        ['Mul', ['x', 'a'], ['ax']],
        ['Add', ['ax', 'b'], ['t']],
        ['Tanh', ['t'], ['th']],
        ['Sigmoid', ['x'], ['s']],
        ['Mul', ['th', 's'], ['p']],
        ['Mul', ['x', 'x'], ['xx']],
        ['Add', ['p', 'xx'], ['r']],
        ['ReduceSum', ['r'], ['y'], { keepdims: 0 }],
      ],
      inputs: { x: 1 },
      outputs: { y: 0 },
      constants: { a: 1.5, b: 0.25 },
    });
    const x = tensor(elements(), ELEMENTS);
    let sum = 0;
    const all = await times(async () => void (sum = (await s.run({ x }))['y']!.data[0]!));
    return { times: all, check: [sum] };
  },
  'proxadagrad-10m': async () => {
    const { size, rate, l1, l2 } = PROXIMAL;
    const s = await session({
      nodes: [
        ['Mul', ['g', 'g'], ['gg']],
        ['Add', ['a', 'gg'], ['a2']],
        ['Sqrt', ['a2'], ['root']],
        ['Mul', ['g', 'rate'], ['gr']],
        ['Div', ['gr', 'root'], ['d']],
        ['Sub', ['v', 'd'], ['p']],
        ['Abs', ['p'], ['size']],
        ['Sub', ['size', 't'], ['less']],
        ['Relu', ['less'], ['shrunk']],
        ['Sign', ['p'], ['sign']],
        ['Mul', ['sign', 'shrunk'], ['signed']],
        ['Mul', ['signed', 'scale'], ['v2']],
      ],
      inputs: { v: 1, a: 1, g: 1 },
      outputs: { v2: 1, a2: 1 },
      constants: { rate, t: rate * l1, scale: 1 / (1 + rate * l2) },
    });
    const { variable, accum, grad } = proximal();
    let [v, a] = [tensor(variable, size), tensor(accum, size)];
    const g = tensor(grad, size);
    const step = async (): Promise<void> => {
      const out = await s.run({ v, a, g });
      [v, a] = [out['v2']!, out['a2']!];
    };
    await step();
    const check = [...v.data.slice(0, 3)];
    return { times: await times(step, { round: 300 }), check };
  },
  'eager-add': async () => {
    const s = await session({ nodes: [['Add', ['a', 'b'], ['c']]], inputs: { a: 1, b: 1 }, outputs: { c: 1 } });
    const [start, b] = [CHAIN.start, CHAIN.step].map((x) => tensor(new Float32Array(CHAIN.size).fill(x), CHAIN.size));
    let last = 0;
    const chain = async (): Promise<void> => {
      let a = start!;
      for (let i = 0; i < CHAIN.length; i++) a = (await s.run({ a, b: b! }))['c']!;
      last = a.data[0]!;
    };
    return {
      times: await times(chain, { per: CHAIN.length }),
      check: [last],
      note: 'a one-node graph run for each add',
    };
  },
});
