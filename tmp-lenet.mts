import * as ms from 'sporelet';
import { Tensor, nn, tuple, valueAndGrad } from 'sporelet';
import { LeNet5 } from './examples/lenet.ts';
import { CpuDevice } from './packages/device-cpu/src/index.ts';
// per-kernel times
const acc = new Map<string, [number, number]>();
const orig = CpuDevice.prototype.compile;
CpuDevice.prototype.compile = function (k: any) { const e: any = orig.call(this, k); const run = e.run.bind(e); const name = k.name + ' ' + k.inputs.map((s: any) => s.shape.join('x')).join(' ') ; e.run = (a: any, b: any, n: any) => { const t = performance.now(); run(a, b, n); const d = performance.now() - t; const r = acc.get(name) ?? [0, 0]; r[0] += d; r[1]++; acc.set(name, r); }; return e; };
ms.setSeed(1); ms.setThreads(Number(process.env.T ?? 1));
const network = new LeNet5(); const lossFn = new nn.CrossEntropyLoss();
const optimizer = new nn.Momentum(network.trainableParams(), 0.01, 0.9);
const forward = (image: Tensor, label: Tensor) => { const logits = network(image); return tuple(lossFn(logits, label), logits); };
const gradFn = valueAndGrad(forward, null, optimizer.parameters, true);
const image = new Tensor(Float32Array.from({ length: 64 * 784 }, () => Math.random()), { shape: [64, 1, 28, 28] });
const label = new Tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
const step = () => { const [, grads] = gradFn(image, label); optimizer(grads); };
for (let i = 0; i < 60; i++) step();
acc.clear();
let best = 1e9; const N = 100; const t0 = performance.now(); const cu0 = process.cpuUsage();
for (let i = 0; i < N; i++) { const t = performance.now(); step(); best = Math.min(best, performance.now() - t); }
const total = (performance.now() - t0) / N; const cu = process.cpuUsage(cu0); console.log("cpu ms per step", ((cu.user + cu.system) / 1000 / N).toFixed(2));
console.log('step', total.toFixed(2), 'best', best.toFixed(2));
let sum = 0; for (const [, [t]] of acc) sum += t;
console.log('kernels', (sum / N).toFixed(2));
for (const [n, [t, c]] of [...acc].sort((a, b) => b[1][0] - a[1][0]).slice(0, 28)) console.log((t / N).toFixed(3), (c / N), n);
