import type { Args, Tensor } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { KeyError } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { Cell } from './cell.ts';
import { attributeOf, setAttribute } from './cell-state.ts';
import type { TensorCell } from './containers.ts';
import { PReLU } from './prelu.ts';

type Optional<O> = { readonly [K in keyof O]?: O[K] | undefined };
/** A class of cells that apply a function; its arguments, all optional, are attributes of the cell. */
export type FunctionCellClass<O = unknown, P extends readonly unknown[] = []> = new (
  ...args: Args<[], P, Optional<O>>
) => Cell<(input: Tensor) => Tensor> & { construct(input: Tensor): Tensor } & Readonly<O>;

/**
 * Declares a class of cells that apply a function.
 * @param defaults - the constructor's arguments in order
 */
function functionCell<O = unknown, P extends readonly unknown[] = []>(
  name: string,
  apply: (input: Tensor, ...values: never[]) => Tensor,
  defaults: Readonly<Record<string, unknown>> = {},
): FunctionCellClass<O, P> {
  const names = Object.keys(defaults);
  const made = class extends Cell<(input: Tensor) => Tensor> {
    constructor(...args: readonly unknown[]) {
      super();
      const values = bindArguments(this.clsName, names, 0, args);
      names.forEach((n, i) => setAttribute(this, n, values[i] ?? defaults[n]));
    }
    construct(input: Tensor): Tensor {
      return apply(input, ...(names.map((n) => attributeOf(this, n)) as never[]));
    }
  };
  Object.defineProperty(made, 'name', { value: name });
  return made as unknown as FunctionCellClass<O, P>;
}

/** max(input, 0). */
export const ReLU: FunctionCellClass = /* @__PURE__ */ functionCell('ReLU', ops.relu);
export type ReLU = InstanceType<typeof ReLU>;

/** min(max(input, 0), 6). */
export const ReLU6: FunctionCellClass = /* @__PURE__ */ functionCell('ReLU6', ops.relu6);
export type ReLU6 = InstanceType<typeof ReLU6>;

/** input where positive, else alpha · input. Default alpha 0.2. */
export const LeakyReLU: FunctionCellClass<{ alpha: number }, [alpha?: number]> = /* @__PURE__ */ functionCell(
  'LeakyReLU',
  ops.leakyRelu,
  { alpha: 0.2 },
);
export type LeakyReLU = InstanceType<typeof LeakyReLU>;

/** input where positive, else alpha · (exp(input) - 1). Default alpha 1. */
export const ELU: FunctionCellClass<{ alpha: number }, [alpha?: number]> = /* @__PURE__ */ functionCell(
  'ELU',
  ops.elu,
  { alpha: 1 },
);
export type ELU = InstanceType<typeof ELU>;

/** max(input, 0) + min(alpha · (exp(input / alpha) - 1), 0). Default alpha 1. */
export const CELU: FunctionCellClass<{ alpha: number }, [alpha?: number]> = /* @__PURE__ */ functionCell(
  'CELU',
  ops.celu,
  { alpha: 1 },
);
export type CELU = InstanceType<typeof CELU>;

/** λ · input where positive, else λα · (exp(input) - 1). */
export const SeLU: FunctionCellClass = /* @__PURE__ */ functionCell('SeLU', ops.selu);
export type SeLU = InstanceType<typeof SeLU>;

/** input · Φ(input), by the tanh formula unless `approximate` is false. */
export const GELU: FunctionCellClass<{ approximate: boolean }, [approximate?: boolean]> = /* @__PURE__ */ functionCell(
  'GELU',
  (x: Tensor, approximate: boolean) => ops.gelu(x, approximate ? 'tanh' : 'none'),
  { approximate: true },
);
export type GELU = InstanceType<typeof GELU>;

/** input · sigmoid(1.702 · input). */
export const FastGelu: FunctionCellClass = /* @__PURE__ */ functionCell('FastGelu', ops.fastGelu);
export type FastGelu = InstanceType<typeof FastGelu>;

/** input · sigmoid(input). */
export const SiLU: FunctionCellClass = /* @__PURE__ */ functionCell('SiLU', ops.silu);
export type SiLU = InstanceType<typeof SiLU>;

/** tanh(input). */
export const Tanh: FunctionCellClass = /* @__PURE__ */ functionCell('Tanh', ops.tanh);
export type Tanh = InstanceType<typeof Tanh>;

/** input - tanh(input). */
export const Tanhshrink: FunctionCellClass = /* @__PURE__ */ functionCell('Tanhshrink', (x) => ops.sub(x, ops.tanh(x)));
export type Tanhshrink = InstanceType<typeof Tanhshrink>;

/** min(max(input, minVal), maxVal). Defaults -1 and 1. */
export const Hardtanh: FunctionCellClass<{ minVal: number; maxVal: number }, [minVal?: number, maxVal?: number]> =
  /* @__PURE__ */ functionCell('Hardtanh', ops.hardtanh, { minVal: -1, maxVal: 1 });
export type Hardtanh = InstanceType<typeof Hardtanh>;

/** 1 / (1 + exp(-input)). */
export const Sigmoid: FunctionCellClass = /* @__PURE__ */ functionCell('Sigmoid', ops.sigmoid);
export type Sigmoid = InstanceType<typeof Sigmoid>;

