// Makes the chunks of a bundle load at their first use. What a bundler writes as ES modules that import one another becomes
// one module that is loaded at once and CommonJS files of one function each, which it requires when a name of theirs is used.
// Such a file imports nothing: what it needs is handed in, so however it is loaded there is no second copy of anything.
import ts from 'typescript';

/** The name of the function that gives a chunk's exports. */
const accessor = (chunk) => `$${chunk}`;
const fail = (chunk, message) => {
  throw new Error(`the chunk '${chunk}': ${message}`);
};

/** A chunk's text with its symbols resolved. */
function analysed(code) {
  const name = '/chunk.mjs';
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  const host = {
    getSourceFile: (file) => (file === name ? source : undefined),
    getDefaultLibFileName: () => '/lib.d.ts',
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (file) => file === name,
    readFile: () => undefined,
    writeFile: () => undefined,
  };
  const options = { allowJs: true, noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ESNext };
  return { source, checker: ts.createProgram([name], options, host).getTypeChecker() };
}

/** The symbol that an identifier stands for where it is used as a value or written; undefined for names of properties. */
function symbolOf(checker, id) {
  const { parent } = id;
  if (ts.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent);
  if (ts.isPropertyAccessExpression(parent) && parent.name === id) return undefined;
  if ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === id) return undefined;
  return checker.getSymbolAtLocation(id);
}

function isWritten(id) {
  const { parent } = id;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  if (!ts.isBinaryExpression(parent) || parent.left !== id) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** Whether an identifier is a property of an object `all_...`, which lists what a namespace gives. */
const isListed = ({ parent }) =>
  ts.isShorthandPropertyAssignment(parent) &&
  ts.isVariableDeclaration(parent.parent.parent) &&
  parent.parent.parent.name.text.startsWith('all_');

/** The name of the chunk that a module specifier means: './ops.js' is 'ops'. */
const chunkOf = (specifier) => /^\.\/(.+)\.js$/.exec(specifier)?.[1];

/** What a chunk imports and exports, and where: statements to cut, uses to replace. */
function read(name, code) {
  const { source, checker } = analysed(code);
  const imported = new Map(); // symbol -> { from, exported, local }
  const exported = new Map(); // exported name -> symbol
  const cuts = [];
  const uses = [];
  const outside = [];
  const written = new Set();
  const dynamic = [];
  const listed = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = chunkOf(statement.moduleSpecifier.text);
      if (!from) {
        outside.push(statement.getText());
        continue;
      }
      cuts.push([statement.getStart(), statement.end]);
      const bindings = statement.importClause?.namedBindings;
      if (statement.importClause && !(bindings && ts.isNamedImports(bindings)))
        fail(name, `not a list of names: ${statement.getText()}`);
      for (const e of bindings?.elements ?? [])
        imported.set(checker.getSymbolAtLocation(e.name), { from, exported: (e.propertyName ?? e.name).text, local: e.name.text }); // prettier-ignore
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier) fail(name, `exports again: ${statement.getText()}`);
      cuts.push([statement.getStart(), statement.end]);
      for (const e of statement.exportClause.elements)
        exported.set(e.name.text, checker.getExportSpecifierLocalTargetSymbol(e));
    } else if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword))
      fail(name, `an export that is not in the list: ${statement.getText().slice(0, 60)}`); // prettier-ignore
  }
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      const from = ts.isStringLiteralLike(target) ? chunkOf(target.text) : undefined;
      if (from) dynamic.push({ node, from });
    }
    if (ts.isIdentifier(node)) {
      const symbol = symbolOf(checker, node);
      if (symbol && imported.has(symbol)) uses.push({ node, ...imported.get(symbol) });
      if (symbol && isWritten(node)) written.add(symbol);
      if (symbol && isListed(node)) listed.push({ node, symbol });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const [exportedName, symbol] of exported)
    if (written.has(symbol)) fail(name, `'${exportedName}' is exported and written: others would see the old value`);
  return { name, code, imported, exported, cuts, uses, outside, dynamic, listed };
}

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
 * @param chunks - name and code of each, as ES modules
 * @param eager - the name of the one that is loaded at once;
 * @param names - the names that the package exports
 * @param file - gives the name of a lazy chunk's file
 * @returns the new code of each chunk by its name
 */
