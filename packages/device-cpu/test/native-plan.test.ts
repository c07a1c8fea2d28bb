import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Expr, Kernel, Program } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '@sporelet/compiler';
import { CpuDevice } from '../src/index.ts';
import { makeNative, openNative } from '../src/native-node.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { bytesFor, gather, matmul, programOf, unary } from './native-kernels.ts';

const skipped = ((): string | undefined => {
  try {
    openNative();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

const home = mkdtempSync(join(tmpdir(), 'sporelet-plans-'));
afterAll(() => rmSync(home, { recursive: true }));

/** A folder's plans: files that are neither libraries nor their names nor what the compiler said of itself. */
const plansIn = (folder: string): string[] =>
  readdirSync(folder).filter((f) => !f.endsWith('.so') && readFileSync(join(folder, f), 'utf8').startsWith('[['));

/** Runs a program on a new host over a folder: its result, and whether it was compiled for that. */
function run(
  folder: string,
  program: Program,
  { code = 'this', change }: { code?: string; change?: Partial<Target> } = {},
) {
  let compiled = 0;
  const host = makeNative('cc', folder, code);
  const load: typeof host.load = (...args) => (compiled++, host.load(...args));
  const openNative = () => ({ ...host, load, target: { ...host.target, ...change } });
  const device = new CpuDevice({ ...nodePlatform(), openNative }, { tier: 'auto', threads: 1 });
  const executable = device.compileProgram(program);
  expect(device.tierReport().programs).toBe('native');
  const inputs = program.inputs.map((v, i) => {
    const bytes = bytesFor(program.values[v]!, i);
    const storage = device.allocate(bytes.length);
    device.write(storage, bytes);
    return storage;
  });
  const outputs = program.outputs.map((v) => device.allocate(sizeOf(program.values[v]!.shape) * 4));
  let error = '';
  try {
    executable.run(inputs, outputs);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const bits = outputs.map((storage) => {
    const bytes = new Uint8Array(storage.bytes);
    device.read(storage, bytes);
    return Buffer.from(bytes).toString('hex');
  });
  return { result: { bits: error ? [] : bits, error, failsLate: executable.failsLate }, compiled };
}

const chain = (fn: (x: Expr) => Expr): Program => programOf(matmul(20, 16, 16), unary(320, fn));

describe.skipIf(skipped !== undefined)(`plans in the cache${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  const first = join(home, 'first');
  const program = chain((x) => x.mul(3).exp());
  let made: ReturnType<typeof run>;
  beforeAll(() => {
    made = run(first, program);
    expect(made.compiled).toBe(1);
    expect(plansIn(first)).toHaveLength(1);
  });

  it('give the bits of what was compiled, without compiling', () => {
    const files = readdirSync(first).length;
    expect(run(first, chain((x) => x.mul(3).exp()))).toEqual({ ...made, compiled: 0 }); // prettier-ignore
    expect(readdirSync(first)).toHaveLength(files);
  });

  it('are made again when they or their libraries are damaged, cut off, changed, foreign or gone', () => {
    const libraries = readdirSync(first).filter((f) => f.endsWith('.so'));
    const change = (at: number) => (f: string) => {
      const data = readFileSync(f);
      data[Math.floor(at * data.length)]! ^= 1;
      writeFileSync(f, data);
    };
    const damages: [string, (f: string) => void][] = [
      ['empty', (f) => truncateSync(f, 0)],
      ['cut', (f) => truncateSync(f, 100)],
      ['changed', change(0.3)],
      ['sealed otherwise', change(0.999)],
      ['foreign', (f) => chmodSync(f, 0o777)],
      ['gone', (f) => rmSync(f)],
    ];
    for (const [name, damage] of damages) {
      for (const files of [plansIn(first), libraries, readdirSync(first)]) {
        const folder = mkdtempSync(join(home, 'copy-'));
        cpSync(first, folder, { recursive: true });
        for (const file of files) damage(join(folder, file));
        expect(run(folder, program), name).toEqual(made);
        expect(run(folder, program), name).toEqual({ ...made, compiled: 0 });
        for (const file of plansIn(first))
          expect(readFileSync(join(folder, file)).equals(readFileSync(join(first, file))), name).toBe(true);
      }
    }
  });

  it('are for one program, one target and one version of the code', () => {
    const others: Program[] = [
      chain((x) => x.mul(4).exp()),
      chain((x) => x.exp().mul(3)),
      chain((x) => x.mul(-0).exp()),
      chain((x) => x.mul(0).exp()),
      { ...program, outputs: [program.steps[0]!.outputs[0]!] },
    ];
    for (const p of others) {
      const own = run(first, p);
      expect(own.compiled).toBe(1);
      expect(own.result).toEqual(run(mkdtempSync(join(home, 'own-')), p).result);
      expect(own.result).not.toEqual(made.result);
    }
    expect(run(first, program, { code: 'another' })).toEqual(made);
    const [one, two] = plansIn(first) as [string, string];
    cpSync(join(first, one), join(first, two));
    expect([...others, program].map((p) => run(first, p).compiled).reduce((a, b) => a + b)).toBeLessThanOrEqual(1);
    for (const p of others) expect(run(first, p).result).toEqual(run(mkdtempSync(join(home, 'own-')), p).result);
    expect(run(first, program, { change: { loops: 16, tiles: { bytes: 16, count: 16 } } }).compiled).toBe(1);
    expect(run(first, program)).toEqual({ ...made, compiled: 0 });
  });

  it('raise the errors of the program at hand', () => {
    const failing = (words: string): Program => {
      const kernel: Kernel = { ...gather(2, 40), outOfRange: () => new RangeError(words) };
      return programOf(unary(2, (x) => x.neg()), kernel); // prettier-ignore
    };
    expect(run(first, failing('one'))).toMatchObject({ result: { error: 'one' }, compiled: 1 });
    expect(run(first, failing('two'))).toMatchObject({ result: { error: 'two' }, compiled: 0 });
    const { outOfRange: _, ...unnamed } = gather(2, 40);
    const plain = (): Program => programOf(unary(2, (x) => x.neg()), unnamed); // prettier-ignore
    for (const compiled of [1, 0]) expect(run(first, plain())).toMatchObject({ result: { error: "For 'Unary Gather', index 2 is out of range." }, compiled }); // prettier-ignore
  });
});