/** log(sigmoid(input)). */
export const LogSigmoid: FunctionCellClass = /* @__PURE__ */ functionCell('LogSigmoid', ops.logsigmoid);
export type LogSigmoid = InstanceType<typeof LogSigmoid>;

/** exp(input) divided by its sum along an axis. Default axis -1. */
export const Softmax: FunctionCellClass<{ axis: number }, [axis?: number]> = /* @__PURE__ */ functionCell(
  'Softmax',
  ops.softmax,
  { axis: -1 },
);
export type Softmax = InstanceType<typeof Softmax>;

/** The softmax of -input along an axis. Default axis -1. */
export const Softmin: FunctionCellClass<{ axis: number }, [axis?: number]> = /* @__PURE__ */ functionCell(
  'Softmin',
  (x: Tensor, axis: number) => ops.softmax(ops.neg(x), axis),
  { axis: -1 },
);
export type Softmin = InstanceType<typeof Softmin>;

/** log(softmax(input)) along an axis. Default axis -1. */
export const LogSoftmax: FunctionCellClass<{ axis: number }, [axis?: number]> = /* @__PURE__ */ functionCell(
  'LogSoftmax',
  ops.logSoftmax,
  { axis: -1 },
);
export type LogSoftmax = InstanceType<typeof LogSoftmax>;

/** log(1 + exp(beta · input)) / beta. Defaults 1 and 20: beyond the threshold the input itself. */
export const Softplus: FunctionCellClass<{ beta: number; threshold: number }, [beta?: number, threshold?: number]> =
  /* @__PURE__ */ functionCell('Softplus', ops.softplus, { beta: 1, threshold: 20 });
export type Softplus = InstanceType<typeof Softplus>;

/** input / (1 + |input|). */
export const Softsign: FunctionCellClass = /* @__PURE__ */ functionCell('Softsign', ops.softsign);
export type Softsign = InstanceType<typeof Softsign>;

/** input · min(max(input + 3, 0), 6) / 6. */
export const HSwish: FunctionCellClass = /* @__PURE__ */ functionCell('HSwish', ops.hardswish);
export type HSwish = InstanceType<typeof HSwish>;

/** min(max(input + 3, 0), 6) / 6. */
export const HSigmoid: FunctionCellClass = /* @__PURE__ */ functionCell('HSigmoid', ops.hardsigmoid);
export type HSigmoid = InstanceType<typeof HSigmoid>;

/** input where |input| > lambd, else 0. Default lambd 0.5. */
export const HShrink: FunctionCellClass<{ lambd: number }, [lambd?: number]> = /* @__PURE__ */ functionCell(
  'HShrink',
  ops.hardshrink,
  { lambd: 0.5 },
);
export type HShrink = InstanceType<typeof HShrink>;

/** input moved towards 0 by lambd. Default lambd 0.5. */
export const SoftShrink: FunctionCellClass<{ lambd: number }, [lambd?: number]> = /* @__PURE__ */ functionCell(
  'SoftShrink',
  ops.softshrink,
  { lambd: 0.5 },
);
export type SoftShrink = InstanceType<typeof SoftShrink>;

/** input · tanh(softplus(input)). */
export const Mish: FunctionCellClass = /* @__PURE__ */ functionCell('Mish', ops.mish);
export type Mish = InstanceType<typeof Mish>;

/** The first half of an axis times the sigmoid of the second. Default axis -1. */
export const GLU: FunctionCellClass<{ axis: number }, [axis?: number]> = /* @__PURE__ */ functionCell(
  'GLU',
  (x: Tensor, axis: number) => {
    const [a, b] = ops.chunk(x, 2, axis) as readonly [Tensor, Tensor];
    return ops.mul(a, ops.sigmoid(b));
  },
  { axis: -1 },
);
export type GLU = InstanceType<typeof GLU>;

/**
 * The cell of an activation by its name: 'relu', 'leakyrelu', ...; null for null.
 * @throws KeyError for an unknown name
 */
export function getActivation(name: string): TensorCell;
export function getActivation(name: string | null): TensorCell | null;
export function getActivation(name: string | null): TensorCell | null {
  if (name === null) return null;
  const classes: Readonly<Record<string, new () => TensorCell>> = {
    softmin: Softmin,
    softmax: Softmax,
    logsoftmax: LogSoftmax,
    relu: ReLU,
    relu6: ReLU6,
    silu: SiLU,
    tanh: Tanh,
    tanhshrink: Tanhshrink,
    hardtanh: Hardtanh,
    gelu: GELU,
    fast_gelu: FastGelu,
    elu: ELU,
    sigmoid: Sigmoid,
    softsign: Softsign,
    prelu: PReLU,
    leakyrelu: LeakyReLU,
    hswish: HSwish,
    hsigmoid: HSigmoid,
    logsigmoid: LogSigmoid,
    softshrink: SoftShrink,
    hshrink: HShrink,
    mish: Mish,
  };
  const found = Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (found) return new found();
  const known = Object.keys(classes).map((n) => `'${n}'`);
  throw new KeyError(`The 'name' must be in [${known.join(', ')}], but got ${name}.`);
}
