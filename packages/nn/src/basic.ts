import type { Args, Tensor } from '@sporelet/core';
import { str } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { dropout, reshape } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkNumber } from './check.ts';
import { bindNamed } from './layer.ts';

export interface FlattenOptions {
  /** First axis to merge. Default 1. */
  startDim?: number | undefined;
  /** Last axis to merge. Default -1. */
  endDim?: number | undefined;
}

/** Merges axes: (N, C, H, W) to (N, C·H·W) by default. A 0-d tensor becomes 1-d. */
export class Flatten extends Cell<(x: Tensor) => Tensor> {
  readonly startDim: number;
  readonly endDim: number;

  constructor(...args: Args<[], [startDim?: number, endDim?: number], FlattenOptions>);
  constructor(...args: readonly unknown[]) {
    super();
    const given = bindNamed(this.clsName, ['startDim', 'endDim'], 0, args);
    this.startDim = checkNumber(this.clsName, 'startDim', given.startDim ?? 1, 'int');
    this.endDim = checkNumber(this.clsName, 'endDim', given.endDim ?? -1, 'int');
  }
  /** @throws ValueError for axes that the input does not have, or in the wrong order */
  construct(x: Tensor): Tensor {
    const shape: readonly number[] = x.ndim ? x.shape : [1];
    const n = shape.length;
    const place = (dim: number): number => (dim < 0 ? dim + n : dim);
    const [start, end] = [place(this.startDim), place(this.endDim)];
    if (start < 0 || end < 0 || start >= n || end >= n) {
      throw new ValueError(
        `For '${this.clsName}', the 'startDim' and 'endDim' must be in [${-n}, ${n}), but got ${this.startDim} and ${this.endDim}.`,
      );
    }
    if (start > end) {
      throw new ValueError(
        `For '${this.clsName}', the 'startDim' must not come after 'endDim', but got ${this.startDim} and ${this.endDim}.`,
      );
    }
    const merged = shape.slice(start, end + 1).reduce((a, b) => a * b, 1);
    return reshape(x, [...shape.slice(0, start), merged, ...shape.slice(end + 1)]);
  }
}

/** Gives its input back; takes any arguments. */
export class Identity extends Cell<(input: Tensor) => Tensor> {
  constructor(..._args: readonly unknown[]) {
    super();
  }
  construct(input: Tensor): Tensor {
    return input;
  }
}

export interface DropoutOptions {
  /** Probability of keeping an element, when `p` is not given. Default 0.5. */
  keepProb?: number | undefined;
  /** Probability of zeroing an element. */
  p?: number | null | undefined;
}

/**
 * In training zeroes elements at random and divides the others by the probability of being kept; otherwise the identity.
 * The first position is the probability of *keeping*, as in MindSpore: `new Dropout({ p: 0.2 })` drops a fifth.
 */
export class Dropout extends Cell<(x: Tensor) => Tensor> {
  readonly keepProb: number;
  readonly p: number | null;

  /** @throws ValueError for p outside [0, 1) or keepProb outside (0, 1] */
  constructor(...args: Args<[], [keepProb?: number, p?: number | null], DropoutOptions>);
  constructor(...args: readonly unknown[]) {
    super();
    const given = bindNamed(this.clsName, ['keepProb', 'p'], 0, args);
    this.keepProb = checkNumber(this.clsName, 'keepProb', given.keepProb ?? 0.5, 'float', { gt: 0, le: 1 });
    const p = given.p ?? null;
    this.p = p === null ? null : checkNumber(this.clsName, 'p', p, 'float', { ge: 0, lt: 1 });
  }
  construct(x: Tensor): Tensor {
    const p = this.p ?? 1 - this.keepProb;
    return this.training && p > 0 ? dropout(x, p) : x;
  }
  override extendRepr(): string {
    return this.p === null ? `keep_prob=${str(this.keepProb)}` : `p=${str(this.p)}`;
  }
}
