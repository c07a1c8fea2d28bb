import type { KernelOutput, Program, TensorSpec } from '@sporelet/ir';
import { exprText, shapeText } from '@sporelet/ir';

const specText = ({ dtype, shape }: TensorSpec): string => `${dtype.name}${shapeText(shape)}`;

/** Expressions longer than this are cut: they are for people. */
const MOST = 600;

function outputText(o: KernelOutput, names: readonly string[]): string {
  if (o.form === 'routine') return 'routine';
  const operand = (i: number): string => names[i] ?? 'out';
  const cut = (t: string): string => (t.length > MOST ? `${t.slice(0, MOST)}...` : t);
  const axes = o.axes.map((a) => `${a.name} < ${a.extent}`).join(', ');
  if (o.form === 'pull') return cut(`[${axes}] = ${exprText(o.value, operand)}`);
  const index = o.index.map((e) => exprText(e, operand)).join(', ');
  return cut(`[${index}] ${o.op === 'set' ? '' : `${o.op} `}= ${exprText(o.value, operand)} for ${axes}`);
}

/** A program, a kernel a paragraph: its operations, what it reads, and what each element of its results is. */
export function programText(program: Program): string {
  const names = new Map<number, string>();
  program.inputs.forEach((v, i) => names.set(v, `in${i}`));
  const name = (v: number): string => names.get(v) ?? `%${v}`;
  const head = program.inputs.map((v) => `${name(v)}: ${specText(program.values[v]!)}`);
  const lines = program.steps.flatMap(({ kernel, inputs, outputs, path }) => {
    const made = outputs.map((v, k) => `${name(v)}: ${specText(kernel.outputs[k]!.spec)}`).join(', ');
    return [
      `${made} = ${kernel.name}(${inputs.map(name).join(', ')})${path ? `  # ${path}` : ''}`,
      ...kernel.outputs.map((o, k) => `    ${name(outputs[k]!)}${outputText(o, inputs.map(name))}`),
    ];
  });
  const ends = program.updates.map((u) => `${name(program.inputs[u.input]!)} <- ${name(u.value)}`);
  return [`program ${program.name}(${head.join(', ')})`, ...[...lines, ...ends, `return ${program.outputs.map(name).join(', ')}`].map((l) => `  ${l}`)].join('\n'); // prettier-ignore
}
