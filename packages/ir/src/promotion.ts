import type { DType } from './dtype.ts';
import {
  allDTypes,
  bfloat16,
  bool,
  complex128,
  complex64,
  float16,
  float32,
  float64,
  int16,
  int64,
  int8,
  uint8,
} from './dtype.ts';

// Order inside one kind; a tensor of a later kind wins whatever its width (int64 with float16 is Float16).
const signedRank = [int8, int16, allDTypes[3]!, int64];

function pair(a: DType, b: DType): DType | null {
  if (a === b) return a;
  if (a === bool) return b;
  if (b === bool) return a;
  if (a.kind === 'uint' && a !== uint8) return null;
  if (b.kind === 'uint' && b !== uint8) return null;
  if (a.isComplex || b.isComplex) {
    const wide = [a, b].some((d) => d === complex128 || d === float64);
    return wide ? complex128 : complex64;
  }
  if (a.isFloat && b.isFloat) {
    if (a === float64 || b === float64) return float64;
    // float16 and bfloat16 have no common half type.
    return a === b ? a : float32;
  }
  if (a.isFloat) return a;
  if (b.isFloat) return b;
  if (a === uint8) return b === int8 ? int16 : b;
  if (b === uint8) return a === int8 ? int16 : a;
  return signedRank[Math.max(signedRank.indexOf(a), signedRank.indexOf(b))]!;
}

const table: readonly (readonly (DType | null)[])[] = allDTypes.map((a) => allDTypes.map((b) => pair(a, b)));

/** The common dtype of two tensors, or null where MindSpore refuses the pair. */
export function promoteTypes(a: DType, b: DType): DType | null {
  return table[a.id]![b.id]!;
}

/** What kind of JavaScript scalar meets a tensor. */
export type WeakKind = 'bool' | 'int' | 'float';

/** The dtype of a tensor after meeting a weak scalar, or null where MindSpore refuses the pair. */
export function promoteWeak(dtype: DType, weak: WeakKind): DType | null {
  if (weak === 'bool') return dtype;
  if (dtype.kind === 'uint' && dtype !== uint8) return null;
  if (weak === 'int') return dtype === bool ? int64 : dtype;
  return dtype.isFloat || dtype.isComplex ? dtype : float32;
}

export const halfTypes: readonly DType[] = [float16, bfloat16];
