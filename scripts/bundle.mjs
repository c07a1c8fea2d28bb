// Bundles the front package in place of what tsc wrote for it: start-up is mostly the reading and parsing of files. One chunk
// for each part that a sub-path may want alone; all entry points share the chunks, so every class exists once.
// The declarations stay as tsc wrote them, each package's from those of the packages below.
import { readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const file = (path) => fileURLToPath(new URL(`../packages/${path}`, import.meta.url));
const front = file('sporelet/dist');
const FRONT = file('sporelet/src/index.ts');
const NAMESPACES = ['nn', 'ops', 'optim', 'dataset', 'train', 'dtype'];
const ENTRIES = ['index', ...NAMESPACES];
/** What each chunk holds: packages, and the front's modules that gather them. */
const CHUNKS = {
  ir: ['ir', 'dtype'],
  core: ['core|compiler|device-cpu|ops', 'setup|runtime|ops'],
  nn: ['nn|optim', 'nn|optim'],
  dataset: ['dataset', 'dataset'],
  train: ['train', 'train'],
};
/** Files for one platform alone: they stay out of the chunks. */
const PLACED = /node|browser/;

/** Which platform's part of device-cpu is used is chosen when the package is loaded, by `imports` in package.json. */
const platform = {
  name: 'platform',
  resolveId(id, importer) {
    if (id === '@sporelet/device-cpu/host' || id.startsWith('platform:')) return `\0${id}`;
    // The front's namespaces stay modules of their own: an object that imitates one costs a getter for each name at import.
    const [, name] = /^\.\/(\w+)\.ts$/.exec(id) ?? [];
    if (importer === FRONT && NAMESPACES.includes(name)) return { id: `./${name}.js`, external: true };
    return undefined;
  },
  load(id) {
    const cpu = (name) => JSON.stringify(file(`device-cpu/src/${name}.ts`));
    if (id === '\0@sporelet/device-cpu/host')
      return `export { CpuDevice } from ${cpu('index')}; export { hostPlatform } from '#platform';`;
    if (id.startsWith('\0platform:')) return `export { hostPlatform } from ${cpu(id.slice('\0platform:'.length))};`;
    return undefined;
  },
};

export async function bundleFront() {
  for (const name of readdirSync(front))
    if (/\.js(\.map)?$/.test(name) && !PLACED.test(name)) rmSync(`${front}/${name}`);
  const bundle = await rolldown({
    input: {
      ...Object.fromEntries(ENTRIES.map((name) => [name, file(`sporelet/src/${name}.ts`)])),
      'platform-node': 'platform:node',
      'platform-browser': 'platform:browser',
    },
    external: ['#platform', 'koffi', /^node:/],
    platform: 'neutral',
    plugins: [platform],
  });
  const groups = Object.entries(CHUNKS).map(([name, [packages, gathered]]) => {
    const inside = new RegExp(`/packages/((${packages})/src/|sporelet/src/(${gathered})\\.ts)`);
    return { name, test: (id) => inside.test(id.replaceAll('\\', '/')) && !PLACED.test(basename(id)) };
  });
  const { output } = await bundle.write({
    dir: front,
    format: 'esm',
    sourcemap: true,
    comments: false,
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: { groups },
    // Names of functions and classes stay: errors and printed cells show them.
    minify: { compress: false, mangle: { keepNames: true }, codegen: true },
  });
  return output.filter((part) => part.type === 'chunk');
}
