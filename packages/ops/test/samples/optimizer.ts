import { bool, int32 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';

const state = (shape: readonly number[], low = -2, high = 2): SampleInput => ({ shape, low, high, parameter: true });
const positive = (shape: readonly number[]): SampleInput => state(shape, 0.1, 2);
const gradient = (shape: readonly number[]): SampleInput => ({ shape });
const number = (x: number): SampleInput => ({ shape: [], values: [x], scalar: true });

/** The oracle of an update: `f` on the elements of the state and gradient, scalars as they are. */
function update(f: (...x: number[]) => readonly number[], returned?: number) {
  return (...ins: Nd[]): readonly Nd[] => {
    const big = ins.find((v, i) => i === 0 || v.shape.length > 0)!;
    const rows = big.data.map((_, i) => f(...ins.map((v) => (v.shape.length ? v.data[i]! : v.data[0]!))));
    const outs = rows[0] ?? f(...ins.map(() => 1));
    return outs.slice(0, returned).map((_, k) => nd(big.shape, rows.map((r) => r[k]!))); // prettier-ignore
  };
}

const shapes: readonly (readonly number[])[] = [[2, 2], [], [0], [37], [3, 1, 5]];

/** Float32 scalars are rounded before they reach the kernel, so are they here. */
const f = Math.fround;

const proximal = (rateOf: 'lr' | 'adagrad') =>
  update((w, a, lr0, l10, l20, g) => {
    const [lr, l1, l2] = [f(lr0), f(l10), f(l20)];
    const acc = a + g * g;
    const prox = w - (lr * g) / Math.sqrt(acc);
    const rate = rateOf === 'lr' ? lr : lr / Math.sqrt(acc);
    const shrunk = l1 > 0 ? Math.sign(prox) * Math.max(Math.abs(prox) - rate * l1, 0) : prox;
    return [shrunk / (1 + rate * l2), acc];
  });

const touched = (rows: number, rank: number): SampleInput => ({
  shape: [rows, ...new Array<number>(rank - 1).fill(1)],
  values: Array.from({ length: rows }, (_, i) => Number(i % 3 > 0)),
  dtype: bool,
});

/** Row by row from the definition: gradients of one row are summed, then the row is updated as a whole. */
const sparseProximal =
  (rateOf: 'lr' | 'adagrad') =>
  (...ins: Nd[]): readonly Nd[] => {
    const [v, a, lr, l1, l2, grad, indices] = ins as [Nd, Nd, Nd, Nd, Nd, Nd, Nd];
    const width = v.data.length / v.shape[0]!;
    const outs: readonly number[][] = [[...v.data], [...a.data]];
    for (const row of new Set(indices.data)) {
      const g = Array.from({ length: width }, (_, c) =>
        indices.data.reduce((sum, at, k) => sum + (at === row ? grad.data[k * width + c]! : 0), 0),
      );
      const part = (x: Nd) => nd([width], x.data.slice(row * width, (row + 1) * width));
      const next = proximal(rateOf)(part(v), part(a), lr, l1, l2, nd([width], g));
      next.forEach((x, k) => outs[k]!.splice(row * width, width, ...x.data));
    }
    return outs.map((data) => nd(v.shape, data));
  };

const documented: Sample = {
  ins: [
    { shape: [2, 2], values: [0.6, 0.4, 0.1, 0.5], parameter: true },
    { shape: [2, 2], values: [0.6, 0.5, 0.2, 0.6], parameter: true },
    number(0.01),
    number(0),
    number(0),
    { shape: [2, 2], values: [0.3, 0.7, 0.1, 0.8] },
  ],
  // The numbers that MindSpore's documentation prints.
  values: [
    [0.596388459, 0.392964751, 0.0978178233, 0.492815793],
    [0.690000057, 0.99000001, 0.210000008, 1.24000001],
  ],
};

function adamOracle(nesterov: boolean) {
  return update((w, m, v, p1, p2, lr, b10, b20, eps, g) => {
    const [b1, b2] = [f(b10), f(b20)];
    const rate = (f(lr) * Math.sqrt(1 - f(p2))) / (1 - f(p1));
    const m1 = b1 * m + (1 - b1) * g;
    const v1 = b2 * v + (1 - b2) * g * g;
    const d = nesterov ? b1 * m1 + (1 - b1) * g : m1;
    return [w - (rate * d) / (Math.sqrt(v1) + f(eps)), m1, v1];
  });
}

const adamScalars = [number(0.9), number(0.999), number(0.01), number(0.9), number(0.999), number(1e-8)];

export const samples: Samples = {
  ApplyProximalAdagrad: [
    documented,
    ...shapes.flatMap((s) =>
      (['lr', 'adagrad'] as const).map((proximalRate): Sample => ({
        ins: [state(s), positive(s), number(0.1), number(0.3), number(0.2), gradient(s)],
        attrs: { proximalRate },
        expect: proximal(proximalRate),
      })),
    ),
    { ins: [state([4]), positive([4]), number(0.1), number(-0.3), number(0.2), gradient([4])], expect: proximal('lr') },
  ],
  ProximalAdagradRows: shapes
    .filter((shape) => shape.length > 0)
    .map((shape) => ({
      ins: [
        state(shape),
        positive(shape),
        number(0.1),
        number(0.3),
        number(0.2),
        gradient(shape),
        touched(shape[0]!, shape.length),
      ],
      attrs: { proximalRate: 'lr' },
      expect: (...ins: Nd[]) => {
        const [v, a, , , , , hit] = ins as [Nd, Nd, Nd, Nd, Nd, Nd, Nd];
        const [w, acc] = proximal('lr')(...ins.slice(0, 6)) as [Nd, Nd];
        const row = v.data.length / (shape[0]! || 1);
        const keep = (next: Nd, old: Nd) =>
          nd(old.shape, old.data.map((x, i) => (hit.data[Math.floor(i / row)] ? next.data[i]! : x))); // prettier-ignore
        return [keep(w, v), keep(acc, a)];
      },
    })),
  SparseApplyProximalAdagrad: (['lr', 'adagrad'] as const).flatMap((proximalRate) =>
    [[4, 3], [5], [3, 2, 2]].map((shape): Sample => ({
      ins: [
        state(shape),
        positive(shape),
        number(0.1),
        number(0.3),
        number(0.2),
        gradient([3, ...shape.slice(1)]),
        { shape: [3], values: [2, 0, 2], dtype: int32 },
      ],
      attrs: { proximalRate },
      expect: sparseProximal(proximalRate),
    })),
  ),
  ApplyAdagrad: shapes.flatMap((s) =>
    [true, false].map((updateSlots): Sample => ({
      ins: [state(s), positive(s), number(0.1), gradient(s)],
      attrs: { updateSlots },
      expect: update((w, a, lr, g) => {
        const acc = updateSlots ? a + g * g : a;
        return [w - (f(lr) * g) / Math.sqrt(acc), acc];
      }),
    })),
  ),
  Adam: shapes.flatMap((s) =>
    [false, true].map((useNesterov): Sample => ({
      ins: [state(s), state(s), positive(s), ...adamScalars, gradient(s)],
      attrs: { useNesterov },
      expect: adamOracle(useNesterov),
      rtol: { Float32: 1e-5, Float64: 1e-12 },
    })),
  ),
  AdamWeightDecay: shapes.map((s) => ({
    ins: [state(s), state(s), positive(s), number(0.01), number(0.9), number(0.999), number(1e-6), number(0.1), gradient(s)], // prettier-ignore
    expect: update((w, m, v, lr, b10, b20, eps, decay, g) => {
      const [b1, b2] = [f(b10), f(b20)];
      const m1 = b1 * m + (1 - b1) * g;
      const v1 = b2 * v + (1 - b2) * g * g;
      return [w - f(lr) * (m1 / (Math.sqrt(v1) + f(eps)) + f(decay) * w), m1, v1];
    }),
  })),
  ApplyMomentum: shapes.flatMap((s) =>
    [false, true].map((useNesterov): Sample => ({
      ins: [state(s), state(s), number(0.1), gradient(s), number(0.9)],
      attrs: { useNesterov, gradientScale: 0.5 },
      expect: update((w, a, lr, g0, mu) => {
        const g = g0 * 0.5;
        const acc = a * f(mu) + g;
        return [w - f(lr) * (useNesterov ? g + f(mu) * acc : acc), acc];
      }, 1),
    })),
  ),
  SGD: shapes.flatMap((s) =>
    [0, 1].flatMap((first) =>
      [false, true].map((nesterov): Sample => ({
        ins: [state(s), gradient(s), number(0.1), state(s), number(0.9), { shape: s, low: first, high: first, parameter: true }], // prettier-ignore
        attrs: { weightDecay: 0.5, nesterov, dampening: nesterov ? 0 : 0.25 },
        expect: update((p, g0, lr, a, mu, stat) => {
          const g = g0 + 0.5 * p;
          const acc = stat > 0 ? g : f(mu) * a + (nesterov ? g : 0.75 * g);
          return [p - f(lr) * (nesterov ? g + f(mu) * acc : acc)];
        }),
      })),
    ),
  ),
  ApplyRMSProp: shapes.map((s) => ({
    ins: [state(s), positive(s), state(s), number(0.1), gradient(s), number(0.9), number(0.8), number(1e-10)],
    expect: update((w, ms0, mom, lr, g, d0, mu, eps) => {
      const d = f(d0);
      const ms = d * ms0 + (1 - d) * g * g;
      const m = f(mu) * mom + (f(lr) * g) / Math.sqrt(ms + f(eps));
      return [w - m];
    }),
  })),
  ApplyCenteredRMSProp: shapes.map((s) => ({
    ins: [state(s), state(s, -0.1, 0.1), positive(s), state(s), gradient(s), number(0.1), number(0.9), number(0.8), number(1e-3)], // prettier-ignore
    rtol: { Float32: 1e-5, Float16: 4e-3 },
    expect: update((w, mg0, ms0, mom, g, lr, d0, mu, eps) => {
      const d = f(d0);
      const mg = d * mg0 + (1 - d) * g;
      const ms = d * ms0 + (1 - d) * g * g;
      const m = f(mu) * mom + (f(lr) * g) / Math.sqrt(ms - mg * mg + f(eps));
      return [w - m];
    }),
  })),
  ApplyFtrl: shapes.flatMap((s) =>
    [-0.5, -0.7].map((power): Sample => ({
      ins: [state(s), positive(s), state(s), gradient(s), number(0.1), number(0.3), number(0.2), number(power)],
      rtol: { Float32: 1e-5, Float16: 4e-3 },
      expect: update((w, a, z0, g, lr0, l1, l2, p0) => {
        const [lr, p] = [f(lr0), f(p0)];
        const n = a + g * g;
        const z = z0 + g - ((n ** -p - a ** -p) / lr) * w;
        const q = n ** -p / lr + 2 * f(l2);
        return [Math.abs(z) > f(l1) ? (Math.sign(z) * f(l1) - z) / q : 0];
      }),
    })),
  ),
};
