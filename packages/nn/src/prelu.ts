import type { Args, Tensor } from '@sporelet/core';
import { Parameter, Tensor as TensorClass, describe } from '@sporelet/core';
import { ValueError, float32 } from '@sporelet/ir';
import { cast, maximum, minimum, add, mul, reshape } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkNumber } from './check.ts';
import { bindNamed } from './layer.ts';

type Slope = number | readonly number[] | Tensor;

/** max(input, 0) + w · min(input, 0) with a trained w: one, or one per channel (axis 1). */
export class PReLU extends Cell<(x: Tensor) => Tensor> {
  readonly w: Parameter;

  /**
   * @param channel - number of slopes. Default 1.
   * @param w - initial slope, or one per channel. Default 0.25.
   */
  constructor(
    ...args: Args<
      [],
      [channel?: number, w?: Slope],
      { readonly channel?: number | undefined; readonly w?: Slope | undefined }
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, ['channel', 'w'], 0, args);
    const channel = checkNumber(op, 'channel', given.channel ?? 1, 'int', { gt: 0 });
    const w = given.w ?? 0.25;
    if (typeof w !== 'number' && !Array.isArray(w) && !(w instanceof TensorClass)) {
      throw new TypeError(`For '${op}', the 'w' only supported float, list and tensor, but got ${describe(w)}.`);
    }
    const data = typeof w === 'number' ? new Array<number>(channel).fill(w) : w;
    const slopes = new TensorClass(
      data as readonly number[] | Tensor,
      data instanceof TensorClass ? data.dtype : float32,
    );
    if (slopes.ndim !== 1 || slopes.shape[0] !== channel) {
      throw new ValueError(`For '${op}', the 'w' must have 'channel' = ${channel} elements, but got shape ${String(slopes.shape)}.`); // prettier-ignore
    }
    this.w = new Parameter(slopes, 'a');
  }
  construct(x: Tensor): Tensor {
    const slopes = cast(this.w, x.dtype);
    const perChannel = x.ndim > 1 ? reshape(slopes, [-1, ...new Array<number>(x.ndim - 2).fill(1)]) : slopes;
    return add(maximum(x, 0), mul(perChannel, minimum(x, 0)));
  }
}
