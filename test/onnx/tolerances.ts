/** How far floats may be from the expected values. Integers and bools are always compared exactly. */
export interface Tolerance {
  /** In units of the dtype's epsilon: 2^-23 for Float32, 2^-52 for Float64, 2^-10 for Float16. */
  readonly epsilons: number;
  /** What they are relative to: the element itself, or the largest element of the tensor where sums cancel. */
  readonly of: 'element' | 'tensor';
}

const exact: Tolerance = { epsilons: 0, of: 'element' };
// sporelet and NumPy are each within an ULP of the true value, and an ULP is at most an epsilon of it.
const functions: Tolerance = { epsilons: 2, of: 'element' };
// The expected values come from formulas that add to or subtract from numbers near 1 and lose what is small against it.
const cancelling: Tolerance = { epsilons: 2, of: 'tensor' };
// Angles up to 2π are rounded before their cosine is taken.
const angles: Tolerance = { epsilons: 4, of: 'tensor' };
// Another order of additions, and products that may be fused with them.
const sums: Tolerance = { epsilons: 8, of: 'tensor' };
// Means over up to 6480 elements, which sporelet adds in runs of 512 and NumPy by pairs.
const longSums: Tolerance = { epsilons: 32, of: 'tensor' };

const families: readonly (readonly [Tolerance, string])[] = [
  [functions, 'Exp Log Erf Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Pow Sigmoid'],
  [cancelling, 'Elu Celu Selu Softplus HardSwish'],
  [angles, 'HannWindow HammingWindow BlackmanWindow'],
  [sums, 'ReduceSum ReduceMean ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp MatMul Gemm Conv'],
  [sums, 'ConvTranspose AveragePool GlobalAveragePool LRN Softmax LogSoftmax BatchNormalization'],
  [sums, 'InstanceNormalization LayerNormalization MeanVarianceNormalization Adam'],
  [longSums, 'NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss'],
];
const byOp = new Map(families.flatMap(([tolerance, names]) => names.split(' ').map((op) => [op, tolerance] as const)));

export const toleranceOf = (op: string): Tolerance => byOp.get(op) ?? exact;
export const tolerated: readonly string[] = [...byOp.keys()];
