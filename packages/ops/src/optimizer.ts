import type { Op, Operand, Parameter, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr, TensorSpec } from '@sporelet/ir';
import { ValueError, constant, float16, float32, float64, sameShape, shapeText, where } from '@sporelet/ir';

/** Shapes of the state that an optimizer op writes; the other inputs named must have the shape of the first. */
export function stateShapes<N extends string>(written: readonly [N, ...N[]], ...others: readonly N[]) {
  return (ins: Readonly<Record<N, TensorSpec>>, _attrs: unknown, op: string): readonly (readonly number[])[] => {
    const [first] = written;
    const { shape } = ins[first];
    for (const name of [...written, ...others]) {
      if (sameShape(ins[name].shape, shape)) continue;
      throw new ValueError(
        `For '${op}', the shape of '${name}' must be the same as the shape of '${first}', ` +
          `but got ${shapeText(ins[name].shape)} and ${shapeText(shape)}.`,
      );
    }
    return written.map(() => shape);
  };
}

export const halfOrSingle: readonly DType[] = [float16, float32];
const floats: readonly DType[] = [float16, float32, float64];
const T = { T: floats, S: halfOrSingle };

/** Float16 state is updated in float32 and rounded once; float64 keeps its precision. */
function working(...operands: Expr[]): Expr[] {
  const to = operands[0]!.dtype === float64 ? float64 : float32;
  return operands.map((x) => x.cast(to));
}

const locking = { useLocking: attr.bool(false) };
type Options<O> = O & { readonly useLocking?: boolean | undefined };
/** An op of type F whose class takes its attributes by position (useLocking first unless said otherwise) or by name. */
export type UpdateOp<F extends (...args: never[]) => unknown, O = unknown, P extends readonly unknown[] = [useLocking?: boolean]> =
  Op<F, { new (options?: Options<O>): F; new (...attributes: P): F }>; // prettier-ignore
export type Pair = readonly [variable: Tensor, accum: Tensor];
type Triple = readonly [variable: Tensor, m: Tensor, v: Tensor];

export type ProximalRate = 'lr' | 'adagrad';
export const proximal = { ...locking, proximalRate: attr.oneOf(['lr', 'adagrad'], 'lr') };
export type Proximal = { readonly proximalRate?: ProximalRate | undefined };

/** The new var and accum of one proximal Adagrad step. */
export function proximalAdagradStep(
  operands: readonly Expr[],
  proximalRate: ProximalRate,
): readonly [variable: Expr, accum: Expr] {
  const [v, accum, lr, l1, l2, g] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr];
  const acc = accum.add(g.mul(g));
  const prox = v.sub(lr.mul(g).div(acc.sqrt()));
  const rate = proximalRate === 'lr' ? lr : lr.div(acc.sqrt());
  return [shrunk(prox, rate.mul(where(l1.gt(0), l1, constant(0, l1.dtype)))).div(rate.mul(l2).add(1)), acc];
}

/** sign(x)·max(|x| - t, 0) for t >= 0. */
function shrunk(x: Expr, t: Expr): Expr {
  return where(x.gt(t), x.sub(t), where(x.lt(t.neg()), x.add(t), x.mul(0)));
}

export const applyProximalAdagrad: UpdateOp<
  (variable: Parameter, accum: Parameter, lr: Operand, l1: Operand, l2: Operand, grad: Tensor) => Pair,
  Proximal,
  [useLocking?: boolean, proximalRate?: ProximalRate]
> = defineOp({
  name: 'ApplyProximalAdagrad',
  sig: 'var&:T, accum&:T, lr:S1, l1:S2, l2:S3, grad!:T ; useLocking, proximalRate -> T, T',
  doc: "accum += grad²; prox = var - lr·grad/√accum; var = sign(prox)·max(|prox| - rate·l1, 0) / (1 + rate·l2). rate is lr, as MindSpore documents it, or with proximalRate 'adagrad' lr/√accum, as its kernels compute it (the same when l1 = l2 = 0). Duchi and Singer, JMLR 10, 2009.",
  dtypes: { T: halfOrSingle, S: halfOrSingle },
  attrs: proximal,
  infer: stateShapes(['var', 'accum'], 'grad'),
  each: ({ var: v, accum, lr, l1, l2, grad }, { proximalRate }) =>
    proximalAdagradStep([v, accum, lr, l1, l2, grad], proximalRate),
  grad: null,
});

