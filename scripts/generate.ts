/**
 * Writes what follows from the op declarations: packages/ops/src/surface.gen.ts (public functions and primitive
 * classes), packages/ops/src/methods.gen.ts (Tensor's methods with their types) and docs/coverage.md.
 * `tsx scripts/generate.ts --check` writes nothing and fails when a file is stale.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { AnyOp } from '@sporelet/core';
import { coverage } from './coverage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}packages/ops/src/`;

/** A public callable of the ops package. */
interface Callable {
  /** The exported name in its module. */
  readonly name: string;
  readonly module: string;
  /** Parameters and result of each overload, as written. */
  readonly overloads: readonly { readonly parameters: readonly string[]; readonly result: string }[];
  readonly doc: string;
  /** Set for declarations. */
  readonly op: AnyOp | null;
}

const aliases = new Map<string, ts.TypeNode>();

/** The call signatures that a declaration's annotation names: `Op<(x: Operand) => Tensor>`, or an alias of such. */
function functionTypes(node: ts.TypeNode): ts.FunctionTypeNode[] {
  if (ts.isFunctionTypeNode(node)) return [node];
  if (ts.isParenthesizedTypeNode(node)) return functionTypes(node.type);
  if (ts.isIntersectionTypeNode(node)) return node.types.flatMap(functionTypes);
  if (!ts.isTypeReferenceNode(node)) return [];
  const own = node.typeArguments?.[0] ? functionTypes(node.typeArguments[0]) : [];
  const alias = aliases.get(node.typeName.getText());
  return own.length || !alias ? own : functionTypes(alias);
}

const signatureOf = (s: ts.SignatureDeclarationBase) => ({
  parameters: s.parameters.map((p) => {
    // A default in an implementation is an optional parameter in a declaration.
    const optional = p.questionToken || p.initializer ? '?' : '';
    const dots = p.dotDotDotToken ? '...' : '';
    const type = p.type?.getText() ?? (p.initializer ? literalType(p.initializer) : 'unknown');
    return `${dots}${p.name.getText()}${optional}: ${type}`;
  }),
  result: s.type?.getText() ?? 'Tensor',
});

function literalType(e: ts.Expression): string {
  if (ts.isNumericLiteral(e) || ts.isPrefixUnaryExpression(e)) return 'number';
  if (e.kind === ts.SyntaxKind.NullKeyword) return 'null';
  if (e.kind === ts.SyntaxKind.TrueKeyword || e.kind === ts.SyntaxKind.FalseKeyword) return 'boolean';
  if (ts.isStringLiteral(e)) return 'string';
  throw new Error(`write the type of the parameter with default ${e.getText()}`);
}

function docOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter((d) => ts.isJSDoc(d));
  return docs.map((d) => d.getText()).join('\n');
}

