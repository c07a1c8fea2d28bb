import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CpuDevice } from '../src/index.ts';
import { makeNative, openNative } from '../src/native-node.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { bytesFor, once, unary } from './native-kernels.ts';

const home = mkdtempSync(join(tmpdir(), 'sporelet-cache-'));
afterAll(() => rmSync(home, { recursive: true }));

const skipped = ((): string | undefined => {
  try {
    openNative();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

/** Computes something by native code that is kept in a folder; returns the folder's libraries. */
function use(folder: string | null, command = 'cc'): string[] {
  const device = new CpuDevice({ ...nodePlatform(), openNative: () => makeNative(command, folder) }, { tier: 'native', threads: 1 }); // prettier-ignore
  expect(device.tierReport().reason).toBeUndefined();
  const kernel = unary(33, (x) => x.mul(3));
  const input = bytesFor(kernel.inputs[0]!);
  const wanted = new Float32Array(input.buffer).map((x) => x * 3);
  expect([...new Float32Array(once(device, kernel, [input]).buffer)]).toEqual([...wanted]);
  return folder === null ? [] : libraries(folder);
}

const libraries = (folder: string): string[] => readdirSync(folder).filter((f) => f.endsWith('.so')).sort(); // prettier-ignore

/** A copy of a filled cache: libraries of the first one are in use. */
function copyOf(folder: string, name: string): string {
  const copy = join(home, name);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

const child = (folder: string) =>
  spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('native-child.ts', import.meta.url))], {
    env: { ...process.env, SPORELET_CACHE: folder, SPORELET_CC: 'cc' },
  });

const outcome = (process: ReturnType<typeof child>): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    process.stdout.on('data', (text: Buffer) => (said += text.toString()));
    process.stderr.on('data', (text: Buffer) => (said += text.toString()));
    process.on('close', (code) => resolve(`${said.trim()} (${code})`));
  });

describe.skipIf(skipped !== undefined)(`the cache of native code${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  const first = join(home, 'first');

  it('keeps what was compiled, under names that tell its contents', () => {
    const made = use(first);
    expect(made).toHaveLength(2);
    expect(statSync(first).mode & 0o777).toBe(0o700);
    const before = readdirSync(first).length;
    use(first);
    expect(readdirSync(first)).toHaveLength(before);
  });

  it('makes again what is damaged, cut off or was changed', () => {
    use(first);
    for (const [name, damage] of [
      ['cut', (f: string) => truncateSync(f, 1000)],
      ['changed', (f: string) => { const data = readFileSync(f); data[data.length >> 1]! ^= 1; writeFileSync(f, data); }],
      ['empty', (f: string) => truncateSync(f, 0)],
      ['foreign', (f: string) => chmodSync(f, 0o777)],
    ] as const) {
      const folder = copyOf(first, name);
      for (const file of readdirSync(folder)) damage(join(folder, file));
      const made = use(folder);
      expect(made, name).toEqual(libraries(first));
      for (const file of made) {
        expect(readFileSync(join(folder, file)).equals(readFileSync(join(first, file))), name).toBe(true);
        expect(statSync(join(folder, file)).mode & 0o022, name).toBe(0);
      }
    }
  }); // prettier-ignore

  it('refuses a folder that others can write to, and says how to go on', () => {
    const folder = copyOf(first, 'open');
    chmodSync(folder, 0o777);
    expect(() => makeNative('cc', folder)).toThrow(/open: others can write to it \(chmod go-w, or set SPORELET_CACHE/);
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(() => makeNative('cc', file)).toThrow(/cannot be made|not a folder/);
  });

  it('keeps nothing when it is off', () => {
    const before = readdirSync(tmpdir()).filter((f) => f.startsWith('sporelet-')).length;
    use(null);
    expect(readdirSync(tmpdir()).filter((f) => f.startsWith('sporelet-'))).toHaveLength(before);
  });

  it('serves two processes that start at once, and both end', async () => {
    const folder = join(home, 'race');
    const [one, two] = await Promise.all([outcome(child(folder)), outcome(child(folder))]);
    expect(one).toMatch(/^native \d+ workers: 0 \(0\)$/);
    expect(two).toBe(one);
    expect(readdirSync(folder).filter((f) => f.startsWith('new-'))).toEqual([]);
    expect(await outcome(child(folder))).toBe(one);
  }, 60_000);

  it('says what is wrong with a compiler', () => {
    expect(() => makeNative(join(home, 'none'), null)).toThrow(/there is no C compiler: '.*none' was not found/);
    const broken = join(home, 'broken');
    writeFileSync(broken, '#!/bin/sh\necho no licence >&2\nexit 1\n', { mode: 0o755 });
    expect(() => makeNative(broken, null)).toThrow(/does not work: no licence/);
    const half = join(home, 'half');
    writeFileSync(half, '#!/bin/sh\ncase "$*" in *-dM*) exec cc "$@";; esac\necho disk full >&2\nexit 1\n', { mode: 0o755 }); // prettier-ignore
    expect(() => makeNative(half, null)).toThrow(/the C compiler failed .*disk full/);
    expect(existsSync(half)).toBe(true);
    expect(spawnSync('cc', ['--version']).status).toBe(0);
  });
});
