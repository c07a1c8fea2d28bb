// Makes the chunks of a bundle load at their first use. What a bundler writes as ES modules that import one another becomes
// one module that is loaded at once and CommonJS files of one function each, which it requires when a name of theirs is used.
// Such a file imports nothing: what it needs is handed in, so however it is loaded there is no second copy of anything.
import ts from 'typescript';
import { fail, readChunk } from './chunk-reader.mjs';

/** The name of the function that gives a chunk's exports. */
const accessor = (chunk) => `$${chunk}`;

/** What the function that stands in for an exported one must know of it. */
function standInFor(chunk, exportedName) {
  const symbol = chunk.exported.get(exportedName);
  const [declared] = symbol?.declarations ?? [];
  const fn = declared && ts.isVariableDeclaration(declared) ? declared.initializer : declared;
  const isFunction = fn && (ts.isFunctionDeclaration(fn) || ts.isArrowFunction(fn) || ts.isFunctionExpression(fn));
  // A function that is given properties has `exports`.
  if (!isFunction || symbol.exports?.size)
    fail(chunk.name, `'${symbol?.name}' is public, so it must be a plain function or belong to what is loaded at once`);
  const counted = fn.parameters.findIndex((p) => p.initializer || p.dotDotDotToken);
  // Bundlers number names that occur twice.
  return { name: symbol.name.replace(/\$\d+$/, ''), length: counted < 0 ? fn.parameters.length : counted };
}

/** The text with some ranges replaced; line breaks in what is cut stay, so that lines keep their numbers. */
function spliced(code, edits) {
  let out = '';
  let at = 0;
  for (const [begin, end, text] of edits.sort((a, b) => a[0] - b[0])) {
    out += code.slice(at, begin) + (text ?? code.slice(begin, end).replace(/[^\n]+/g, ''));
    at = end;
  }
  return out + code.slice(at);
}

function useOf({ node, from, exported }) {
  const value = `${accessor(from)}().${exported}`;
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return `${node.text}: ${value}`;
  // Without the comma the exports would be `this`.
  if (ts.isCallExpression(parent) && parent.expression === node) return `(0, ${value})`;
  if (ts.isNewExpression(parent) && parent.expression === node) return `(${value})`;
  return value;
}

/**
 * What the eager chunk begins with: requires files, once each, and makes functions that stand in for those of lazy chunks.
 * A stack without room for loading a part overflows before anything of it has run: half of it could not be undone.
 */
const LOADER = `import { createRequire as $createRequire } from 'node:module';
const $require = $createRequire(import.meta.url);
const $loading = new Set();
const $room = (frames) => frames > 0 && $room(frames - 1);
const $load = (name, file, open) => {
  $room(4000);
  if ($loading.has(name)) throw new Error("sporelet: the part '" + name + "' was used while it was being loaded");
  $loading.add(name);
  try {
    let part;
    try {
      part = open();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new Error("sporelet: the part '" + name + "' of the package could not be read from " + file + ", which must lie beside index-node.js (a bundler must know the condition 'module')", { cause: error });
    }
    return part($host());
  } finally {
    $loading.delete(name);
  }
};
const $standIn = (name, length, real) => {
  const fn = function () { return real().apply(this, arguments); };
  Object.defineProperty(fn, 'name', { value: name, configurable: true });
  Object.defineProperty(fn, 'length', { value: length, configurable: true });
  return fn;
};`;

/** The chunks of a bundle on their way to files that are loaded at first use. */
class LazyChunks {
  constructor(chunks, eager, names) {
    this.all = new Map(chunks.map(({ name, code }) => [name, readChunk(name, code)]));
    this.eager = eager;
    this.main = this.all.get(eager);
    this.names = names;
    this.lazy = [...this.all.keys()].filter((name) => name !== eager);
    /** What lazy chunks are given by the eager one: name -> what it is there. */
    this.host = new Map([['$url', 'import.meta.url']]);
    /**
     * For public functions of lazy chunks, the name of the function of the eager one that stands in for each, everywhere
     * but in the code of their own chunk: so every way to import one gives the same.
     */
    this.standIns = new Map();
    for (const name of names) {
      const origin = this.main.imported.get(this.main.exported.get(name));
      if (origin) this.standIns.set(`${origin.from}.${origin.exported}`, `$public${this.standIns.size}`);
    }
  }

