import { Parameter } from './parameter.ts';
import { Tensor } from './tensor.ts';

const ids = new WeakMap<object, number>();
let next = 0;

function idOf(value: object): number {
  let id = ids.get(value);
  if (id === undefined) ids.set(value, (id = next++));
  return id;
}

/** What a compiled function depends on in one argument: dtype and shape of tensors, everything else by value. */
export function signatureOf(value: unknown): string {
  if (value instanceof Parameter) return `Parameter ${idOf(value)}`;
  if (value instanceof Tensor) return `${value.$spec.dtype.name}(${value.$spec.shape.join()})`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(signatureOf).join()}]`;
  if (value instanceof Map) return `Map${signatureOf([...(value as Map<unknown, unknown>)])}`;
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value);
  const proto: unknown = Object.getPrototypeOf(value);
  if (typeof value === 'object' && (proto === Object.prototype || proto === null))
    return `{${Object.entries(value).map(([k, v]) => `${k}:${signatureOf(v)}`).join()}}`; // prettier-ignore
  return `object ${idOf(value)}`;
}
