/** Units with `/s` are better high, ms is better low. */
export type Unit = 'GFLOP/s' | 'ms' | 'steps/s' | 'ops/s';

export interface Workload {
  readonly unit: Unit;
  /** Floating-point operations of one unit of work, where the unit counts them. */
  readonly work?: number;
  /** What every run must compute: a run with another check does not count. */
  readonly check: readonly number[];
  /** Greatest relative difference: float32 sums depend on the order of adding. */
  readonly tolerance: number;
  readonly what: string;
}

const product = (n: number, check: number): Workload => ({
  unit: 'GFLOP/s',
  work: 2 * n ** 3,
  check: [check],
  tolerance: 1e-4,
  what: `product of two ${n}×${n} float32 matrices into a fresh result`,
});

/** What is measured, by name: sizes and inputs are in data.ts. */
export const workloads: Readonly<Record<string, Workload>> = {
  'matmul-1024': product(1024, -16.0982),
  'matmul-128': product(128, 7.2783),
  'mlp-train': {
    unit: 'steps/s',
    check: [2.30464, 2.3042, 2.30336, 2.29106],
    tolerance: 2e-5,
    what: 'training step of a 784-512-256-10 network, batch 128, Momentum: one program of forward, backward and update',
  },
  'lenet-train': {
    unit: 'steps/s',
    check: [2.30314, 2.30311, 2.30307, 2.30243],
    tolerance: 2e-5,
    what: 'training step of LeNet-5 on 64×1×32×32, Momentum',
  },
  'transformer-train': {
    unit: 'steps/s',
    check: [4.33589, 4.20056, 4.05467, 3.07356],
    tolerance: 1e-4,
    what: 'training step of a character transformer: 2 pre-norm layers, width 128, 4 heads, 64 tokens, batch 16, Adam',
  },
  'elementwise-4m': {
    unit: 'ms',
    check: [6.568e6],
    tolerance: 2e-3,
    what: 'sum(tanh(1.5x + 0.25) · sigmoid(x) + x²) over 4,194,304 elements',
  },
  'proxadagrad-10m': {
    unit: 'ms',
    check: [0.0544334, -0.992623, 0.323442],
    tolerance: 1e-5,
    what: 'ApplyProximalAdagrad on 10,000,000 parameters',
  },
  'eager-add': { unit: 'ops/s', check: [1500.5], tolerance: 1e-6, what: 'eager c = c + b on 10 elements' },
  startup: {
    unit: 'ms',
    check: [6, 8, 10, 12],
    tolerance: 0,
    what: 'process that imports, adds two 2×2, prints, exits',
  },
};

/** Whether a run computed what it should; slow peers report fewer losses. */
export function passes(name: string, check: readonly number[]): boolean {
  const { check: expected, tolerance } = workloads[name]!;
  if (check.length === 0) return false;
  return check.every((value, i) => Math.abs(value - expected[i]!) <= tolerance * Math.abs(expected[i]!));
}
