import { arenaOf } from '@sporelet/compiler';
import type { Check, Plan, Ref, Step } from '@sporelet/compiler';
import loadWabt from 'wabt';

const wabt = await loadWabt();
const features = { threads: true, simd: true, bulk_memory: true };

export const input = (index: number): Ref => ({ kind: 'in', index });
export const output = (index: number): Ref => ({ kind: 'out', index });
export const temp = (index: number): Ref => ({ kind: 'temp', index });

/** A module of kernels from the text of their bodies. */
function assemble(bodies: readonly string[], shared: boolean): Uint8Array {
  const functions = bodies.map(
    (body, i) => `(func (export "k${i}") (param $args i32) (param $lo i32) (param $hi i32) ${body})`,
  );
  const memory = `(import "env" "memory" (memory 0 65536${shared ? ' shared' : ''}))`;
  return wabt.parseWat('kernels.wat', `(module ${memory} ${functions.join(' ')})`, features).toBinary({}).buffer;
}

/** The address of element `$i` (4 bytes) of the operand at this place of the argument block. */
export const at = (operand: number): string =>
  `(i32.add (i32.load offset=${operand * 4} (local.get $args)) (i32.shl (local.get $i) (i32.const 2)))`;

/** A kernel that runs `body` for every unit `$i`. */
export const forEach = (body: string): string => `(local $i i32) (local.set $i (local.get $lo))
  (block (br_if 0 (i32.ge_u (local.get $i) (local.get $hi)))
    (loop ${body} (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if 0 (i32.lt_u (local.get $i) (local.get $hi)))))`;

/** out = a + b over float32, any length. */
export const add = forEach(`(f32.store ${at(2)} (f32.add (f32.load ${at(0)}) (f32.load ${at(1)})))`);

export interface PlanParts {
  readonly bodies: readonly string[];
  readonly steps: readonly (Partial<Step> & { readonly args: readonly Ref[] })[];
  readonly shared?: boolean;
  readonly temps?: readonly number[];
  readonly consts?: Uint8Array;
  readonly checks?: readonly Check[];
}

/** A plan from kernel texts: step s calls kernel s over the run's length, unless it says otherwise. */
export function plan({
  bodies,
  steps,
  shared = true,
  temps = [],
  consts = new Uint8Array(0),
  checks = [],
}: PlanParts): Plan {
  const whole = steps.map((step, s) => ({ fn: s, kernel: 0, units: -1, grain: 16, cost: 1, ...step }));
  const arena = arenaOf(temps, whole, checks);
  return {
    name: 'Test',
    kernels: [{ name: 'Test', path: '', operations: 0, bytes: 0 }],
    code: assemble(bodies, shared),
    consts,
    temps,
    steps: whole,
    checks,
    arena,
  };
}

export const addPlan = (shared = true): Plan =>
  plan({ bodies: [add], steps: [{ args: [input(0), input(1), output(0)] }], shared });

export const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
