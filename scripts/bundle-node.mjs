// The front package for Node: what a first operation needs is one file, the rest is loaded at first use (lazy-chunks.mjs),
// since most of a start is the engine reading text. Bundlers and browsers get the modules of bundle.mjs.
import { writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { minifySync } from 'rolldown/utils';
import { checkText, edited, exportsOfEntries, file, front, FRONT, input, NAMESPACES, withoutDocs } from './bundle.mjs';
import { lazyChunks } from './lazy-chunks.mjs';

/** What is loaded at once: all that a first operation on a few elements needs, and the classes the front gives by name. */
const EAGER = {
  ir: /^(bounds|device|dtype|errors|expr|interpret|kernel|lower|order|promotion|scalar-js|shape|view|index)$/,
  core: /^(args|attr|attr-reader|build-kernel|call|cell-path|context|core-ops|define-op|devices|dispatch|done|eager|element|fast-call|generator|grad-operation|gradient-hooks|graph|hooks|index|index-types|initializer|initializers|initializers-structured|jit|nd-array|op-def|parameter|parameter-tuple|pending|primitive|random-stream|registry|runnable|scalars|signature|tensor|tensor-data|text|transfer|tuple|value)$/,
  'device-cpu': /^(blocks|builtins-node|device|first-run|heap|index|node|platform-node|pool|pool-words|runtime|storage|storage-table|tier)$/,
  ops: /^(elementwise|elementwise-dtypes|elementwise-integer|index|install|methods\.gen)$/,
  train: /^profiler$/,
  sporelet: /./,
}; // prettier-ignore
/** Which chunk the rest of a package belongs to. */
const CHUNKS = { ir: 'math', core: 'core', 'device-cpu': 'compiler', compiler: 'compiler', ops: 'ops', nn: 'nn', optim: 'nn', dataset: 'dataset', train: 'train', 'device-webgpu': 'gpu' }; // prettier-ignore

function chunkOf(id) {
  if (id.startsWith('\0names:')) return LAZY_NAMESPACES[id.slice('\0names:'.length)];
  const [, pkg, name] = /packages\/([\w-]+)\/src\/([^/]+(?:\/.+)?)\.ts$/.exec(id.replaceAll('\\', '/')) ?? [];
  if (!pkg || EAGER[pkg]?.test(name)) return null;
  if (pkg === 'compiler' && /^(gpu|wgsl)-/.test(name)) return 'gpu';
  return CHUNKS[pkg];
}
const cpu = (name) => JSON.stringify(file(`device-cpu/src/${name}.ts`));

const platform = {
  name: 'platform-node',
  resolveId: (id) =>
    id === '@sporelet/device-webgpu/host'
      ? file('device-webgpu/src/host-node.ts')
      : id === '@sporelet/device-cpu/host'
        ? '\0host'
        : undefined,
  load: (id) =>
    id === '\0host'
      ? `export { CpuDevice } from ${cpu('device')}; export { debugObserver } from ${cpu('debug')}; export { nodePlatform as hostPlatform } from ${cpu('platform-node')};`
      : undefined,
}; // prettier-ignore

/** Namespaces whose chunk is loaded when a name of theirs is asked for. */
const LAZY_NAMESPACES = { nn: 'nn', ops: 'ops', optim: 'nn', dataset: 'dataset', train: 'train' };

/** Accessors that give way to the values when one is used. */
const NAMESPACE = `export function namespace(names, values) {
  const made = { __proto__: null };
  const settle = () => {
    const all = values();
    for (const name of names) Object.defineProperty(made, name, { value: all[name], enumerable: true });
    return Object.freeze(made);
  };
  for (const name of names)
    Object.defineProperty(made, name, { get: () => settle()[name], enumerable: true, configurable: true });
  return Object.preventExtensions(made);
}`;

const namespaces = (names) => ({
  name: 'namespaces',
  resolveId: (id) => (/^(namespace|names):/.test(id) || id === 'make-namespace' ? `\0${id}` : undefined),
  transform: (code, id) =>
    id === FRONT ? edited(code.replace(/export \* as (\w+) from [^;]+;/g, "export { $1 } from 'namespace:$1';")) : null,
  load(id) {
    if (id === '\0make-namespace') return NAMESPACE;
    const [, kind, name] = /^\0(namespace|names):(\w+)$/.exec(id) ?? [];
    if (!kind) return undefined;
    const list = names.get(name).join();
    const values = `import { ${list} } from ${JSON.stringify(input[name])};`;
    if (kind === 'names') return `${values}\nexport const all_${name} = { ${list} };`;
    if (!LAZY_NAMESPACES[name]) return `${values}\nexport const ${name} = Object.freeze({ __proto__: null, ${list} });`;
    return `import { namespace } from 'make-namespace'; import { all_${name} } from 'names:${name}';
      export const ${name} = namespace('${list}'.split(','), () => all_${name});`;
  },
});

/** What rolldown lays into a file of its own for a few chunks, on one line. */
function withRuntime(code, runtime) {
  const text = runtime?.code.replace(/^\/\/.*$/gm, '').replace(/^export .*$/gm, '').replace(/\s+/g, ' '); // prettier-ignore
  return code.replace(/^import \{[^}]*\} from "\.\/rolldown-runtime\.js";$/m, () => text);
}

const MINIFY = { compress: false, mangle: { keepNames: true }, codegen: { removeWhitespace: true }, sourcemap: true };

/** @returns the files that were written into a folder, with their code */
export async function bundleNode(out = front) {
  const names = await exportsOfEntries();
  const bundle = await rolldown({
    input: { index: FRONT },
    external: ['koffi', 'webgpu', /^node:/],
    platform: 'neutral',
    preserveEntrySignatures: 'allow-extension',
    plugins: [platform, withoutDocs, namespaces(names)],
  });
  const { output } = await bundle.generate({
    dir: out,
    format: 'esm',
    sourcemap: true,
    comments: false,
    chunkFileNames: '[name].js',
    minifyInternalExports: false,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: (id) => chunkOf(id), debugName: 'lazy', test: (id) => chunkOf(id) !== null }],
    },
  });
  const chunks = output.filter((part) => part.type === 'chunk');
  const runtime = chunks.find((part) => part.name === 'rolldown-runtime');
  const parts = chunks
    .filter((part) => part !== runtime)
    .map(({ name, code, map }) => ({ name, map, code: withRuntime(code, runtime) }));
  const fileOf = (name) => (name === 'index' ? 'index-node.js' : `${name}-node.cjs`);
  const written = lazyChunks(parts, 'index', names.get('index'), fileOf);
  const files = parts.map(({ name, map }) => {
    const made = minifySync(fileOf(name), written.get(name), { ...MINIFY, module: name === 'index', inputMap: map });
    if (made.errors.length) throw new Error(`${fileOf(name)}: ${made.errors.map((e) => e.message).join('; ')}`);
    writeFileSync(`${out}/${fileOf(name)}.map`, JSON.stringify(made.map));
    return { fileName: fileOf(name), code: `${made.code}\n//# sourceMappingURL=${fileOf(name)}.map\n` };
  });
  for (const name of NAMESPACES) {
    const list = names.get(name).join();
    const code = `import { ${name} as $all } from './index-node.js';\nexport const { ${list} } = $all;\n`;
    files.push({ fileName: `${name}-node.js`, code });
  }
  files.forEach(checkText);
  for (const { fileName, code } of files) writeFileSync(`${out}/${fileName}`, code);
  return files;
}
