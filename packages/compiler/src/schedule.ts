import type { Program, ProgramStep } from '@sporelet/ir';

/**
 * Puts steps that overwrite an input as late as possible, so that everything that may fail and everything that reads the
 * old elements comes before; drops steps that nothing depends on.
 */
export function schedule(program: Program): Program {
  const steps = needed(program);
  const inputs = new Set(program.updates.map((u) => program.inputs[u.input]!));
  const results = new Set(program.updates.map((u) => u.value));
  const late = new Set<ProgramStep>();
  const madeLate = new Set<number>();
  for (const step of steps) {
    const writes = step.outputs.some((v) => results.has(v)) && step.inputs.some((v) => inputs.has(v));
    if (!writes && !step.inputs.some((v) => madeLate.has(v))) continue;
    late.add(step);
    for (const v of step.outputs) madeLate.add(v);
  }
  return { ...program, steps: [...steps.filter((s) => !late.has(s)), ...steps.filter((s) => late.has(s))] };
}

function needed(program: Program): readonly ProgramStep[] {
  const wanted = new Set([...program.outputs, ...program.updates.map((u) => u.value)]);
  const kept: ProgramStep[] = [];
  for (const step of [...program.steps].reverse()) {
    if (!step.outputs.some((v) => wanted.has(v))) continue;
    kept.push(step);
    for (const v of step.inputs) wanted.add(v);
  }
  return kept.reverse();
}