export const applyAdagrad: UpdateOp<
  (variable: Parameter, accum: Parameter, lr: Operand, grad: Tensor) => Pair,
  { readonly updateSlots?: boolean | undefined },
  [updateSlots?: boolean]
> = defineOp({
  name: 'ApplyAdagrad',
  sig: 'var&:T, accum&:T, lr:S1, grad!:T ; updateSlots -> T, T',
  doc: 'accum += grad² (kept as it is when updateSlots is false); var -= lr·grad/√accum. Duchi, Hazan and Singer, JMLR 12, 2011.',
  dtypes: T,
  attrs: { updateSlots: attr.bool(true) },
  infer: stateShapes(['var', 'accum'], 'grad'),
  each: ({ var: v, accum, lr, grad }, { updateSlots }) => {
    const [w, a, rate, g] = working(v, accum, lr, grad) as [Expr, Expr, Expr, Expr];
    const acc = updateSlots ? a.add(g.mul(g)) : a;
    return [w.sub(rate.mul(g).div(acc.sqrt())), acc];
  },
  grad: null,
});

export const adam: UpdateOp<
  (variable: Parameter, m: Parameter, v: Parameter, beta1Power: Operand, beta2Power: Operand, lr: Operand, beta1: Operand, beta2: Operand, epsilon: Operand, gradient: Tensor) => Triple,
  { readonly useNesterov?: boolean | undefined },
  [useLocking?: boolean, useNesterov?: boolean]
> = defineOp({
  name: 'Adam',
  sig: 'var&:T, m&:T, v&:T, beta1Power:S1, beta2Power:S2, lr:S3, beta1:S4, beta2:S5, epsilon:S6, gradient!:T ; useLocking, useNesterov -> T, T, T',
  doc: 'm = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·√(1-β2ᵗ)/(1-β1ᵗ)·m/(√v + ε), with β1·m + (1-β1)·g in place of m for Nesterov. ε is outside the bias correction. Kingma and Ba, 2014.',
  dtypes: T,
  attrs: { ...locking, useNesterov: attr.bool(false) },
  infer: stateShapes(['var', 'm', 'v'], 'gradient'),
  each: (x, { useNesterov }) => {
    const operands = [x.var, x.m, x.v, x.beta1Power, x.beta2Power, x.lr, x.beta1, x.beta2, x.epsilon, x.gradient];
    const [w, m0, v0, p1, p2, lr, b1, b2, eps, g] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const rate = lr.mul(one(p2).sub(p2).sqrt()).div(one(p1).sub(p1));
    const m = moving(m0, b1, g);
    const v = moving(v0, b2, g.mul(g));
    const direction = useNesterov ? moving(m, b1, g) : m;
    return [w.sub(rate.mul(direction).div(v.sqrt().add(eps))), m, v];
  },
  grad: null,
}); // prettier-ignore

export const adamWeightDecay: UpdateOp<
  (variable: Parameter, m: Parameter, v: Parameter, lr: Operand, beta1: Operand, beta2: Operand, epsilon: Operand, decay: Operand, gradient: Tensor) => Triple
> = defineOp({
  name: 'AdamWeightDecay',
  sig: 'var&:T, m&:T, v&:T, lr:S1, beta1:S2, beta2:S3, epsilon:S4, decay:S5, gradient!:T ; useLocking -> T, T, T',
  doc: 'm = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; var -= lr·(m/(√v + ε) + decay·var). No bias correction. Loshchilov and Hutter, 2017.',
  dtypes: T,
  attrs: locking,
  infer: stateShapes(['var', 'm', 'v'], 'gradient'),
  each: (x) => {
    const operands = [x.var, x.m, x.v, x.lr, x.beta1, x.beta2, x.epsilon, x.decay, x.gradient];
    const [w, m0, v0, lr, b1, b2, eps, decay, g] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const m = moving(m0, b1, g);
    const v = moving(v0, b2, g.mul(g));
    return [w.sub(lr.mul(m.div(v.sqrt().add(eps)).add(decay.mul(w)))), m, v];
  },
  grad: null,
}); // prettier-ignore

