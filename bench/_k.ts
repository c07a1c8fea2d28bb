import { compileForGpu, LEAST_LIMITS } from '@sporelet/compiler';
import { View, axesFor, axisRef, constant, float32, sum, flatIndex } from '@sporelet/ir';
const mk=(name:string, ins:any[], shape:number[], f:any)=>{ const axes=axesFor(shape); const v=f(ins.map((s,i)=>new View(i,s)), axes.map(axisRef)); return {name, inputs:ins, outputs:[{form:'pull', spec:{dtype:float32,shape}, axes, value:v}], inPlace:[-1], flat:false} as any };
const t=(...shape:number[])=>({dtype:float32,shape});
const which=process.argv[2];
const k = which==='conv' ? mk('conv',[t(32,1,28,28),t(6,1,5,5)],[32,6,28,28],([x,w]:any,[n,c,y,z]:any)=>sum([1,5,5],(i,a,b)=>x.padded([n,i,y.add(a).sub(2),z.add(b).sub(2)], constant(0,float32)).mul(w.at(c,i,a,b))))
 : mk('red',[t(32,6,28,28)],[6],([x]:any,[c]:any)=>sum([32,28,28],(n,a,b)=>x.at(n,c,a,b)));
const plan = compileForGpu(k, {...LEAST_LIMITS, software: process.argv[3]==='s'});
for (const s of plan.steps) console.log(s.kind==='dispatch'?s.code+ '\n// groups '+s.groups:s);
