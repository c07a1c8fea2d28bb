import { Float16Array } from '@petamoriken/float16';
import { describe, expect, it } from 'vitest';
import { float32, float64, uint32 } from '../src/dtype.ts';
import {
  bf16ToFloat, bf16ToNumber, doubleToBf16, doubleToHalf, f16ToNumber, floatToBf16, floatToHalf, halfToFloat,
  numberToBf16, numberToF16, roundToBf16, roundToHalf,
} from '../src/half.ts'; // prettier-ignore
import { argument, evaluate } from './evaluate.ts';
import { random } from './math-cases.ts';

const all = Uint32Array.from({ length: 65536 }, (_, i) => i);
const halfNumbers = [...new Float16Array(Uint16Array.from(all).buffer)];
const bfNumbers = [...new Float32Array(all.map((b) => b << 16).buffer)];

/** Bits with every NaN made the same: its sign and payload are nobody's. */
const half = (b: number) => ((b & 0x7fff) > 0x7c00 ? 0x7e00 : b);
const bf = (b: number) => ((b & 0x7fff) > 0x7f80 ? 0x7fc0 : b);

/** The bits of the nearest float16, by an independent implementation. */
function oracle(x: readonly number[]): number[] {
  return [...new Uint16Array(Float16Array.from(x).buffer)].map(half);
}

/** The first few places where two lists differ: readable where the lists are long. */
function differences(got: ArrayLike<number>, want: readonly number[], x: ArrayLike<number> = want): string[] {
  const out: string[] = got.length === want.length ? [] : ['lengths'];
  for (let i = 0; i < want.length && out.length < 5; i++) {
    if (!Object.is(got[i], want[i])) out.push(`${x[i]!}: got ${got[i]!}, want ${want[i]!}`);
  }
  return out;
}

/** The midpoints of every fifth interval between values, and their neighbours, then anything. */
function hardFloat64(values: readonly number[]): number[] {
  const sorted = [...new Set(values.filter((v) => Number.isFinite(v)))].sort((a, b) => a - b);
  const out: number[] = [];
  const step = new BigInt64Array(1);
  const float = new Float64Array(step.buffer);
  const around = (v: number) => {
    for (const d of [-1n, 0n, 1n]) {
      float[0] = v;
      step[0]! += d;
      out.push(float[0]);
    }
  };
  for (let i = 0; i + 1 < sorted.length; i += 5) around((sorted[i]! + sorted[i + 1]!) / 2);
  const next = random(7);
  for (let i = 0; i < 5000; i++) {
    step[0] = (BigInt(next()) << 32n) | BigInt(next());
    out.push(float[0]!);
  }
  return [...out, 65519.99999999999, 65520, 65520.00000000001, 1e300, -1e300, 5e-324, -5e-324, NaN];
}

/** The bits of the nearest bfloat16, by exact comparison of the two candidates around. */
function nearestBf(x: number): number {
  if (x !== x) return 0x7fc0;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const a = Math.abs(x);
  let low = 0;
  let high = 0x7f80;
  const value = (b: number) => (b === 0x7f80 ? 2 ** 128 : bfNumbers[b]!);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value(middle) <= a) low = middle;
    else high = middle;
  }
  const below = a - value(low);
  const above = value(high) - a;
  const up = above < below || (above === below && (low & 1) === 1);
  return sign | (up || a > value(high) ? high : low);
}

describe('float16', () => {
  it('reads all 65,536 patterns', () => {
    expect(differences([...all].map(f16ToNumber), halfNumbers, all)).toEqual([]);
    expect(differences(evaluate(halfToFloat(argument(uint32)), [all]) as Float32Array, halfNumbers, all)).toEqual([]);
  });

  it('writes all 65,536 patterns back; NaN becomes the quiet NaN of its sign', () => {
    const want = [...all].map(half);
    expect(differences(halfNumbers.map(numberToF16).map(half), want)).toEqual([]);
    const back = evaluate(floatToHalf(argument(float32)), [Float32Array.from(halfNumbers)]) as Uint32Array;
    expect(differences([...back].map(half), want)).toEqual([]);
    const nan = Float32Array.from([NaN, 1]);
    new Uint32Array(nan.buffer)[1] = 0xff800001;
    expect([...(evaluate(floatToHalf(argument(float32)), [nan]) as Uint32Array)]).toEqual([0x7e00, 0xfe00]);
  });

  it('rounds float64 once, to nearest even', () => {
    const x = hardFloat64(halfNumbers);
    const want = oracle(x);
    const double = Float64Array.from(x);
    expect(differences(x.map(numberToF16).map(half), want, x)).toEqual([]);
    const bits = evaluate(doubleToHalf(argument(float64)), [double]) as Uint32Array;
    expect(differences([...bits].map(half), want, x)).toEqual([]);
    const grid = evaluate(roundToHalf(argument(float64)), [double]) as Float64Array;
    expect(differences(grid, want.map(f16ToNumber), x)).toEqual([]);
  });

  it('rounds float32 to nearest even', () => {
    const x = Float32Array.from(hardFloat64(halfNumbers));
    const want = oracle([...x]);
    const bits = evaluate(floatToHalf(argument(float32)), [x]) as Uint32Array;
    expect(differences([...bits].map(half), want, x)).toEqual([]);
    const grid = evaluate(roundToHalf(argument(float32)), [x]) as Float32Array;
    expect(differences(grid, want.map(f16ToNumber), x)).toEqual([]);
  });
});

describe('bfloat16', () => {
  it('reads all 65,536 patterns', () => {
    expect(differences([...all].map(bf16ToNumber), bfNumbers, all)).toEqual([]);
    expect(differences(evaluate(bf16ToFloat(argument(uint32)), [all]) as Float32Array, bfNumbers, all)).toEqual([]);
  });

  it('writes all 65,536 patterns back; NaN becomes the quiet NaN of its sign', () => {
    const want = [...all].map(bf);
    expect(differences(bfNumbers.map(numberToBf16).map(bf), want)).toEqual([]);
    const back = evaluate(floatToBf16(argument(float32)), [Float32Array.from(bfNumbers)]) as Uint32Array;
    expect(differences([...back].map(bf), want)).toEqual([]);
    const nan = Float32Array.from([NaN, 1]);
    new Uint32Array(nan.buffer)[1] = 0xff800001;
    expect([...(evaluate(floatToBf16(argument(float32)), [nan]) as Uint32Array)]).toEqual([0x7fc0, 0xffc0]);
  });

  it('rounds float64 once, to nearest even', () => {
    const x = hardFloat64(bfNumbers);
    const want = x.map(nearestBf);
    const double = Float64Array.from(x);
    expect(differences(x.map(numberToBf16).map(bf), want, x)).toEqual([]);
    const bits = evaluate(doubleToBf16(argument(float64)), [double]) as Uint32Array;
    expect(differences([...bits].map(bf), want, x)).toEqual([]);
    const grid = evaluate(roundToBf16(argument(float64)), [double]) as Float64Array;
    expect(differences(grid, want.map(bf16ToNumber), x)).toEqual([]);
  });

  it('rounds float32 to nearest even', () => {
    const x = Float32Array.from(hardFloat64(bfNumbers));
    const want = [...x].map(nearestBf);
    const bits = evaluate(floatToBf16(argument(float32)), [x]) as Uint32Array;
    expect(differences([...bits].map(bf), want, x)).toEqual([]);
    const grid = evaluate(roundToBf16(argument(float32)), [x]) as Float32Array;
    expect(differences(grid, want.map(bf16ToNumber), x)).toEqual([]);
  });
});
