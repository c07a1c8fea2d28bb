import type { ArrayData } from './array.ts';
import type { Work } from './work.ts';

/** Which two source positions an output position lies between, and the weight of the second. */
interface Between {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

/** Positions of `to` pixels among `from` pixels, centre to centre. `clampWeight`: outside, the weight is 0. */
function between(from: number, to: number, clampWeight: boolean): Between {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const weight = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const x = Math.fround((i + 0.5) * (from / to) - 0.5);
    const floor = Math.floor(x);
    low[i] = Math.min(Math.max(floor, 0), from - 1);
    high[i] = Math.min(Math.max(floor + 1, 0), from - 1);
    weight[i] = clampWeight && (floor < 0 || floor >= from - 1) ? 0 : x - floor;
  }
  return { low, high, weight };
}

const halfToEven = (x: number) => {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
};
/** Weights in 1/2048, of the first and of the second position. */
function fixed(weight: Float32Array): readonly [Int32Array, Int32Array] {
  const scaled = (f: (w: number) => number) => Int32Array.from(weight, (w) => halfToEven(Math.fround(f(w)) * 2048));
  return [scaled((w) => 1 - w), scaled((w) => w)];
}

/** Pixels of a batch [N, H, W, C...]: how many images, their size, and values per pixel. */
function geometry(x: ArrayData): readonly [n: number, h: number, w: number, c: number] {
  const [n, h, w, c = 1] = x.shape as [number, number, number, number?];
  return [n, h, w, c];
}

/** Bilinear interpolation of 8-bit images in OpenCV's fixed point, which MindSpore uses: bit for bit the same. */
function bilinear8(x: ArrayData, height: number, width: number, out: ArrayData): void {
  const [n, h, w, c] = geometry(x);
  const across = between(w, width, true);
  const down = between(h, height, false);
  const [across0, across1] = fixed(across.weight);
  const [down0, down1] = fixed(down.weight);
  const from = x.data as Uint8Array;
  const to = out.data as Uint8Array;
  const rows = new Int32Array(h * width * c);
  for (let image = 0; image < n; image++) {
    const base = image * h * w * c;
    for (let y = 0, k = 0; y < h; y++) {
      for (let i = 0; i < width; i++) {
        const a = base + (y * w + across.low[i]!) * c;
        const b = base + (y * w + across.high[i]!) * c;
        for (let j = 0; j < c; j++) rows[k++] = from[a + j]! * across0[i]! + from[b + j]! * across1[i]!;
      }
    }
    for (let y = 0, k = image * height * width * c; y < height; y++) {
      const a = down.low[y]! * width * c;
      const b = down.high[y]! * width * c;
      for (let i = 0; i < width * c; i++) {
        const first = (down0[y]! * (rows[a + i]! >> 4)) >> 16;
        const second = (down1[y]! * (rows[b + i]! >> 4)) >> 16;
        to[k++] = (first + second + 2) >> 2;
      }
    }
  }
}

function bilinearFloat(x: ArrayData, height: number, width: number, out: ArrayData): void {
  const [n, h, w, c] = geometry(x);
  const across = between(w, width, true);
  const down = between(h, height, true);
  const from = x.data as Float32Array;
  const to = out.data as Float32Array;
  // Of the kind of the data, so that every step is rounded as the data is.
  const rows = new (from.constructor as Float32ArrayConstructor)(h * width * c);
  for (let image = 0; image < n; image++) {
    const base = image * h * w * c;
    for (let y = 0, k = 0; y < h; y++) {
      for (let i = 0; i < width; i++) {
        const a = base + (y * w + across.low[i]!) * c;
        const b = base + (y * w + across.high[i]!) * c;
        const f = across.weight[i]!;
        for (let j = 0; j < c; j++) rows[k++] = from[a + j]! * (1 - f) + from[b + j]! * f;
      }
    }
    for (let y = 0, k = image * height * width * c; y < height; y++) {
      const a = down.low[y]! * width * c;
      const b = down.high[y]! * width * c;
      const f = down.weight[y]!;
      for (let i = 0; i < width * c; i++) to[k++] = rows[a + i]! * (1 - f) + rows[b + i]! * f;
    }
  }
}

function nearest(x: ArrayData, height: number, width: number, out: ArrayData): void {
  const [n, h, w, c] = geometry(x);
  const across = Int32Array.from({ length: width }, (_, i) => Math.min(Math.floor(i * (w / width)), w - 1));
  // Whatever the element type is (number or bigint), it is only moved.
  const from = x.data as Float32Array;
  const to = out.data as Float32Array;
  let k = 0;
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < height; y++) {
      const row = image * h * w * c + Math.min(Math.floor(y * (h / height)), h - 1) * w * c;
      for (let i = 0; i < width; i++) for (let j = 0; j < c; j++) to[k++] = from[row + across[i]! * c + j]!;
    }
  }
}

/**
 * A batch of images [N, H, W] or [N, H, W, C] at another size.
 * @param x - for 'bilinear' UInt8, Float32 or Float64
 */
export function resizeImages(
  x: ArrayData,
  height: number,
  width: number,
  method: 'bilinear' | 'nearest',
  work: Work,
): ArrayData {
  const out = work.make(x.dtype, [x.shape[0]!, height, width, ...x.shape.slice(3)]);
  const resize = method === 'nearest' ? nearest : x.data instanceof Uint8Array ? bilinear8 : bilinearFloat;
  resize(x, height, width, out);
  return out;
}
