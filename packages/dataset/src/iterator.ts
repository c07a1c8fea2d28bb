import { RuntimeError } from '@sporelet/ir';

/** Starts an epoch. */
type Epoch<T> = () => Iterator<T>;

const hopMilliseconds = 50;

/**
 * The rows of a dataset. Every `for` or `for await` over it is one epoch. A synchronous loop never lets timers, the GPU
 * or the memory's finalizers run; `for await` does, about every 50 ms.
 */
export class DatasetIterator<T> implements Iterable<T>, AsyncIterable<T> {
  private readonly startEpoch: Epoch<T>;
  private readonly open: () => Promise<void>;
  private epochsLeft: number;
  private current: Iterator<T> | undefined;

  /** @param numEpochs - how many epochs there are; -1 for any number. */
  constructor(startEpoch: Epoch<T>, open: () => Promise<void>, numEpochs: number) {
    this.startEpoch = startEpoch;
    this.open = open;
    this.epochsLeft = numEpochs < 0 ? Infinity : numEpochs;
  }

  /**
   * The next row of the epoch. After its end, the next call begins the next epoch. `next().value` has the type of a row;
   * at the end of an epoch it is undefined at run time.
   * @throws RuntimeError after the last epoch.
   */
  next(): IteratorResult<T, T> {
    if (!this.current) {
      if (this.epochsLeft <= 0) {
        throw new RuntimeError('The iterator was made for fewer epochs: all of its numEpochs are over.');
      }
      this.epochsLeft--;
      this.current = this.startEpoch();
    }
    const step = this.current.next();
    if (!step.done) return { done: false, value: step.value };
    this.current = undefined;
    return { done: true, value: undefined as T };
  }

  /** Ends the epoch, as leaving a loop does. */
  return(): IteratorResult<T, T> {
    this.current = undefined;
    return { done: true, value: undefined as T };
  }

  [Symbol.iterator](): this {
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    await this.open();
    let hopped = performance.now();
    try {
      for (;;) {
        const step = this.next();
        if (step.done) return;
        yield step.value;
        if (performance.now() - hopped < hopMilliseconds) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        hopped = performance.now();
      }
    } finally {
      this.return();
    }
  }
}
