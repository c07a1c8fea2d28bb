/** Stands for the elements left out of one axis. */
export const gap = -1;

/** Elements shown at each end of an axis that is summarised. */
export const edge = 3;

/** The indices of an axis of length `n` that are shown: all, or with `elide` both ends around {@link gap}. */
export function axisIndices(n: number, elide: boolean): number[] {
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  return elide ? [...range(0, edge), gap, ...range(n - edge, n)] : range(0, n);
}

/** The flat row-major indices of the elements that are shown, in order. */
export function shownIndices(shape: readonly number[], axes: readonly (readonly number[])[]): number[] {
  let flat = [0];
  axes.forEach((indices, axis) => {
    const n = shape[axis] ?? 0;
    const shown = indices.filter((i) => i !== gap);
    flat = flat.flatMap((start) => shown.map((i) => start * n + i));
  });
  return flat;
}
