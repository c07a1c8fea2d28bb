import type { Device } from '@sporelet/ir';
import { done } from './done.ts';
import type { NdArray } from './nd-array.ts';
import { str } from './text.ts';
import type { Tensor } from './tensor.ts';
import { showAs } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';

/** What is still to be printed, when a device makes lines wait. */
let waiting: Promise<void> | null = null;

/** The device of the elements; null where there are none, which is shown with the reason why. */
function deviceOf(t: Tensor): Device | null {
  try {
    return t.$concrete().device;
  } catch {
    return null;
  }
}
const isThere = (t: Tensor): boolean => deviceOf(t) !== null;
/** Whether the elements are on a device that cannot be read at once. */
const mustWait = (t: Tensor): boolean => deviceOf(t)?.waits === true;

/**
 * Prints values as Python would, with a blank between them. On CPU the line is printed when `print` returns; where
 * elements must be waited for, it follows in order, and `await print(x)` waits for it.
 */
export function print(...values: readonly unknown[]): PromiseLike<void> {
  // What need not be waited for is shown as it is now.
  const texts = values.map((value) => (tensorsIn(value).some(mustWait) ? null : str(value)));
  if (!waiting && !texts.includes(null)) {
    console.log(texts.join(' '));
    return done;
  }
  const before = waiting;
  const late = tensorsIn(values.filter((_, i) => texts[i] === null)).filter(isThere);
  const reads = Promise.all(late.map((t): Promise<readonly [Tensor, NdArray]> => t.data().then((array) => [t, array])));
  // Every line has its turn, whatever became of those before.
  const line = Promise.allSettled([before, reads]).then(async () => {
    const arrays = await reads;
    for (const [t, array] of arrays) showAs(t, array);
    console.log(values.map((value, i) => texts[i] ?? str(value)).join(' '));
    for (const [t] of arrays) showAs(t, null);
  });
  const end = (): void => {
    if (waiting === line) waiting = null;
  };
  waiting = line;
  line.then(end, end);
  return line;
}