function exported(node: ts.HasModifiers): boolean {
  return ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** A class that a module writes itself, typed by what its instances are called with: `class X {} as unknown as T`. */
function isClassForm(e: ts.Expression): boolean {
  return ts.isAsExpression(e) ? isClassForm(e.expression) : ts.isClassExpression(e);
}

async function read(module: string): Promise<{ callables: Callable[]; methods: string[] }> {
  const text = readFileSync(`${folder}${module}.ts`, 'utf8');
  const source = ts.createSourceFile(`${module}.ts`, text, ts.ScriptTarget.ESNext, true);
  const loaded = (await import(pathToFileURL(`${folder}${module}.ts`).href)) as Record<string, unknown>;
  const callables: Callable[] = [];
  const methods: string[] = [];
  const functions = new Map<string, ts.FunctionDeclaration[]>();
  for (const s of source.statements) {
    if (ts.isFunctionDeclaration(s) && s.name && exported(s)) {
      const name = s.name.text;
      functions.set(name, [...(functions.get(name) ?? []), s]);
    }
    if (!ts.isVariableStatement(s) || !exported(s)) continue;
    for (const d of s.declarationList.declarations) {
      const name = d.name.getText();
      if (name.endsWith('Methods') && d.initializer) {
        const inner = ts.isObjectLiteralExpression(d.initializer) ? d.initializer : null;
        if (!inner) throw new Error(`${module}.ts: ${name} must be an object literal`);
        for (const p of inner.properties) {
          if (ts.isShorthandPropertyAssignment(p)) methods.push(p.name.text);
          else if (ts.isPropertyAssignment(p)) methods.push(`${p.name.getText()}=${p.initializer.getText()}`);
        }
        continue;
      }
      const value = loaded[name];
      if (typeof value === 'function' && d.initializer && isClassForm(d.initializer)) {
        callables.push({ name, module, overloads: [], doc: docOf(s), op: null });
        continue;
      }
      if (typeof value !== 'function' || !('def' in value)) continue;
      const op = value as unknown as AnyOp;
      const types = d.type ? functionTypes(d.type) : [];
      callables.push({
        name,
        module,
        overloads: types.map(signatureOf),
        doc: `/** ${op.def.spec.doc.replaceAll('*/', '* /')} */`,
        op,
      });
    }
  }
  for (const [name, list] of functions) {
    const declared = list.length > 1 ? list.filter((f) => !f.body) : list;
    callables.push({
      name,
      module,
      overloads: declared.map(signatureOf),
      doc: list.map(docOf).find((d) => d) ?? '',
      op: null,
    });
  }
  return { callables, methods };
}

const HEADER =
  '// Written by scripts/generate.ts from the op declarations; run `npm run generate` after changing them.\n';

async function main(): Promise<void> {
  const modules = readdirSync(folder)
    .filter((f) => f.endsWith('.ts') && !f.endsWith('.gen.ts') && f !== 'index.ts')
    .map((f) => f.slice(0, -3))
    .sort();
  for (const module of modules) {
    const text = readFileSync(`${folder}${module}.ts`, 'utf8');
    const source = ts.createSourceFile(`${module}.ts`, text, ts.ScriptTarget.ESNext, true);
    for (const s of source.statements) if (ts.isTypeAliasDeclaration(s)) aliases.set(s.name.text, s.type);
  }
  const all: Callable[] = [];
  const methodNames: string[] = [];
  for (const module of modules) {
    const { callables, methods } = await read(module);
    all.push(...callables);
    methodNames.push(...methods);
  }
  const written = new Set(all.filter((c) => !c.op && c.module.startsWith('functional')).map((c) => c.name));
  const publicName = (c: Callable): string | null => {
    if (!c.op) return c.module.startsWith('functional') ? c.name : null;
    const { spec, name } = c.op.def;
    const fn = spec.fn ?? name.charAt(0).toLowerCase() + name.slice(1);
    return written.has(fn) ? null : fn;
  };

  const surface: string[] = [HEADER];
  const functions: string[] = [];
  const imports = new Map<string, Set<string>>();
  const importing = (c: Callable): void => void imports.set(c.module, (imports.get(c.module) ?? new Set()).add(c.name));
  for (const c of all) {
    const name = publicName(c);
    if (name) functions.push(name === c.name ? `export { ${name} } from './${c.module}.ts';` : `export { ${c.name} as ${name} } from './${c.module}.ts';`); // prettier-ignore
  }
  const classes = all.filter((c) => c.op).map((c) => {
    importing(c);
    const { name } = c.op!.def;
    return `${c.doc}\nexport const ${name}: typeof ${c.name}.Primitive = ${c.name}.Primitive;\nexport type ${name} = InstanceType<typeof ${name}>;\n`;
  }); // prettier-ignore
  for (const [module, names] of [...imports].sort())
    surface.push(`import { ${[...names].sort().join(', ')} } from './${module}.ts';`);
  surface.push('', ...functions.sort(), '', ...classes);

  const byName = new Map(all.flatMap((c) => [[c.name, c] as const]));
  for (const c of all) {
    const name = publicName(c);
    if (name) byName.set(name, c);
  }
  const methods = new Map<string, Callable>();
  for (const entry of methodNames) {
    const [name, target] = entry.split('=') as [string, string?];
    const c = byName.get(target ?? name);
    if (!c) throw new Error(`method '${name}': there is no function '${target ?? name}'`);
    methods.set(name, c);
  }
  for (const c of all) {
    for (const name of [c.op?.def.spec.method ?? []].flat()) methods.set(name, c);
  }
  const table: string[] = [];
  const used = new Map<string, Set<string>>();
  const lines: string[] = [];
  for (const [name, c] of [...methods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    used.set(c.module, (used.get(c.module) ?? new Set()).add(c.name));
    table.push(`get ${name}() { return ${c.name}; }`);
    if (!c.overloads.length)
      throw new Error(`method '${name}': the type of '${c.name}' must be written as a function type`);
    lines.push(c.doc);
    for (const o of c.overloads) lines.push(`${name}(${o.parameters.slice(1).join(', ')}): ${o.result};`);
  }
  const text = lines.join('\n');
  const code = lines.filter((line) => !line.startsWith('/**')).join('\n');
  const mentioned = (names: readonly string[]) => names.filter((n) => new RegExp(`\\b${n}\\b`).test(code));
  const core = mentioned(['Operand', 'Tuple', 'Shape', 'Parameter', 'NdArray', 'Index', 'Named', 'Generator']);
  const ir = mentioned(['DType', 'Dims']);
  const methodFile = [
    HEADER,
    `import type { ${['MethodFn', 'Tensor', ...core].join(', ')} } from '@sporelet/core';`,
    ir.length ? `import type { ${ir.join(', ')} } from '@sporelet/ir';` : '',
    ...[...used].sort().map(([m, names]) => `import { ${[...names].sort().join(', ')} } from './${m}.ts';`),
    '',
    `declare module '@sporelet/core' {\ninterface Tensor {\n${text}\n}\n}\n`,
    '/** What Tensor has as methods: functions whose first argument is the tensor. Accessors, so that one may be loaded at its first call. */',
    `export const tensorMethods: Readonly<Record<string, MethodFn>> = { ${table.join(', ')} };`,
    'export type { Tensor };',
  ];

  const stale: string[] = [];
  const put = async (path: string, content: string, parser: 'typescript' | 'markdown'): Promise<void> => {
    const options = (await resolveConfig(`${root}x.ts`)) ?? {};
    const next = await format(content, { ...options, parser });
    let old = '';
    try {
      old = readFileSync(root + path, 'utf8');
    } catch {
      // A file that is not there is stale.
    }
    if (old === next) return;
    if (process.argv.includes('--check')) stale.push(path);
    else writeFileSync(root + path, next);
  };
  await put('packages/ops/src/surface.gen.ts', surface.join('\n'), 'typescript');
  await put('packages/ops/src/methods.gen.ts', methodFile.join('\n'), 'typescript');
  const surfaceNames = new Set(all.map(publicName).filter((n) => n !== null));
  await put('docs/coverage.md', await coverage(root, all.flatMap((c) => (c.op ? [c.op] : [])), surfaceNames, new Set(methods.keys())), 'markdown'); // prettier-ignore
  if (stale.length) {
    console.error(`stale, run 'npm run generate': ${stale.join(', ')}`);
    process.exit(1);
  }
}

await main();
