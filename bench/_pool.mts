import * as ms from 'sporelet';
import { Tensor, jit, nn, ops } from 'sporelet';
const [n,c,h] = process.argv.slice(2,5).map(Number) as [number,number,number];
const x = ops.randn ? ops.randn(n,c,h,h) : ms.ops.standardNormal([n,c,h,h]);
const pool = new nn.MaxPool2d(2,2);
const bias = new Tensor(new Float32Array(c).fill(0.1));
const f = (x: Tensor, b: Tensor) => pool(ops.relu(ops.biasAdd(x, b))).sum();
const g = jit(ms.grad(f, 0));
g(x,bias); g(x,bias);
const t: number[] = [];
for (let r=0;r<30;r++){ const a=performance.now(); for(let i=0;i<50;i++) g(x,bias).dispose(); t.push((performance.now()-a)/50*1000); }
t.sort((a,b)=>a-b); console.log('us', t[0]!.toFixed(0), t[15]!.toFixed(0));
