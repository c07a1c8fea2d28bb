import type { Device, TypedArray } from '@sporelet/ir';
import { RuntimeError } from '@sporelet/ir';
import type { ArrayData } from './tensor-data.ts';
import { shapeOf } from './tuple.ts';
import { ConcreteValue } from './value.ts';

/** Puts elements on a device. */
export function upload({ dtype, shape, data }: ArrayData, device: Device): ConcreteValue {
  const storage = device.allocate(data.byteLength);
  if (data.byteLength) device.write(storage, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return new ConcreteValue(dtype, shapeOf(shape), data.length, storage, device);
}

/** The elements, where they can be had at once. */
export function elementsOf(v: ConcreteValue): TypedArray {
  const out = new v.dtype.array(v.size * (v.dtype.isComplex ? 2 : 1));
  if (v.size) v.device.read(v.storage, new Uint8Array(out.buffer));
  return out;
}

/** The error of a read that would have to wait. */
export function mustBeAwaited(method: string, { device }: ConcreteValue): RuntimeError {
  const other = method === 'item' ? '(await x.data()).at(0)' : 'await x.data()';
  return new RuntimeError(
    `${method}() cannot read a tensor on the ${device.name} at once: use ${other}, await print(x), or (await x.to('CPU')).${method}().`,
  );
}
