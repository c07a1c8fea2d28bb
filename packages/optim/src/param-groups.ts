import { Parameter, describe, isOptions } from '@sporelet/core';
import { KeyError, RuntimeError, ValueError } from '@sporelet/ir';
import type { Tensor } from '@sporelet/core';
import type { Cell } from '@sporelet/nn';
import type { CheckedRate, LearningRate } from './learning-rate.ts';
import { checkRate, listedSteps } from './learning-rate.ts';

/** Weight decay: a number, or a cell that gives it for a step. */
export type WeightDecay = number | Cell<(globalStep: Tensor) => Tensor>;

/** Parameters with settings of their own. */
export interface ParameterGroup {
  params: Iterable<Parameter>;
  /** Default: the optimizer's. */
  lr?: LearningRate | undefined;
  /** Default: the optimizer's. In groups it decays every parameter. */
  weightDecay?: WeightDecay | undefined;
  /** Whether the mean over all axes but the first is taken from gradients. Default false. */
  gradCentralization?: boolean | undefined;
}

/** The order in which the parameters of all groups are treated. */
export interface ParameterOrder {
  orderParams: Iterable<Parameter>;
}

/** What an optimizer updates: Parameters, or groups of them. */
export type Parameters = Iterable<Parameter> | Iterable<ParameterGroup | ParameterOrder>;

/** One parameter with its settings, checked; null = those of the optimizer. */
export interface Member {
  readonly parameter: Parameter;
  readonly rate: CheckedRate | null;
  /** Number of the group. */
  readonly group: number;
  readonly weightDecay: unknown;
  readonly gradCentralization: boolean;
}

const keys = ['params', 'lr', 'weightDecay', 'orderParams', 'gradCentralization'];

function listOf(value: unknown, name: string): unknown[] {
  if (value === null || value === undefined)
    throw new ValueError(`For 'Optimizer', the argument ${name} can not be None.`);
  if (typeof value !== 'object' || !(Symbol.iterator in value)) {
    throw new TypeError(`For 'Optimizer', the argument ${name} must be Iterable type, but got ${describe(value)}.`);
  }
  const list = [...(value as Iterable<unknown>)];
  if (!list.length) throw new ValueError(`For 'Optimizer', the argument ${name} must not be empty.`);
  return list;
}

/** The parameters, or null with the groups. */
export function parseParameters(parameters: unknown): { readonly plain: Parameter[] } | { readonly groups: Member[] } {
  const list = listOf(parameters, 'parameters');
  if (list.every((p) => p instanceof Parameter)) {
    const twice = list.find((p, i) => list.indexOf(p) < i);
    if (twice) throw new ValueError(`For 'Optimizer', the parameter '${twice.name}' is given twice.`);
    return { plain: list };
  }
  if (!list.every(isOptions)) {
    throw new TypeError(
      "For 'Optimizer', all elements of the argument 'parameters' must be Parameters or all groups (plain objects).",
    );
  }
  return { groups: parseGroups(list) };
}

function parseGroups(groups: readonly Readonly<Record<string, unknown>>[]): Member[] {
  for (const group of groups) {
    const unknown = Object.keys(group).filter((k) => !keys.includes(k));
    if (!unknown.length) continue;
    throw new KeyError(`For 'Optimizer', the key in group params must be one of ${keys.join(', ')}, but got ${unknown.join(', ')}.`); // prettier-ignore
  }
  const members: Member[] = [];
  let order: Parameter[] | null = null;
  groups.forEach((group, number) => {
    if ('orderParams' in group) order = parseOrder(group);
    else members.push(...parseGroup(group, number));
  });
  const seen = new Set<Parameter>();
  for (const { parameter } of members) {
    if (seen.has(parameter)) {
      throw new RuntimeError(`For 'Optimizer', the ${parameter.name} parameter already exists: it is in two groups.`);
    }
    seen.add(parameter);
  }
  return order ? ordered(members, order) : members;
}

function parseGroup(group: Readonly<Record<string, unknown>>, number: number): Member[] {
  if (!('params' in group)) throw new KeyError("For 'Optimizer', a group must have 'params'.");
  const rate = group['lr'] === undefined ? null : checkRate('Optimizer', group['lr']);
  const gradCentralization = group['gradCentralization'] ?? false;
  if (typeof gradCentralization !== 'boolean') {
    throw new TypeError(
      `For 'Optimizer', the 'gradCentralization' must be a bool, but got ${describe(gradCentralization)}.`,
    );
  }
  return listOf(group['params'], 'group `params`').map((parameter, i) => {
    if (parameter instanceof Parameter) {
      return { parameter, rate, group: number, weightDecay: group['weightDecay'] ?? null, gradCentralization };
    }
    throw new TypeError(
      `For 'Optimizer', the element in group parameters must be Parameter type, but got ${describe(parameter)} at index ${i}.`,
    );
  });
}

function parseOrder(group: Readonly<Record<string, unknown>>): Parameter[] {
  if (Object.keys(group).length > 1) {
    throw new ValueError(
      "For 'Optimizer', the order params dict in group parameters should only include the 'orderParams' key, " +
        `but got ${Object.keys(group).join(', ')}.`,
    );
  }
  return listOf(group['orderParams'], "'orderParams'") as Parameter[];
}

function ordered(members: readonly Member[], order: readonly Parameter[]): Member[] {
  if (order.length !== members.length) {
    throw new ValueError(
      "For 'Optimizer', the length of order parameters must be the same as the length of group parameters, " +
        `but got order parameters' length ${order.length}, group parameters' length ${members.length}.`,
    );
  }
  return order.map((parameter) => {
    const member = members.find((m) => m.parameter === parameter);
    if (member) return member;
    throw new ValueError(`For 'Optimizer', ${describe(parameter)} in 'orderParams' is in no group.`);
  });
}

/** @throws ValueError when rates that are lists have different lengths */
export function checkLengths(rate: CheckedRate, members: readonly Member[]): void {
  let length = listedSteps(rate);
  for (const { rate: own } of members) {
    const n = own === null ? 0 : listedSteps(own);
    if (n && length && n !== length) {
      throw new ValueError(
        "For 'Optimizer', the Tensor type dynamic learning rate in group must be the same size as the argument " +
          `'learningRate', but got ${n} and ${length}.`,
      );
    }
    length ||= n;
  }
}
