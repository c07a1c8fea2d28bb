import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Storage } from '@sporelet/ir';
import { RuntimeError, ValueError } from '@sporelet/ir';
import { GRAPH_MODE, PYNATIVE_MODE, Parameter, Tensor, bindArguments, currentDevice, getContext, print, registerDevice, setContext, setDevice, tuple } from '../src/index.ts'; // prettier-ignore
import { InterpreterDevice } from './interpreter-device.ts';
import { add } from './test-ops.ts';

/** A device whose elements must be waited for. */
class LateDevice extends InterpreterDevice {
  readonly waits = true;
  override read(): void {
    throw new RuntimeError('await x.data()');
  }
  override async readAsync(storage: Storage, into: Uint8Array): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    super.read(storage, into);
  }
}

afterEach(() => {
  setContext({ mode: PYNATIVE_MODE, deviceTarget: 'CPU' });
  vi.restoreAllMocks();
});

describe('context', () => {
  test('settings', () => {
    expect([getContext('mode'), getContext('deviceTarget'), getContext('maxCallDepth')]).toEqual([1, 'CPU', 1000]);
    setContext({ mode: GRAPH_MODE, maxCallDepth: 5 });
    expect([getContext('mode'), getContext('maxCallDepth')]).toEqual([0, 5]);
  });
  test.each([
    [{ mode: 2 }, ValueError, "the 'mode' must be GRAPH_MODE (0) or PYNATIVE_MODE (1), but got 2"],
    [{ mode: 'graph' }, TypeError, "the 'mode' must be a number, but got 'graph'"],
    [{ device_target: 'CPU' }, ValueError, "there is no setting 'device_target'; did you mean 'deviceTarget'?"],
    [{ deviceTarget: 'CPUU' }, ValueError, "the device 'CPUU' is not known; did you mean 'CPU'?"],
    [{ deterministic: 'yes' }, ValueError, "the 'deterministic' must be 'ON' or 'OFF'"],
  ])('refused: %#', (options, error, text) => {
    expect(() => setContext({ saveGraphs: true, ...options } as never)).toThrow(error);
    expect(() => setContext(options as never)).toThrow(text);
    expect(getContext('saveGraphs')).toBe(false);
  });
  test('the device where tensors are made', async () => {
    const made: string[] = [];
    registerDevice('LAZY', () => {
      made.push('LAZY');
      return new InterpreterDevice('LAZY');
    });
    expect(made).toEqual([]);
    await setDevice('LAZY');
    expect([new Tensor([1]).device, currentDevice().name, made]).toEqual(['LAZY', 'LAZY', ['LAZY']]);
    expect(add(1, 2).device).toBe('LAZY');
    await expect(setDevice('NONE')).rejects.toThrow("the device 'NONE' is not known; there is");
  });
});

describe('print', () => {
  const lines = (): string[] => {
    const out: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
    return out;
  };
  test('prints as Python does, at once', async () => {
    const out = lines();
    const x = new Tensor([1, 2]);
    void print('Shape:', x.shape, true, null, 'a', [1.5, 'b'], x);
    void print(tuple(new Tensor(2), 'a'));
    void print();
    void print(new Parameter([1], 'w'));
    expect(out).toEqual([
      "Shape: (2,) True None a [1.5, 'b'] [1. 2.]",
      "(Tensor(shape=[], dtype=Float32, value= 2), 'a')",
      '',
      'Parameter (name=w, shape=(1,), dtype=Float32, requires_grad=True)',
    ]);
    await print(1);
    expect(out.at(-1)).toBe('1');
  });
  test('lines wait for a device that is late, and stay in order', async () => {
    const out = lines();
    registerDevice('LATE', () => new LateDevice('LATE'));
    const x = new Tensor([1, 2], { device: 'LATE' });
    void print('x =', x);
    const last = print('after', [x]);
    expect(out).toEqual([]);
    expect(String(x)).toBe('Tensor(shape=[2], dtype=Float32, device=LATE, value=<await x.data()>)');
    await last;
    expect(out).toEqual([
      'x = [1. 2.]',
      'after [Tensor(shape=[2], dtype=Float32, value= [ 1.00000000e+00,  2.00000000e+00])]',
    ]);
    void print('now');
    expect(out).toHaveLength(3);
    expect(() => x.asnumpy()).toThrow('await x.data()');
    expect((await x.data()).tolist()).toEqual([1, 2]);
  });
});

describe('bindArguments', () => {
  const names = ['inChannels', 'stride', 'padMode'];
  test.each([
    [[1], [1, undefined, undefined]],
    [
      [1, 2, 'same'],
      [1, 2, 'same'],
    ],
    [
      [1, 2, { padMode: 'same' }],
      [1, 2, 'same'],
    ],
    [
      [1, { padMode: 'same', stride: undefined }],
      [1, undefined, 'same'],
    ],
    [[{ inChannels: 1, stride: 3 }], [1, 3, undefined]],
    [
      [1, undefined, 'same'],
      [1, undefined, 'same'],
    ],
    [
      [1, null],
      [1, null, undefined],
    ],
    [
      [1, { stride: 2 }, undefined],
      [1, 2, undefined],
    ],
    [[Object.create(null, { inChannels: { value: 1, enumerable: true } })], [1, undefined, undefined]],
  ])('%j', (args, want) => {
    expect(bindArguments('Conv2d', names, 1, args)).toEqual(want);
  });
  test.each([
    [[1, { pad_mode: 'same' }], "For 'Conv2d', there is no argument 'pad_mode'; did you mean 'padMode'?"],
    [[1, { zzz: 1 }], "there is no argument 'zzz'; it takes 'inChannels', 'stride', 'padMode'."],
    [[1, 2, { stride: 2 }], "'stride' is given twice: by position and by name"],
    [[1, { stride: 2 }, 'same'], 'nothing may come after the options object'],
    [[1, 2, 3, 4], 'at most 3 arguments, but got 4'],
    [[], "the argument 'inChannels' is missing"],
    [[{ stride: 1 }], "the argument 'inChannels' is missing"],
  ])('refused: %j', (args, text) => {
    expect(() => bindArguments('Conv2d', names, 1, args)).toThrow(TypeError);
    expect(() => bindArguments('Conv2d', names, 1, args)).toThrow(text);
  });
});