  standIn({ from, exported }) {
    return this.standIns.get(`${from}.${exported}`);
  }

  /** The text of a chunk without imports and exports, where uses of what is imported from lazy chunks load them. */
  text({ uses, cuts, dynamic, code }, kept = () => false, more = []) {
    const loads = uses.filter((use) => use.from !== this.eager && !kept(use));
    return spliced(code, [
      ...more,
      ...cuts.map(([begin, end]) => [begin, end]),
      ...loads.map((use) => [use.node.getStart(), use.node.end, useOf(use)]),
      ...dynamic.map(({ node, from }) => [node.getStart(), node.end, `Promise.resolve().then(${accessor(from)})`]),
    ]);
  }

  lazyFile(name) {
    const chunk = this.all.get(name);
    if (chunk.outside.length) fail(name, `imports from outside: ${chunk.outside.join(' ')}`);
    const given = new Map([['$url', '$url']]); // name in the host -> name here
    for (const other of this.lazy) if (other !== name) given.set(accessor(other), accessor(other));
    for (const item of chunk.imported.values()) {
      const origin = item.from === this.eager && this.main.imported.get(this.main.exported.get(item.exported));
      if (origin) fail(name, `'${item.exported}' comes from '${origin.from}' by way of '${this.eager}'`);
      if (item.from === this.eager) given.set(item.exported, item.local);
      else if (this.standIn(item)) given.set(this.standIn(item), item.local);
    }
    const listed = chunk.listed.flatMap(({ node, symbol }) => {
      const [exported] = [...chunk.exported].find(([, own]) => own === symbol) ?? [];
      const stands = this.standIn({ from: name, exported });
      if (stands) given.set(stands, stands);
      return stands ? [[node.getStart(), node.end, `${node.text}: ${stands}`]] : [];
    });
    const text = this.text(chunk, (use) => this.standIn(use), listed).replaceAll('import.meta.url', '$url');
    for (const key of given.keys())
      if (!this.host.has(key)) this.host.set(key, this.main.exported.get(key)?.name ?? key);
    const taken = [...given].map(([key, local]) => `${key}: ${local}`).join(', ');
    const result = [...chunk.exported].map(([key, symbol]) => `${key}: ${symbol.name}`).join(', ');
    return `module.exports = (function ($host) { 'use strict'; const { ${taken} } = $host; ${text}\nreturn { ${result} };\n});\n`;
  }

  /** @param file - gives the name of a lazy chunk's file */
  eagerFile(file) {
    const accessors = this.lazy.map((name) => {
      const open = `$load('${name}', '${file(name)}', () => $require('./${file(name)}'))`;
      return `let $is_${name}; const ${accessor(name)} = () => $is_${name} ??= ${open};`;
    });
    const standIns = [...this.standIns].map(([key, name]) => {
      const [from, exported] = key.split('.');
      const { name: title, length } = standInFor(this.all.get(from), exported);
      return `const ${name} = $standIn('${title}', ${length}, () => ${accessor(from)}().${exported});`;
    });
    const host = [...this.host].map(([key, value]) => `${key}: ${value}`).join(', ');
    const list = this.names.map((name) => {
      const symbol = this.main.exported.get(name);
      const origin = this.main.imported.get(symbol);
      return `${origin ? this.standIn(origin) : symbol.name} as ${name}`;
    });
    const head = [LOADER, ...accessors, `let $made; const $host = () => $made ??= { ${host} };`, ...standIns];
    // On one line with the first of the code, so that lines keep their numbers.
    return `${head.join(' ').replaceAll('\n', ' ')} ${this.text(this.main)}\nexport { ${list.join(', ')} };\n`;
  }
}

/**
 * @param chunks - name and code of each, as ES modules
 * @param eager - the name of the one that is loaded at once
 * @param names - the names that the package exports, all of them exports of the eager chunk
 * @param file - gives the name of a lazy chunk's file
 * @returns the new code of each chunk by its name
 * @throws for what cannot be loaded later: public names that are not plain functions, exports that are written
 */
export function lazyChunks(chunks, eager, names, file) {
  const made = new LazyChunks(chunks, eager, names);
  const files = new Map(made.lazy.map((name) => [name, made.lazyFile(name)]));
  // Last: what it hands to the others is known then.
  return files.set(eager, made.eagerFile(file));
}
