import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { forbidden } from '../scripts/eslint-local.js';
import { layers, packageName } from '../scripts/layers.js';

const packages = resolve(import.meta.dirname, '../packages');
const root = dirname(packages);
const table = Object.entries<readonly string[]>(layers);
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('the layer table names exactly the packages there are', () => {
  expect(Object.keys(layers).sort()).toEqual(readdirSync(packages).sort());
});

test.each(table)('%s: dependencies and project references are those of the layer table', (layer, below) => {
  const manifest = json(join(packages, layer, 'package.json')) as { name: string; dependencies?: object };
  const project = json(join(packages, layer, 'tsconfig.json')) as { references?: { path: string }[] };
  expect(manifest.name).toBe(packageName(layer));
  expect(Object.keys(manifest.dependencies ?? {})).toEqual(below.map(packageName));
  expect((project.references ?? []).map(({ path }) => path)).toEqual(below.map((name) => `../${name}`));
});

test('the layer table has no cycle', () => {
  const depth = (layer: string, above: readonly string[]): void => {
    expect(above).not.toContain(layer);
    for (const name of (layers as Record<string, string[]>)[layer] ?? []) depth(name, [...above, layer]);
  };
  depth('sporelet', []);
});

test.each([
  ['packages/core/src/a.ts', '@sporelet/ir', true],
  ['packages/core/src/a.ts', '@sporelet/ops', false],
  ['packages/core/src/a.ts', '@sporelet/ir/deep', true],
  ['packages/core/src/a.ts', '@sporelet/compiler', false],
  ['packages/core/src/a.ts', 'sporelet', false],
  ['packages/core/src/a.ts', 'lodash', false],
  ['packages/core/src/a.ts', '../../ir/src/dtype.ts', false],
  ['packages/core/src/a/b.ts', '../c.ts', true],
  ['packages/core/src/node.ts', 'node:fs', false],
  ['packages/device-cpu/src/pool.ts', 'node:os', false],
  ['packages/device-cpu/src/pool-node.ts', 'node:os', true],
  ['packages\\device-cpu\\src\\pool.ts', 'node:os', false],
  ['packages/core/test/a.test.ts', '@sporelet/ops', true],
])('from %s the import of %s is allowed: %s', (file, source, allowed) => {
  expect(forbidden(file, source) === undefined).toBe(allowed);
});

test('no entry point reaches a node: module by static imports, so every one loads in a browser', () => {
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (file: string): void => {
    if (seen.has(file) || !existsSync(file)) return;
    seen.add(file);
    for (const [, source = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\s(?!type\b)(?:[^;']*?\bfrom )?'([^']+)'/gm,
    )) {
      if (source.startsWith('node:')) found.push(`${file}: ${source}`);
      else if (source.startsWith('.')) visit(resolve(dirname(file), source));
      else visit(join(packages, source.replace('@sporelet/', ''), 'src/index.ts'));
    }
  };
  for (const layer of Object.keys(layers)) visit(join(packages, layer, 'src/index.ts'));
  const front = join(packages, 'sporelet');
  const { exports } = JSON.parse(readFileSync(join(front, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  for (const file of Object.values(exports)) visit(join(front, file));
  expect(seen.size).toBeGreaterThanOrEqual(Object.keys(layers).length);
  expect(found).toEqual([]);
});

test('lint rules are switched off by name, for one line, with a reason', () => {
  const own = ['packages', 'test', 'examples', 'bench', 'scripts'].filter((folder) => existsSync(join(root, folder)));
  const sources = own.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?!.*(node_modules|dist)).*\.(ts|js|mjs)$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  expect(sources).toContain(import.meta.filename);
  const directive = /(?:\/\/|\/\*)\s*eslint-disable.*/g;
  const wrong = sources.flatMap((file) =>
    (readFileSync(file, 'utf8').match(directive) ?? [])
      .filter((text) => !/eslint-disable-(next-)?line\s+[@\w].* -- \S/.test(text))
      .map((text) => `${file}: ${text}`),
  );
  expect(wrong).toEqual([]);
});
