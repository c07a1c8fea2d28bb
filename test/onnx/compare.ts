import type { DType, Tensor } from 'sporelet';
import { dtype } from 'sporelet';
import type { Tolerance } from './tolerances.ts';

const epsilon = new Map<DType, number>([
  [dtype.float16, 2 ** -10],
  [dtype.bfloat16, 2 ** -7],
  [dtype.float32, 2 ** -23],
  [dtype.float64, 2 ** -52],
]);

/** What differs between a tensor and the one expected: dtype, shape or the first element beyond the tolerance. */
export function difference(got: Tensor, want: Tensor, { epsilons, of }: Tolerance): string | null {
  if (got.dtype !== want.dtype) return `dtype ${got.dtype.name}, expected ${want.dtype.name}`;
  if (String(got.shape) !== String(want.shape)) return `shape (${String(got.shape)}), expected (${String(want.shape)})`;
  const [a, b] = [got.asnumpy(), want.asnumpy()];
  const rtol = epsilons * (epsilon.get(got.dtype) ?? 0);
  let largest = 0;
  if (rtol && of === 'tensor') {
    for (let i = 0; i < b.size; i++)
      if (Number.isFinite(b.at(i))) largest = Math.max(largest, Math.abs(Number(b.at(i))));
  }
  for (let i = 0; i < b.size; i++) {
    const [x, y] = [a.at(i), b.at(i)];
    if (Object.is(x, y)) continue;
    const allowed = rtol * Math.max(Math.abs(Number(y)), largest);
    if (rtol && Math.abs(Number(x) - Number(y)) <= allowed) continue;
    return `element ${i} is ${String(x)}, expected ${String(y)} (tolerance ${allowed})`;
  }
  return null;
}
