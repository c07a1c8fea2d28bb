import type { TensorSpec } from '@sporelet/ir';
import { RuntimeError } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import { coreOps } from './core-ops.ts';
import { dispatch } from './dispatch.ts';
import type { Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { Shape } from './tuple.ts';
import { shapeOf } from './tuple.ts';
import type { ConcreteValue, Value } from './value.ts';
import { Trace, WrappedValue } from './value.ts';

/** One example of a mapped value: the mapped axis is axis 0 of what lies below. */
export class BatchValue extends WrappedValue {
  readonly inner: Value;

  constructor(trace: BatchTrace, inner: Value) {
    const n = inner.shape[0];
    super(inner.dtype, exampleShape(inner.shape), n ? inner.size / n : exampleSize(inner), trace);
    this.inner = inner;
  }
  readable(): ConcreteValue {
    throw new RuntimeError(
      'A value inside vmap stands for all examples and has no elements of its own: read it after vmap has returned it',
    );
  }
}

const exampleShapes = new WeakMap<Shape, Shape>();

/** A shape without its first axis; the same object for the same object. */
function exampleShape(shape: Shape): Shape {
  let rest = exampleShapes.get(shape);
  if (!rest) exampleShapes.set(shape, (rest = shapeOf(shape.slice(1))));
  return rest;
}

function exampleSize({ shape }: TensorSpec): number {
  return shape.slice(1).reduce((a, b) => a * b, 1);
}

/** A value that varies between examples must not be written where there is one place for all. */
export function mappedWrite(op: string): RuntimeError {
  return new RuntimeError(
    `For '${op}', a value mapped by vmap cannot be written into a Parameter that is not mapped: ` +
      `pass the Parameter as a mapped argument.`,
  );
}

/** A mapped axis: operations on mapped values are lifted over it. */
export class BatchTrace extends Trace {
  readonly size: number;
  override readonly mapped = true;

  constructor(level: number, size: number) {
    super(level);
    this.size = size;
  }

  process(op: Runnable, inputs: readonly Value[], attrs: Attrs): Value[] {
    if (op.onMapped) return op.onMapped(this, inputs);
    let mask = '';
    for (const v of inputs) mask += v.trace === this ? '1' : '0';
    for (const over of op.inPlace(inputs.length)) {
      if (over >= 0 && mask[over] === '0') {
        throw mappedWrite(op.name);
      }
    }
    const inner = inputs.map((v) => (v.trace === this ? (v as BatchValue).inner : v));
    return dispatch(op.lifted(mask), inner, attrs).map((v) => new BatchValue(this, v));
  }

  /** All examples of a value: what is not mapped is repeated. */
  physical(value: Value): Value {
    if (value.trace === this) return (value as BatchValue).inner;
    return coreOps().broadcastTo(new Tensor(value), [this.size, ...value.shape]).$value;
  }

  lower(): Value {
    throw new RuntimeError('A tensor made inside vmap was used after vmap had returned: return it from the function.');
  }
  override end(): void {
    this.live = false;
  }
}
