/** A value of the right type that cannot be used: MindSpore's ValueError. */
export class ValueError extends Error {
  override name = 'ValueError';
}
/** A failure while computing: MindSpore's RuntimeError. */
export class RuntimeError extends Error {
  override name = 'RuntimeError';
}
/** An index out of range: MindSpore's IndexError. */
export class IndexError extends Error {
  override name = 'IndexError';
}
/** An unknown key or name: MindSpore's KeyError. */
export class KeyError extends Error {
  override name = 'KeyError';
}
/** A missing attribute: MindSpore's AttributeError. */
export class AttributeError extends Error {
  override name = 'AttributeError';
}

/** Distance in single-letter edits, for suggestions. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}

/** `; did you mean 'x'?` when one of the names is close to the given one, else ''. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const plain = (s: string) => s.toLowerCase().replaceAll('_', '');
  let best = '';
  let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const name of names) {
    const d = distance(plain(given), plain(name));
    if (d < bestDistance) [best, bestDistance] = [name, d];
  }
  return best ? `; did you mean '${best}'?` : '';
}
