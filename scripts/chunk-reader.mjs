// Reads a chunk that a bundler wrote: what it imports and exports, and where it uses what it imports.
import ts from 'typescript';

export const fail = (chunk, message) => {
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

/** Whether `node` is part of a pattern like `[a, { b }]`, or an expression that may be one. */
const isInPattern = (node, parent) =>
  ts.isArrayLiteralExpression(parent) ||
  ts.isObjectLiteralExpression(parent) ||
  ts.isSpreadElement(parent) ||
  ts.isSpreadAssignment(parent) ||
  ts.isShorthandPropertyAssignment(parent) ||
  (ts.isPropertyAssignment(parent) && parent.initializer === node);

function isWritten(id) {
  while (isInPattern(id, id.parent)) id = id.parent;
  const { parent } = id;
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === id;
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
  parent.parent.parent.name.text?.startsWith('all_');

/** The name of the chunk that a module specifier means: './ops.js' is 'ops'. */
const chunkOf = (specifier) => /^\.\/(.+)\.js$/.exec(specifier)?.[1];

/**
 * What a chunk imports and exports, and where: statements to cut, uses to replace.
 * @throws for what cannot be shared between chunks that are loaded at different times
 */
export function readChunk(name, code) {
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
