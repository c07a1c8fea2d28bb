import type { Dims } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import { bindArguments } from './args.ts';
import type { Args } from './args.ts';
import { Initializer } from './initializer.ts';
import type { RandomStream } from './random-stream.ts';
import { describe } from './text.ts';

function checkRank(op: string, shape: Dims, ranks: readonly number[]): void {
  if (ranks.includes(shape.length)) return;
  throw new ValueError(`For '${op}', the shape must have ${ranks.join(' or ')} axes, but got ${shape.length}.`);
}

/** Ones on the diagonal of a matrix. */
export class Identity extends Initializer {
  protected override get isRandom(): boolean {
    return false;
  }
  protected filler(shape: Dims) {
    checkRank('Identity', shape, [2]);
    const [rows, columns] = shape as readonly [number, number];
    return (out: Float32Array): void => {
      for (let i = 0; i < Math.min(rows, columns); i++) out[i * columns + i] = 1;
    };
  }
}

/** Normal numbers of deviation `sigma` (0.01) in a matrix with ceil(sparsity * rows) zeros in each column. */
export class Sparse extends Initializer {
  readonly sparsity: number;
  readonly sigma: number;
  constructor(...args: Args<[sparsity: number], [sigma?: number], { sigma?: number }>) {
    const [sparsity, sigma = 0.01] = bindArguments('Sparse', ['sparsity', 'sigma'], 1, args);
    super({ sparsity, sigma });
    if (typeof sparsity !== 'number' || typeof sigma !== 'number') {
      throw new TypeError(
        `For 'Sparse', 'sparsity' and 'sigma' must be numbers, but got ${describe([sparsity, sigma])}.`,
      );
    }
    if (sigma < 0) throw new ValueError(`For 'Sparse', the 'sigma' must not be negative, but got ${sigma}.`);
    this.sparsity = sparsity;
    this.sigma = sigma;
  }
  protected filler(shape: Dims) {
    checkRank('Sparse', shape, [2]);
    const [rows, columns] = shape as readonly [number, number];
    return (out: Float32Array, random: RandomStream): void => {
      for (let i = 0; i < out.length; i++) out[i] = this.sigma * random.normal();
      const order = Array.from({ length: rows }, (_, i) => i);
      for (let c = 0; c < columns; c++) {
        for (const r of random.shuffle(order).slice(0, Math.ceil(this.sparsity * rows))) out[r * columns + c] = 0;
      }
    };
  }
}

/** Makes a convolution of 1, 2 or 3 dimensions hand as many channels through as it can, in each group. */
export class Dirac extends Initializer {
  readonly groups: number;
  constructor(...args: Args<[], [groups?: number], { groups?: number }>) {
    const [groups = 1] = bindArguments('Dirac', ['groups'], 0, args);
    super({ groups });
    if (!Number.isInteger(groups)) throw new TypeError(`For 'Dirac', the 'groups' must be an int, but got ${describe(groups)}.`); // prettier-ignore
    this.groups = groups as number;
  }
  protected override get isRandom(): boolean {
    return false;
  }
  protected filler(shape: Dims) {
    checkRank('Dirac', shape, [3, 4, 5]);
    const [outputs, inputs, ...window] = shape as readonly [number, number, ...number[]];
    if (outputs % this.groups) {
      throw new ValueError(`For 'Dirac', the first axis, ${outputs}, must be divisible by 'groups', ${this.groups}.`);
    }
    const perGroup = outputs / this.groups;
    const size = window.reduce((a, b) => a * b, 1);
    const centre = window.reduce((at, n) => at * n + Math.floor(n / 2), 0);
    return (out: Float32Array): void => {
      for (let o = 0; o < outputs; o++) {
        const channel = o % perGroup;
        if (channel < inputs) out[(o * inputs + channel) * size + centre] = 1;
      }
    };
  }
}

/** A (semi-)orthogonal matrix times `gain` (1): the Q of a normal matrix. Saxe et al., 2014. */
export class Orthogonal extends Initializer {
  readonly gain: number;
  constructor(...args: Args<[], [gain?: number], { gain?: number }>) {
    const [gain = 1] = bindArguments('Orthogonal', ['gain'], 0, args);
    super({ gain });
    if (typeof gain !== 'number') throw new TypeError(`For 'Orthogonal', the 'gain' must be a number, but got ${describe(gain)}.`); // prettier-ignore
    this.gain = gain;
  }
  protected filler(shape: Dims) {
    if (shape.length < 2) {
      throw new ValueError(`For 'Orthogonal', the shape must have at least 2 axes, but got ${shape.length}.`);
    }
    const rows = shape[0]!;
    const columns = shape.slice(1).reduce((a, b) => a * b, 1);
    return (out: Float32Array, random: RandomStream): void => {
      const count = Math.min(rows, columns);
      const length = Math.max(rows, columns);
      const vectors = orthonormal(count, length, random);
      for (let k = 0; k < count; k++) {
        for (let i = 0; i < length; i++) {
          const at = rows < columns ? k * columns + i : i * columns + k;
          out[at] = vectors[k]![i]! * this.gain;
        }
      }
    };
  }
}

/** Orthonormal vectors from normal ones (Gram and Schmidt, twice over): Q of a QR whose R has a positive diagonal. */
function orthonormal(count: number, length: number, random: RandomStream): Float64Array[] {
  const drawn = Array.from({ length: count }, () => new Float64Array(length));
  for (let i = 0; i < length; i++) for (const v of drawn) v[i] = random.normal();
  const done: Float64Array[] = [];
  for (const v of drawn) {
    for (let pass = 0; pass < 2; pass++) {
      for (const q of done) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += q[i]! * v[i]!;
        for (let i = 0; i < length; i++) v[i] = v[i]! - dot * q[i]!;
      }
    }
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    done.push(v.map((x) => x / norm));
  }
  return done;
}
