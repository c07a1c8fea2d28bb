import type { NdArray } from './nd-array.ts';
import { str } from './text.ts';
import type { Tensor } from './tensor.ts';
import { showAs } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';
import type { ConcreteValue } from './value.ts';

/** What is still to be printed, when a device makes lines wait. */
let waiting: Promise<void> | null = null;

const done: PromiseLike<void> = {
  then: (resolve, reject) => Promise.resolve().then(resolve, reject),
};

function write(values: readonly unknown[]): void {
  console.log(values.map(str).join(' '));
}

/** Whether the elements are on a device that cannot be read at once. */
function mustWait(t: Tensor): boolean {
  let value: ConcreteValue;
  try {
    value = t.$concrete();
  } catch {
    // Waiting gives it no elements: it is shown with the reason why.
    return false;
  }
  return value.device.waits === true;
}

/**
 * Prints values as Python would, with a blank between them. On CPU the line is printed when `print` returns; where
 * elements must be waited for, it follows in order, and `await print(x)` waits for it.
 */
export function print(...values: readonly unknown[]): PromiseLike<void> {
  const late = tensorsIn(values).filter(mustWait);
  if (!waiting && !late.length) {
    write(values);
    return done;
  }
  const before = waiting;
  const reads = Promise.all(late.map((t): Promise<readonly [Tensor, NdArray]> => t.data().then((array) => [t, array])));
  // Every line has its turn, whatever became of those before.
  const line = Promise.allSettled([before, reads]).then(async () => {
    const arrays = await reads;
    for (const [t, array] of arrays) showAs(t, array);
    write(values);
    for (const [t] of arrays) showAs(t, null);
  });
  const end = (): void => {
    if (waiting === line) waiting = null;
  };
  waiting = line;
  line.then(end, end);
  return line;
}
