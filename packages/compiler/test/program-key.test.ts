import type { Kernel, Program, PullOutput, PushOutput } from '@sporelet/ir';
import { Axis, DType, Expr, View, axisRef, bounded, constant, float32, float64, int32, sum } from '@sporelet/ir';
import { expect, it } from 'vitest';
import { programKey } from '../src/program-key.ts';

const spec = { dtype: float32, shape: [4, 6] };

/** A program that has something in every field; the same each time it is made. */
function example(): Program {
  const [i, j] = [new Axis('i', 4), new Axis('j', 6)];
  const [x, at] = [new View(0, spec), new View(1, { dtype: int32, shape: [4] })];
  const row = new Axis('k', 6, axisRef(i).add(1));
  const some = new Expr('reduce', float32, [x.at(axisRef(i), axisRef(row))], { fn: 'sum', axes: [row] });
  const value = some.add(sum(6, (k) => x.at(bounded(at.at(axisRef(i)), 4), k))).mul(constant(1.5, float32));
  const pull: PullOutput = { form: 'pull', spec, axes: [i, j], value };
  const [p, q] = [new Axis('p', 4), new Axis('q', 6)];
  const init = { axes: [p, q], value: x.at(axisRef(p), axisRef(q)) };
  const index = [bounded(at.at(axisRef(i)), 4), axisRef(j)];
  const push: PushOutput = { form: 'push', spec, axes: [i, j], index, value: x.at(axisRef(i), axisRef(j)), op: 'add', init };
  const inputs = [spec, { dtype: int32, shape: [4] }];
  const outOfRange = () => new Error('out of range');
  const kernel = (output: PullOutput | PushOutput): Kernel => ({ name: output.form, inputs, outputs: [output], inPlace: [-1], flat: false, outOfRange });
  return {
    name: 'step',
    values: [spec, inputs[1]!, spec, spec],
    inputs: [0, 1],
    outputs: [3],
    updates: [{ input: 0, value: 2 }],
    steps: [
      { kernel: kernel(pull), inputs: [0, 1], outputs: [2], path: 'net.fc' },
      { kernel: kernel(push), inputs: [2, 1], outputs: [3], path: '' },
    ],
  };
} // prettier-ignore

type Fields = Record<string, unknown>;

const instead: Fields = { limit: axisRef(new Axis('l', 3)), stored: float64, order: { partials: 16 } };

/** Something else of the same kind; undefined for objects whose own fields are changed. */
function other(field: string, value: unknown): unknown {
  if (value === null) return instead[field];
  if (value instanceof DType) return value === float32 ? float64 : float32;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}!`;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value) && value.length) return [...(value as unknown[]), value[0] as unknown];
  return undefined;
}

/** Every field of every object in a program once. */
function fieldsOf(root: object): { readonly holder: Fields; readonly field: string; readonly path: string }[] {
  const seen = new Set<object>();
  const found: { holder: Fields; field: string; path: string }[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || seen.has(value) || value instanceof DType) return;
    seen.add(value);
    for (const field of Object.keys(value)) {
      found.push({ holder: value as Fields, field, path: `${path}.${field}` });
      visit((value as Fields)[field], `${path}.${field}`);
    }
  };
  visit(root, 'program');
  return found;
}

it('is the same for a program that is recorded again', () => {
  expect(programKey(example())).toBe(programKey(example()));
});

it('is another one when any field of anything in a program is another one', () => {
  const program = example();
  const key = programKey(program);
  const changed = new Set<string>();
  for (const { holder, field, path } of fieldsOf(program)) {
    const before = holder[field];
    const next = other(field, before);
    // The form tells which fields there are.
    if (field === 'form' || (next === undefined && field !== 'outOfRange')) continue;
    holder[field] = next;
    expect(programKey(program), path).not.toBe(key);
    holder[field] = before;
    changed.add(field);
  }
  expect(programKey(program)).toBe(key);
  const fields = ['args', 'axes', 'dtype', 'extent', 'flat', 'fn', 'inPlace', 'index', 'input', 'kind', 'limit', 'name', 'op', 'order', 'outOfRange', 'outputs', 'path', 'shape', 'steps', 'stored', 'updates', 'value', 'values']; // prettier-ignore
  expect([...changed]).toEqual(expect.arrayContaining(fields));
});

it('tells apart constants that print alike, and what is shared from what is equal', () => {
  const one = (value: Expr): string => {
    const output: PullOutput = { form: 'pull', spec: { dtype: value.dtype, shape: [] }, axes: [], value };
    const kernel: Kernel = { name: '', inputs: [], outputs: [output], inPlace: [-1], flat: false };
    return programKey({ name: '', values: [output.spec], inputs: [], outputs: [0], updates: [], steps: [{ kernel, inputs: [], outputs: [0] }] }); // prettier-ignore
  };
  const c = (value: number): Expr => constant(value, float32);
  const [a, b] = [c(1), c(1)];
  const keys = [c(0), c(-0), c(1), c(NaN), c(Infinity), constant(1, float64), a.add(a), a.add(b), a.sub(c(2)), c(2).sub(a)].map(one); // prettier-ignore
  expect(new Set(keys).size).toBe(keys.length);
});
