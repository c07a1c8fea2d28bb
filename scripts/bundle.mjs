// Bundles the front package in place of what tsc wrote for it, for browsers and for bundlers, which drop what a program does not
// use. One file holds all packages; every entry point gives names of that file, so every class exists once. The declarations
// stay as tsc wrote them, each package's from those of the packages below. What Node itself loads is made by bundle-node.mjs.
import { readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

export const file = (path) => fileURLToPath(new URL(`../packages/${path}`, import.meta.url));
export const front = file('sporelet/dist');
export const FRONT = file('sporelet/src/index.ts');
export const NAMESPACES = ['nn', 'ops', 'optim', 'dataset', 'train', 'dtype'];
const ENTRIES = ['index', ...NAMESPACES];
export const input = Object.fromEntries(ENTRIES.map((name) => [name, file(`sporelet/src/${name}.ts`)]));
/** Files for one platform alone: they stay out of the file for all. */
const PLACED = /node|browser/;

/** The GPU's part, which is loaded when a GPU is asked for. */
const GPU = /[\\/](device-webgpu[\\/]src[\\/]|compiler[\\/]src[\\/](gpu|wgsl)-)/;

const cpu = (name) => JSON.stringify(file(`device-cpu/src/${name}.ts`));
const gpu = (name) => JSON.stringify(file(`device-webgpu/src/host-${name}.ts`));

/** What a plugin gives for text whose lines stayed where they were. */
export const edited = (code) => ({ code, map: null });

/** Which platform's part of a device is used is chosen when the package is loaded, by `imports` in package.json. */
const platform = {
  name: 'platform',
  resolveId: (id) =>
    id === '@sporelet/device-webgpu/host'
      ? { id: '#gpu', external: true }
      : id === '@sporelet/device-cpu/host' || /^(platform|gpu):/.test(id)
        ? `\0${id}`
        : undefined,
  load(id) {
    if (id === '\0@sporelet/device-cpu/host')
      return `export { CpuDevice, debugObserver } from ${cpu('index')}; export { hostPlatform } from '#platform';`;
    if (id.startsWith('\0platform:')) return `export { hostPlatform } from ${cpu(id.slice('\0platform:'.length))};`;
    if (id.startsWith('\0gpu:')) return `export { openWebGpu } from ${gpu(id.slice('\0gpu:'.length))};`;
    return undefined;
  },
};

/** The names that each entry point gives. */
export async function exportsOfEntries() {
  const bundle = await rolldown({ input, external: ['#platform', '#gpu'], platform: 'neutral', plugins: [platform] });
  const { output } = await bundle.generate();
  return new Map(output.filter((part) => part.isEntry).map((part) => [part.name, part.exports]));
}

/** The front's namespaces as plain objects: a module for each takes a file, what a bundler imitates one with a getter for each name. */
const namespaces = (names) => ({
  name: 'namespaces',
  resolveId: (id) => (id.startsWith('namespace:') ? `\0${id}` : undefined),
  transform: (code, id) =>
    id === FRONT ? edited(code.replace(/export \* as (\w+) from [^;]+;/g, "export { $1 } from 'namespace:$1';")) : null,
  load(id) {
    if (!id.startsWith('\0namespace:')) return undefined;
    const name = id.slice('\0namespace:'.length);
    const list = names.get(name).join();
    return `import { ${list} } from ${JSON.stringify(input[name])};
      export const ${name} = /* @__PURE__ */ Object.freeze({ __proto__: null, ${list} });`;
  },
});

/** Descriptions of ops are for the generator, which writes them into the declarations. */
const DOC = /\bdoc:(\s*)(?:'(\\.|[^'\\])*'|"(\\.|[^"\\])*"|`(\\.|[^`\\])*`)/g;
export const withoutDocs = {
  name: 'without-docs',
  transform: (code, id) => (id.startsWith(file('ops/src/')) ? edited(code.replace(DOC, "doc:$1''")) : null),
};

/** What holds for every published file. */
export function checkText({ code, fileName }) {
  const [found] = /.{0,60}[^\0-\x7f].{0,60}/u.exec(code) ?? [];
  // With one such character all of a file is decoded slowly, and held and scanned at two bytes for each character.
  if (found) throw new Error(`${fileName} is not plain ASCII (write String.fromCharCode): ${found}`);
}

/**
 * @param out - the folder to write into; from that of the package what tsc wrote is removed
 * @returns the files with their code
 */
export async function bundleFront(out = front) {
  for (const name of out === front ? readdirSync(front) : [])
    if (/\.js(\.map)?$/.test(name) && !PLACED.test(name)) rmSync(`${front}/${name}`);
  const bundle = await rolldown({
    input: {
      ...input,
      'platform-node': 'platform:node',
      'platform-browser': 'platform:browser',
      'gpu-node': 'gpu:node',
      'gpu-browser': 'gpu:browser',
    },
    external: ['#platform', '#gpu', 'koffi', 'webgpu', /^node:/],
    platform: 'neutral',
    // What chunks need of one another is exported besides what the entry points give.
    preserveEntrySignatures: 'allow-extension',
    plugins: [platform, withoutDocs, namespaces(await exportsOfEntries())],
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    sourcemap: true,
    // What bundlers of programs may leave out stays marked.
    comments: { annotation: true, legal: false, jsdoc: false },
    chunkFileNames: '[name].js',
    codeSplitting: {
      // Else the first group takes along all that it imports.
      includeDependenciesRecursively: false,
      groups: [
        { name: 'gpu', test: (id) => GPU.test(id) && !PLACED.test(basename(id)), priority: 1 },
        { name: 'sporelet', test: (id) => !PLACED.test(basename(id)) },
      ],
    },
    // Names of functions and classes stay: errors and printed cells show them.
    minify: { compress: false, mangle: { keepNames: true }, codegen: true },
  });
  const chunks = output.filter((part) => part.type === 'chunk');
  chunks.forEach(checkText);
  return chunks;
}
