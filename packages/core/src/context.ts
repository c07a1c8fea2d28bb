import { ValueError, didYouMean } from '@sporelet/ir';
import { deviceTarget, mustOpen, openDevice, setDeviceTarget } from './devices.ts';
import { done } from './done.ts';
import { describe } from './text.ts';

/** Functions and cells are compiled to graphs. */
export const GRAPH_MODE = 0;
/** Operations run at once. */
export const PYNATIVE_MODE = 1;

export interface ContextOptions {
  /** GRAPH_MODE or PYNATIVE_MODE, the default. */
  mode?: number | undefined;
  /** Where tensors are made: 'CPU' by default. */
  deviceTarget?: string | undefined;
  deviceId?: number | undefined;
  /** Deepest nesting of calls in a graph. */
  maxCallDepth?: number | undefined;
  saveGraphs?: boolean | undefined;
  deterministic?: 'ON' | 'OFF' | undefined;
}

type Settings = { -readonly [K in keyof Required<ContextOptions>]: Exclude<ContextOptions[K], undefined> };

const kinds: Readonly<Record<keyof ContextOptions, string>> = {
  mode: 'number',
  deviceTarget: 'string',
  deviceId: 'number',
  maxCallDepth: 'number',
  saveGraphs: 'boolean',
  deterministic: 'string',
};

const settings: Omit<Settings, 'deviceTarget'> = {
  mode: PYNATIVE_MODE,
  deviceId: 0,
  maxCallDepth: 1000,
  saveGraphs: false,
  deterministic: 'ON',
};

const isName = (name: string): name is keyof ContextOptions => Object.hasOwn(kinds, name);

function checkName(op: string, name: string): keyof ContextOptions {
  if (isName(name)) return name;
  const names = Object.keys(kinds);
  throw new ValueError(`For '${op}', there is no setting '${name}'${didYouMean(name, names) || `; there is ${names.join(', ')}.`}`); // prettier-ignore
}

/** How often a device was chosen: one that took long to open does not undo a later choice. */
let choices = 0;

/**
 * Changes settings: `setContext({ mode: GRAPH_MODE })`. All are checked before any is changed. What it returns has to be
 * awaited when the device target is a GPU: it is opened first.
 */
export function setContext(options: ContextOptions): PromiseLike<void> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    const name = checkName('setContext', key);
    if (typeof value !== kinds[name]) {
      throw new TypeError(`For 'setContext', the '${name}' must be a ${kinds[name]}, but got ${describe(value)}.`);
    }
  }
  const { mode, deterministic, deviceTarget: target, ...others } = options;
  if (mode !== undefined && mode !== GRAPH_MODE && mode !== PYNATIVE_MODE) {
    throw new ValueError(`For 'setContext', the 'mode' must be GRAPH_MODE (0) or PYNATIVE_MODE (1), but got ${mode}.`);
  }
  if (deterministic !== undefined && deterministic !== 'ON' && deterministic !== 'OFF') {
    throw new ValueError(`For 'setContext', the 'deterministic' must be 'ON' or 'OFF', but got ${describe(deterministic)}.`); // prettier-ignore
  }
  let opened = done;
  if (target !== undefined) {
    const choice = ++choices;
    if (!mustOpen(target)) setDeviceTarget(target);
    else opened = openDevice(target).then(() => void (choice === choices && setDeviceTarget(target)));
  }
  if (mode !== undefined) settings.mode = mode;
  if (deterministic !== undefined) settings.deterministic = deterministic;
  Object.assign(settings, Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)));
  return opened;
}

/** A setting. */
export function getContext<K extends keyof ContextOptions>(name: K): Settings[K] {
  const key = checkName('getContext', name);
  const value: unknown = key === 'deviceTarget' ? deviceTarget() : settings[key];
  return value as Settings[K];
}

/** Chooses the device where tensors are made from now on; on GPU this waits for it. */
export async function setDevice(target: string, deviceId = 0): Promise<void> {
  await setContext({ deviceTarget: target, deviceId });
}
