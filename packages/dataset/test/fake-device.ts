import { registerDevice } from '@sporelet/core';
import { RuntimeError } from '@sporelet/ir';
import type { Device, Storage } from '@sporelet/ir';

class Memory implements Storage {
  readonly content: Uint8Array;
  shared = 0;
  constructor(bytes: number) {
    this.content = new Uint8Array(bytes);
  }
  get bytes(): number {
    return this.content.length;
  }
  dispose(): void {}
}
const content = (storage: Storage) => (storage as Memory).content;

/** A device that holds data and computes nothing: enough for rows of tensors. */
const device: Device = {
  name: 'CPU',
  allocate: (bytes) => new Memory(bytes),
  write: (storage, data, at = 0) => content(storage).set(data, at),
  read: (storage, into, at = 0) => into.set(content(storage).subarray(at, at + into.length)),
  copy: (from, to) => content(to).set(content(from)),
  readAsync: async (storage, into) => into.set(content(storage)),
  compile() {
    throw new RuntimeError('This device computes nothing.');
  },
  memoryStats: () => ({ inUse: 0, reserved: 0, limit: 0, peak: 0 }),
};

export const useFakeDevice = (): void => registerDevice('CPU', () => device);
