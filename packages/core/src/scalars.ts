import type { DType, Device } from '@sporelet/ir';
import { allDTypes, bfloat16, bool, float16, numberToBf16, numberToF16 } from '@sporelet/ir';
import { shapeOf } from './tuple.ts';
import { ConcreteValue } from './value.ts';

const limit = 512;
const scalarShape = /* @__PURE__ */ shapeOf([]);

/** A JavaScript scalar as an element in memory form: fractions are cut for integers, which wrap. */
export function toElement(value: number | bigint | boolean, dtype: DType): number | bigint {
  if (dtype === bool) return value === false || value === 0n || value === 0 ? 0 : 1;
  if (dtype === float16) return numberToF16(Number(value));
  if (dtype === bfloat16) return numberToBf16(Number(value));
  if (dtype.isFloat) return Number(value);
  if (dtype.itemsize === 8) {
    const big = typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(Number(value)) : 0);
    return dtype.kind === 'int' ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big);
  }
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : Number(value);
}

/** A value of shape () on a device. */
export function makeScalar(value: number | bigint | boolean, dtype: DType, device: Device): ConcreteValue {
  const data = new dtype.array(1);
  (data as { [i: number]: number | bigint })[0] = toElement(value, dtype);
  const storage = device.allocate(dtype.itemsize);
  device.write(storage, new Uint8Array(data.buffer));
  return new ConcreteValue(dtype, scalarShape, 1, storage, device);
}

type Table = Map<number, ConcreteValue>;
const tables = new WeakMap<Device, Table[]>();
let lastDevice: Device | null = null;
let lastTables: Table[] = [];

/** The same, kept for the next time the number is used. */
export function scalarValue(value: number, dtype: DType, device: Device): ConcreteValue {
  if (device !== lastDevice) {
    let found = tables.get(device);
    if (!found) tables.set(device, (found = allDTypes.map(() => new Map<number, ConcreteValue>())));
    [lastDevice, lastTables] = [device, found];
  }
  // A Map does not tell -0 from 0.
  if (value === 0 && Object.is(value, -0)) return makeScalar(value, dtype, device);
  const table = lastTables[dtype.id]!;
  let scalar = table.get(value);
  if (scalar === undefined) {
    if (table.size >= limit) table.clear();
    table.set(value, (scalar = makeScalar(value, dtype, device)));
  }
  return scalar;
}