export const applyMomentum: UpdateOp<
  (variable: Parameter, accumulation: Parameter, learningRate: Operand, gradient: Tensor, momentum: Operand) => Tensor,
  { readonly useNesterov?: boolean | undefined; readonly gradientScale?: number | undefined },
  [useNesterov?: boolean, useLocking?: boolean, gradientScale?: number]
> = defineOp({
  name: 'ApplyMomentum',
  sig: 'variable&:T, accumulation&:T, learningRate:S1, gradient!:T, momentum:S2 ; useNesterov, useLocking, gradientScale -> T, T',
  doc: 'accumulation = accumulation·momentum + gradient·gradientScale; variable -= lr·accumulation, or with Nesterov lr·(gradient + momentum·accumulation). Returns the variable.',
  dtypes: T,
  attrs: { useNesterov: attr.bool(false), ...locking, gradientScale: attr.float(1) },
  returns: 1,
  infer: stateShapes(['variable', 'accumulation'], 'gradient'),
  each: ({ variable, accumulation, learningRate, gradient, momentum }, { useNesterov, gradientScale }) => {
    const [w, a, lr, g0, mu] = working(variable, accumulation, learningRate, gradient, momentum) as [Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const g = gradientScale === 1 ? g0 : g0.mul(gradientScale);
    const acc = a.mul(mu).add(g);
    return [w.sub(lr.mul(useNesterov ? g.add(mu.mul(acc)) : acc)), acc];
  },
  grad: null,
}); // prettier-ignore

export const sgd: UpdateOp<
  (parameters: Parameter, gradient: Tensor, learningRate: Operand, accum: Parameter, momentum: Operand, stat: Parameter) => Tensor,
  { readonly dampening?: number | undefined; readonly weightDecay?: number | undefined; readonly nesterov?: boolean | undefined },
  [dampening?: number, weightDecay?: number, nesterov?: boolean]
> = defineOp({
  name: 'SGD',
  fn: 'sgd',
  sig: 'parameters&:T, gradient!:T, learningRate:S1, accum&:T, momentum:S2, stat&:T ; dampening, weightDecay, nesterov -> T, T, T',
  doc: 'g = gradient + weightDecay·p; accum = g where stat > 0 (the first step), else momentum·accum + (1-dampening)·g; p -= lr·accum, or with nesterov lr·(g + momentum·accum); stat = 0. Without momentum p -= lr·g. Returns the parameters.',
  dtypes: T,
  attrs: { dampening: attr.float(0), weightDecay: attr.float(0), nesterov: attr.bool(false) },
  returns: 1,
  infer: stateShapes(['parameters', 'accum', 'stat'], 'gradient'),
  each: (x, { dampening, weightDecay, nesterov }) => {
    const operands = [x.parameters, x.gradient, x.learningRate, x.accum, x.momentum, x.stat];
    const [p, g0, lr, a, mu, stat] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr];
    const g = weightDecay ? g0.add(p.mul(weightDecay)) : g0;
    const plain = mu.eq(0);
    const acc = where(stat.gt(0), g, a.mul(mu).add(dampening ? g.mul(1 - dampening) : g));
    const direction = where(plain, g, nesterov ? g.add(mu.mul(acc)) : acc);
    return [p.sub(lr.mul(direction)), where(plain, a, acc), where(plain, stat, stat.mul(0))];
  },
  grad: null,
}); // prettier-ignore

export const applyRMSProp: UpdateOp<
  (variable: Parameter, meanSquare: Parameter, moment: Parameter, learningRate: Operand, grad: Tensor, decay: Operand, momentum: Operand, epsilon: Operand) => Tensor
