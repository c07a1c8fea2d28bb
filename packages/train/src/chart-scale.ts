/** Lowest and highest finite value, widened to a range of positive length; [0, 1] when there is none. */
export function extent(values: Iterable<number>): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  const half = low === 0 ? 1 : Math.abs(low) / 2;
  return [Math.max(low - half, -Number.MAX_VALUE), Math.min(low + half, Number.MAX_VALUE)];
}

/** Where a value lies between `low` (0) and `high` (1). In halves, as the difference of two huge values overflows. */
export function position(value: number, low: number, high: number): number {
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** Round numbers (1, 2 or 5 times a power of ten) inside a range, about `count` of them, with their texts. */
export function ticks(low: number, high: number, count: number): { value: number; text: string }[] {
  const raw = (high / 2 - low / 2) / (Math.max(1, count) / 2);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) ?? raw;
  if (!(step > 0) || !Number.isFinite(step)) return [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.min(100, last - first + 1) }, (_, i) => (first + i) * step);
  return values.map((value) => ({ value, text: tickText(value, step) }));
}

/** Powers of ten inside a positive range; where they are fewer than two, the round numbers. */
export function logTicks(low: number, high: number): { value: number; text: string }[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / 8));
  const powers: number[] = [];
  for (let p = first; p <= last; p += every) powers.push(p);
  if (powers.length < 2) return ticks(low, high, 5).filter((tick) => tick.value > 0);
  return powers.map((p) => ({ value: 10 ** p, text: tickText(10 ** p, 10 ** p) }));
}

function tickText(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e6 || step < 0.99e-4) {
    const digits = Math.max(0, Math.min(8, Math.floor(Math.log10(size)) - Math.floor(Math.log10(step))));
    return value.toExponential(digits).replace('e+', 'e');
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(decimals).replace(/\B(?=(\d{3})+$)/g, decimals === 0 ? ',' : '');
}

/** An exponential moving mean, corrected for its start; NaN stays NaN and is left out of the mean. */
export function smoothed(values: readonly number[], weight: number): number[] {
  let [mean, mass] = [0, 0];
  return values.map((v) => {
    if (!Number.isFinite(v)) return NaN;
    mean = weight * mean + (1 - weight) * v;
    mass = weight * mass + (1 - weight);
    return mean / mass;
  });
}
