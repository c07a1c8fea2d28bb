import { Tensor } from 'sporelet';
import { print, seconds, uniform } from './harness.ts';

for (const n of [10, 100, 1000]) {
  const b = new Tensor(uniform(n, 0, 1));
  const a = new Tensor(uniform(n, 0, 1, 2));
  const times = seconds(() => {
    let c = a;
    for (let i = 0; i < 1000; i++) c = c.add(b);
  });
  print(`eager-add-${n}`, 'ns', times.map((t) => t * 1e6)); // prettier-ignore
}