export function lazyChunks(chunks, eager, names, file) {
  const all = new Map(chunks.map(({ name, code }) => [name, read(name, code)]));
  const lazy = [...all.keys()].filter((name) => name !== eager);
  const main = all.get(eager);
  // Public functions of lazy chunks: a function of the eager one stands in for each, everywhere but in the code of their own
  // chunk, so that every way to import one gives the same.
  const standIns = new Map();
  const standIn = ({ from, exported }) => standIns.get(`${from}.${exported}`);
  for (const name of names) {
    const origin = main.imported.get(main.exported.get(name));
    if (origin) standIns.set(`${origin.from}.${origin.exported}`, `$public${standIns.size}`);
  }
  const edits = ({ name, exported, cuts, uses, dynamic, listed, code }, inEager, given) =>
    spliced(code, [
      ...listed.flatMap(({ node, symbol }) => {
        const key = [...exported].find(([, own]) => own === symbol)?.[0];
        const stands = standIn({ from: name, exported: key });
        if (stands) given.set(stands, stands);
        return stands ? [[node.getStart(), node.end, `${node.text}: ${stands}`]] : [];
      }),
      ...cuts.map(([begin, end]) => [begin, end]),
      ...uses
        .filter((use) => use.from !== eager && (inEager || !standIn(use)))
        .map((use) => [use.node.getStart(), use.node.end, useOf(use)]),
      ...dynamic.map(({ node, from }) => [node.getStart(), node.end, `Promise.resolve().then(${accessor(from)})`]),
    ]);

  const written = new Map();
  const wanted = new Map(); // what lazy chunks ask of the eager one: name in the host -> text
  for (const name of lazy) {
    const chunk = all.get(name);
    if (chunk.outside.length) fail(name, `imports from outside: ${chunk.outside.join(' ')}`);
    const given = new Map(); // name in the host -> name here
    for (const other of lazy) if (other !== name) given.set(accessor(other), accessor(other));
    for (const item of chunk.imported.values()) {
      if (item.from === eager) {
        const origin = main.imported.get(main.exported.get(item.exported));
        if (origin) fail(name, `'${item.exported}' comes from '${origin.from}' by way of '${eager}'`);
        given.set(item.exported, item.local);
      } else if (standIn(item)) given.set(standIn(item), item.local);
    }
    const result = [...chunk.exported].map(([key, symbol]) => `${key}: ${symbol.name}`).join(', ');
    const text = edits(chunk, false, given).replaceAll('import.meta.url', '$url');
    const taken = [...given].map(([key, local]) => `${key}: ${local}`).join(', ');
    for (const key of given.keys()) wanted.set(key, main.exported.get(key)?.name ?? key);
    written.set(name, `module.exports = ($host) => { 'use strict'; const { $url, ${taken} } = $host; ${text}\nreturn { ${result} };\n};\n`); // prettier-ignore
  }

  const stubs = [...standIns].map(([key, name]) => {
    const [from, exported] = key.split('.');
    const { name: title, length } = standInFor(all.get(from), exported);
    return `const ${name} = $standIn('${title}', ${length}, () => ${accessor(from)}().${exported});`;
  });
  const host = [...wanted].map(([key, value]) => (key === value ? key : `${key}: ${value}`)).join(', ');
  const loaders = lazy.map(
    (name) => `let $is_${name}; const ${accessor(name)} = () => $is_${name} ??= $load('${name}', '${file(name)}', () => $require('./${file(name)}'));`,
  ); // prettier-ignore
  const loader = `import { createRequire as $createRequire } from 'node:module';
const $require = $createRequire(import.meta.url);
const $loading = new Set();
const $load = (name, file, open) => {
  if ($loading.has(name)) throw new Error("sporelet: the part '" + name + "' was used while it was being loaded");
  $loading.add(name);
  try {
    let part;
    try {
      part = open();
    } catch (error) {
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
};
${loaders.join('\n')}
let $made;
const $host = () => $made ??= { $url: import.meta.url, ${host} };
${stubs.join('\n')}`;
  const list = names.map((name) => {
    const symbol = main.exported.get(name);
    const origin = main.imported.get(symbol);
    return `${origin ? standIn(origin) : symbol.name} as ${name}`;
  });
  written.set(eager, `${loader.replaceAll('\n', ' ')} ${edits(main, true)}\nexport { ${list.join(', ')} };\n`);
  return written;
}
