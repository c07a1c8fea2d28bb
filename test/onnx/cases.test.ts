import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { difference } from './compare.ts';
import { excludedCases, excludedOps } from './excluded.ts';
import { readData, readModel } from './model.ts';
import { run } from './run.ts';
import { table } from './table.ts';
import { toleranceOf, tolerated } from './tolerances.ts';

const folder = fileURLToPath(new URL('../../.cache/testdata/usr/share/libonnx-testdata/data/node', import.meta.url));
const present = existsSync(folder);
const cases = (present ? readdirSync(folder).sort() : []).map((name) => ({
  name,
  model: readModel(join(folder, name, 'model.onnx')),
}));
type Case = (typeof cases)[number];

const opsOf = ({ model }: Case): string[] => model.nodes.map((n) => n.op);
const byName = new Map(cases.map((c) => [c.name, c]));

/** A case named `x_expanded` has the operator of case `x` written out in others; it is named and measured by that one. */
const opOf = (c: Case): string => opsOf(byName.get(c.name.replace(/_expanded$/, '')) ?? c)[0]!;

const excluded = (c: Case): boolean => c.name in excludedCases || opsOf(c).some((op) => op in excludedOps);

function check({ name, model }: Case, op: string): void {
  const path = join(folder, name);
  const got = run(model, readData(path, 'input', model.inputs));
  readData(path, 'output', model.outputs).forEach((want, i) => {
    const differs = difference(got[i]!, want, toleranceOf(op));
    if (differs) expect.fail(`${model.outputs[i]!.name}: ${differs}`);
  });
}

describe("ONNX's node cases", () => {
  const mapped = cases.filter((c) => !excluded(c));
  if (!present) for (const op of Object.keys(table)) it.skip(`${op}: no test data`, () => undefined);

  for (const c of mapped) it(`${opOf(c)}: ${c.name}`, () => check(c, opOf(c)));

  it.skipIf(!present)('are mapped or excluded with a reason', () => {
    expect(mapped.length).toBeGreaterThan(0);
    const unknown = mapped.flatMap((c) => opsOf(c).filter((op) => !(op in table)).map((op) => `${c.name}: ${op}`)); // prettier-ignore
    expect(unknown).toEqual([]);
  });

  it.skipIf(!present)('exist where they are excluded, and fail', () => {
    expect(Object.keys(excludedCases).filter((name) => !byName.has(name))).toEqual([]);
    for (const name of Object.keys(excludedCases)) {
      const c = byName.get(name)!;
      expect(() => check(c, opOf(c)), `${name} agrees: it need not be excluded`).toThrow();
    }
    const used = new Set(cases.flatMap(opsOf));
    expect(Object.keys(excludedOps).filter((op) => !used.has(op) || op in table)).toEqual([]);
  });

  it.skipIf(!present)('use every mapping', () => {
    const used = new Set(mapped.flatMap(opsOf));
    expect(Object.keys(table).filter((op) => !used.has(op))).toEqual([]);
  });

  it('have tolerances by names in the table', () => {
    expect(tolerated.filter((op) => !(op in table))).toEqual([]);
  });
});
