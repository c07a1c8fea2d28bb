import type { Dims, DType, Expr, View } from '@sporelet/ir';
import { bfloat16, constant, flatIndex, float16, float32, float64, uint32 } from '@sporelet/ir';

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const u32 = (value: number): Expr => constant(value, uint32);

/** Two random words of 32 bits. */
export type Words = readonly [Expr, Expr];

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), as an expression:
 * the words of a counter under a key. core's `threefry` gives the same.
 */
export function threefryWords([k0, k1]: Words, c0: Expr, c1: Expr): Words {
  const keys = [k0, k1, k0.xor(k1).xor(u32(0x1bd11bda))] as const;
  let x0 = c0.add(k0);
  let x1 = c1.add(k1);
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8]!;
    x0 = x0.add(x1);
    x1 = x1
      .shl(u32(turn))
      .or(x1.shr(u32(32 - turn)))
      .xor(x0);
    if (round % 4 < 3) continue;
    const inject = (round + 1) / 4;
    x0 = x0.add(keys[inject % 3]!);
    x1 = x1.add(keys[(inject + 1) % 3]!).add(u32(inject));
  }
  return [x0, x1];
}

/** The words of the element at an index of a shape: its row-major number is the counter. */
export function wordsAt(key: View, shape: Dims, index: readonly Expr[]): Words {
  return threefryWords([key.at(0), key.at(1)], flatIndex(shape, index).bits(uint32), u32(0));
}

/** Bits of the fractions that a dtype can hold all of in [0, 1). */
function fractionBits(dtype: DType): number {
  return dtype === float16 ? 11 : dtype === bfloat16 ? 8 : 24;
}

/** A number in [0, 1): a multiple of 2^-24 (2^-53 in float64, 2^-11 in float16, 2^-8 in bfloat16). */
export function unitInterval([high, low]: Words, dtype: DType): Expr {
  if (dtype === float64) {
    const head = high
      .shr(u32(5))
      .cast(float64)
      .mul(2 ** 26);
    return head.add(low.shr(u32(6)).cast(float64)).mul(2 ** -53);
  }
  const bits = fractionBits(dtype);
  return high
    .shr(u32(32 - bits))
    .cast(float32)
    .mul(2 ** -bits);
}

/** A normally distributed number (Box and Muller), in float32 or float64. */
export function standardNormalOf([high, low]: Words, dtype: DType): Expr {
  const wide = dtype === float64 ? float64 : float32;
  // (0, 1]: the logarithm stays finite. All 32 bits, so that the tails reach to 6.6.
  const u = high
    .cast(wide)
    .add(constant(1, wide))
    .mul(2 ** -32);
  const angle = low
    .shr(u32(8))
    .cast(wide)
    .mul((2 * Math.PI) / 2 ** 24);
  return u.log().mul(-2).sqrt().mul(angle.fn1('cos'));
}
