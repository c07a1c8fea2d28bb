import type { Device } from '@sporelet/ir';
import { RuntimeError, ValueError, didYouMean } from '@sporelet/ir';

const factories = new Map<string, () => Device>();
const openers = new Map<string, () => Promise<Device>>();
const made = new Map<string, Device>();
const opening = new Map<string, Promise<Device>>();
let target = 'CPU';
let current: Device | null = null;

/** Makes a device known under a name (`CPU`, `GPU`); it is created at its first use. */
export function registerDevice(name: string, factory: () => Device): void {
  factories.set(name, factory);
  made.delete(name);
  if (name === target) current = null;
}

/** Makes a device known that takes time to open (`GPU`): `openDevice` waits for it. */
export function registerOpener(name: string, open: () => Promise<Device>): void {
  openers.set(name, open);
}

/** Opens the device of a name, unless that has been done or is being done, and it is still there. */
export async function openDevice(name: string): Promise<Device> {
  const open = openers.get(name);
  const known = made.get(name);
  if (!open || (known && !known.isLost)) return deviceByName(name);
  let device = opening.get(name);
  if (!device) {
    device = open().then((opened) => {
      made.set(name, opened);
      if (name === target) current = opened;
      return opened;
    });
    opening.set(name, device);
    const end = (): void => void opening.delete(name);
    device.then(end, end);
  }
  return device;
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
      if (openers.has(name)) {
        throw new RuntimeError(`The device '${name}' is not open yet: call await setDevice('${name}') first.`);
      }
      const names = [...factories.keys(), ...openers.keys()];
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

/** Makes tensors on a device while `body` runs; null: where they are made anyway. */
export function onDevice<R>(device: Device | null | undefined, body: () => R): R {
  const before = current;
  if (!device || device === before) return body();
  current = device;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Whether a device of this name has to be opened before it can be used. */
export function mustOpen(name: string): boolean {
  const known = made.get(name);
  return openers.has(name) && (!known || known.isLost === true);
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
