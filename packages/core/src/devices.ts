import type { Device } from '@sporelet/ir';
import { RuntimeError, ValueError, didYouMean } from '@sporelet/ir';

const factories = new Map<string, () => Device>();
const made = new Map<string, Device>();
let target = 'CPU';
let current: Device | null = null;

/** Makes a device known under a name (`CPU`, `GPU`); it is created at its first use. */
export function registerDevice(name: string, factory: () => Device): void {
  factories.set(name, factory);
  made.delete(name);
  if (name === target) current = null;
}

/** The device of a name, created now if need be. */
export function deviceByName(name: string): Device {
  let device = made.get(name);
  if (!device) {
    const factory = factories.get(name);
    if (!factory) {
      if (!factories.size) {
        throw new RuntimeError("No device is registered: import from 'sporelet', which brings the CPU device.");
      }
      const names = [...factories.keys()];
      const hint = didYouMean(name, names) || `; there is ${names.map((n) => `'${n}'`).join(', ')}.`;
      throw new ValueError(`For 'setContext', the device '${name}' is not known${hint}`);
    }
    made.set(name, (device = factory()));
  }
  return device;
}

/** Where tensors are made unless told otherwise. */
export function currentDevice(): Device {
  return (current ??= deviceByName(target));
}

export function deviceTarget(): string {
  return target;
}

/** Chooses the device where tensors are made from now on. */
export function setDeviceTarget(name: string): void {
  const device = deviceByName(name);
  target = name;
  current = device;
}
