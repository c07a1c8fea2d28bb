import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleNode } from '../scripts/bundle-node.mjs';
import { bundleFront } from '../scripts/bundle.mjs';

const root = fileURLToPath(new URL('../.cache/bundled/', import.meta.url));
const dist = `${root}node_modules/sporelet/dist`;
const manifest = JSON.parse(
  readFileSync(new URL('../packages/sporelet/package.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, object>> & { readonly publishConfig: object };
const NAMESPACES = ['nn', 'ops', 'optim', 'dataset', 'train'];

/** Runs a program beside the package as it is published; what it printed, by lines. */
function run(name: string, text: string, args: readonly string[] = []): string[] {
  writeFileSync(root + name, text);
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, name], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n');
}

/** Lines for a program that tell which parts of the package have been loaded. */
const LOADED = `import { createRequire } from 'node:module';
const { cache } = createRequire(import.meta.url);
const loaded = () => console.log(Object.keys(cache).map((file) => /([a-z]+)-node[.]cjs$/.exec(file)?.[1]).filter(Boolean).sort().join(' ') || 'nothing');\n`;

const TRAINING = `import { Tensor, jit, nn, valueAndGrad } from 'sporelet';
import { Dense } from 'sporelet/nn';
const net = new nn.SequentialCell([new Dense(2, 8), new nn.Tanh(), new Dense(8, 1)]);
const x = new Tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = new Tensor([[0], [1], [1], [0]]);
const loss = new nn.MSELoss();
const optimizer = new nn.Adam(net.trainableParams(), 0.05);
const gradient = valueAndGrad((a, b) => loss(net(a), b), null, net.trainableParams());
const step = jit((a, b) => {
  const [value, gradients] = gradient(a, b);
  optimizer(gradients);
  return value;
});
let last;
for (let i = 0; i < 300; i++) last = step(x, y).item();
console.log(last < 0.05);\n`;

describe('the package as Node loads it', () => {
  beforeAll(async () => {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(dist, { recursive: true });
    writeFileSync(`${dist}/../package.json`, JSON.stringify({ ...manifest, ...manifest.publishConfig }));
    await bundleNode(dist);
    await bundleFront(dist);
  }, 60_000);

  it('loads one file for a first operation, and that is small', () => {
    const program = `${LOADED}import { Tensor } from 'sporelet';
      console.log(new Tensor([[1, 2], [3, 4]]).add(new Tensor([[5, 6], [7, 8]])).tolist().flat().join());
      loaded();`;
    expect(run('first.mjs', program)).toEqual(['6,8,10,12', 'nothing']);
    expect(readFileSync(`${dist}/index-node.js`).length).toBeLessThan(170_000);
  });

  it('loads the rest when it is used', () => {
    const program = `${LOADED}import { Tensor, grad, nn, ops } from 'sporelet';
      const x = new Tensor([[1, 2], [3, 4]]);
      nn.Dense; loaded();
      console.log(String(x.exp().sum() instanceof Tensor)); loaded();
      console.log(grad((a) => ops.square(a).sum())(x).tolist().flat().join()); loaded();`;
    expect(run('later.mjs', program)).toEqual([
      'nn ops',
      'true',
      'compiler math nn ops',
      '2,4,6,8',
      'compiler core math nn ops',
    ]);
  });

  it('trains a network in graph mode', () => expect(run('training.mjs', TRAINING)).toEqual(['true']));

  /** What every entry point gives: by name, which other name gives the same, what kind of thing it is. */
  const names = (entry: (name: string) => string) => `import * as front from '${entry('index')}';
    ${NAMESPACES.map((name) => `import * as ${name} from '${entry(name)}';`).join('\n')}
    const seen = new Map();
    const spaces = { ${NAMESPACES.join(', ')}, front };
    for (const name in spaces) if (name !== 'front') spaces['front.' + name] = front[name];
    for (const [space, names] of Object.entries(spaces)) {
      for (const [name, value] of Object.entries(names)) {
        const path = space + '.' + name;
        const kind = typeof value === 'function' ? ['function', value.name.replace(/[$]\\d+$/, ''), value.length].join() : typeof value;
        if (Object(value) === value && !seen.has(value)) seen.set(value, path);
        console.log(path, seen.get(value) ?? String(value), kind);
      }
    }`;
  const published = (name: string) => (name === 'index' ? 'sporelet' : `sporelet/${name}`);

  it('gives what the modules for bundlers give, by every entry point, each thing once, under tsx too', () => {
    const expected = run(
      'modules.mjs',
      names((name) => `./node_modules/sporelet/dist/${name}.js`),
    );
    expect(expected.length).toBeGreaterThan(1500);
    expect(run('names.mjs', names(published))).toEqual(expected);
    expect(run('names.ts', names(published), ['--import', 'tsx'])).toEqual(expected);
  });

  it('is followed by a bundler', async () => {
    writeFileSync(`${root}bundled.mjs`, TRAINING);
    const input = `${root}bundled.mjs`;
    const bundle = await rolldown({ input, platform: 'node', external: ['koffi', 'webgpu'] });
    const { output } = await bundle.write({ dir: `${root}out`, format: 'esm' });
    const files = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
    expect(files.filter((file) => /index-node|[.]cjs$/.test(file))).toEqual([]);
    // Moved away from the package, so that nothing can be loaded from it.
    const text = readFileSync(`${root}out/bundled.js`, 'utf8');
    expect(run('out/moved.mjs', text)).toEqual(['true']);
  });

  it('names the file and the line in errors of what was loaded later', () => {
    const program = `import { nn } from 'sporelet';
      try { new nn.Dense(2, -1); } catch (error) { console.log(/nn-node[.]cjs:\\d+:\\d+/.test(error.stack)); }`;
    expect(run('stack.mjs', program)).toEqual(['true']);
    const mapped = `import { nn } from 'sporelet';
      try { new nn.Dense(2, -1); } catch (error) { console.log(/src.dense[.]ts:\\d+:\\d+/.test(error.stack)); }`;
    expect(run('mapped.mjs', mapped, ['--enable-source-maps'])).toEqual(['true']);
  });

  it('names the line of the program where a traced value is read', () => {
    const program = `import { Tensor, jit } from 'sporelet';
      const f = jit((x) => {
        return x.exp().item();
      });
      try { f(new Tensor([1])); } catch (error) { console.log(/[a-z]+[.]mjs:\\d+/.exec(error.message)[0]); }`;
    expect(run('frame.mjs', program)).toEqual(['frame.mjs:3']);
  });

  it.each(['ops.square(x)', 'new nn.ReLU()(x)', 'jit((a) => a.mul(a).sum())(x)'])(
    'survives that the stack ends where a part is loaded: %s',
    (use) => {
      const text = `import { Tensor, jit, nn, ops } from 'sporelet';
      const x = new Tensor([1, 2, 3]);
      const use = () => ${use};
      const names = new Set();
      const deep = () => {
        try {
          return deep();
        } catch {
          try {
            return use();
          } catch (error) {
            names.add(error.name);
            throw error;
          }
        }
      };
      deep();
      console.log([...names].join(), use().sum().item());`;
      expect(run('deep.mjs', text)).toEqual([expect.stringMatching(/^RangeError (14|6)$/)]);
    },
  );

  it('says which part is missing', () => {
    renameSync(`${dist}/dataset-node.cjs`, `${dist}/dataset-node.away`);
    const program = `import { dataset } from 'sporelet';
      for (let i = 0; i < 2; i++) try { dataset.MnistDataset; } catch (error) { console.log(error.message); }`;
    const message = expect.stringMatching(/the part 'dataset' .*dataset-node[.]cjs/) as string;
    expect(run('missing.mjs', program)).toEqual([message, message]);
    renameSync(`${dist}/dataset-node.away`, `${dist}/dataset-node.cjs`);
  });
});
