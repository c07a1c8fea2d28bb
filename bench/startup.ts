import { spawnSync } from 'node:child_process';
import { print } from './harness.ts';

/** Milliseconds of a process that runs a module text; the first run is not counted. */
function processTime(text: string): number[] {
  const args = ['--import', 'tsx', '--input-type=module', '-e', text];
  return Array.from({ length: 6 }, () => {
    const t = performance.now();
    const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return performance.now() - t;
  }).slice(1);
}

print('startup-bare', 'ms', processTime(''), 'Node with tsx, nothing imported');
const program =
  "import { Tensor } from 'sporelet'; new Tensor([[1, 2], [3, 4]]).add(new Tensor([[5, 6], [7, 8]])).asnumpy();";
print('startup', 'ms', processTime(program), 'unbuilt source through tsx: import, add two 2x2, exit');