> = defineOp({
  name: 'ApplyRMSProp',
  sig: 'var&:T, meanSquare&:T, moment&:T, learningRate:S1, grad!:T, decay:S2, momentum:S3, epsilon:S4 ; useLocking -> T, T, T',
  doc: 'meanSquare = decay·meanSquare + (1-decay)·grad²; moment = momentum·moment + lr·grad/√(meanSquare + ε); var -= moment. Returns var.',
  dtypes: T,
  attrs: locking,
  returns: 1,
  infer: stateShapes(['var', 'meanSquare', 'moment'], 'grad'),
  each: (x) => {
    const operands = [x.var, x.meanSquare, x.moment, x.learningRate, x.grad, x.decay, x.momentum, x.epsilon];
    const [w, ms0, mom, lr, g, decay, mu, eps] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const ms = moving(ms0, decay, g.mul(g));
    const moment = mu.mul(mom).add(lr.mul(g).div(ms.add(eps).sqrt()));
    return [w.sub(moment), ms, moment];
  },
  grad: null,
}); // prettier-ignore

export const applyCenteredRMSProp: UpdateOp<
  (variable: Parameter, meanGradient: Parameter, meanSquare: Parameter, moment: Parameter, grad: Tensor, learningRate: Operand, decay: Operand, momentum: Operand, epsilon: Operand) => Tensor
> = defineOp({
  name: 'ApplyCenteredRMSProp',
  sig: 'var&:T, meanGradient&:T, meanSquare&:T, moment&:T, grad!:T, learningRate:S1, decay:S2, momentum:S3, epsilon:S4 ; useLocking -> T, T, T, T',
  doc: 'meanGradient and meanSquare are moving averages of grad and grad²; moment = momentum·moment + lr·grad/√(meanSquare - meanGradient² + ε); var -= moment. Returns var.',
  dtypes: T,
  attrs: locking,
  returns: 1,
  infer: stateShapes(['var', 'meanGradient', 'meanSquare', 'moment'], 'grad'),
  each: (x) => {
    const operands = [x.var, x.meanGradient, x.meanSquare, x.moment, x.grad, x.learningRate, x.decay, x.momentum, x.epsilon];
    const [w, mg0, ms0, mom, g, lr, decay, mu, eps] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const mg = moving(mg0, decay, g);
    const ms = moving(ms0, decay, g.mul(g));
    const moment = mu.mul(mom).add(lr.mul(g).div(ms.sub(mg.mul(mg)).add(eps).sqrt()));
    return [w.sub(moment), mg, ms, moment];
  },
  grad: null,
}); // prettier-ignore

export const applyFtrl: UpdateOp<
  (variable: Parameter, accum: Parameter, linear: Parameter, grad: Tensor, lr: Operand, l1: Operand, l2: Operand, lrPower: Operand) => Tensor
> = defineOp({
  name: 'ApplyFtrl',
  sig: 'var&:T, accum&:T, linear&:T, grad!:T, lr:S1, l1:S2, l2:S3, lrPower:S4 ; useLocking -> T, T, T',
  doc: 'n = accum + grad²; linear += grad - (n^-lrPower - accum^-lrPower)/lr·var; var = (sign(linear)·l1 - linear)/(n^-lrPower/lr + 2·l2) where |linear| > l1, else 0; accum = n. Returns var. McMahan et al., KDD 2013.',
  dtypes: T,
  attrs: locking,
  returns: 1,
  infer: stateShapes(['var', 'accum', 'linear'], 'grad'),
  each: (x) => {
    const operands = [x.var, x.accum, x.linear, x.grad, x.lr, x.l1, x.l2, x.lrPower];
    const [w, a, linear, g, lr, l1, l2, power] = working(...operands) as [Expr, Expr, Expr, Expr, Expr, Expr, Expr, Expr]; // prettier-ignore
    const n = a.add(g.mul(g));
    // The usual power -0.5 is a square root, which is exact to half an ULP.
    const root = (y: Expr) => where(power.eq(-0.5), y.sqrt(), y.pow(power.neg()));
    const z = linear.add(g).sub(root(n).sub(root(a)).div(lr).mul(w));
    const quadratic = root(n).div(lr).add(l2.mul(2));
    return [where(z.abs().gt(l1), z.sign().mul(l1).sub(z).div(quadratic), z.mul(0)), n, z];
  },
  grad: null,
}); // prettier-ignore

/** A moving average: `decay·old + (1-decay)·new`. */
function moving(old: Expr, decay: Expr, value: Expr): Expr {
  return decay.mul(old).add(one(decay).sub(decay).mul(value));
}

const one = (like: Expr): Expr => constant(1, like.dtype);
