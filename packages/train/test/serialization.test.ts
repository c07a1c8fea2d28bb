import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parameter, Tensor } from '@sporelet/core';
import { RuntimeError, ValueError, bfloat16, bool, float16, float32, int32, int64 } from '@sporelet/ir';
import { BatchNorm2d, Cell, Dense, SequentialCell } from '@sporelet/nn';
import 'sporelet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  checkpointBytes,
  loadCheckpoint,
  loadCheckpointBytes,
  loadParamIntoNet,
  saveCheckpoint,
} from '../src/index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sporelet-'));
  file = join(folder, 'net.ckpt');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const warnings = () => vi.spyOn(console, 'warn').mockImplementation(() => {});
const values = (net: Cell) => net.trainableParams().map((p) => p.value().tolist());
const loose = <T>(value: unknown): T => value as T;

describe('saveCheckpoint and loadCheckpoint', () => {
  it('bring a network into a fresh one', async () => {
    const [from, to] = [new Dense(3, 2), new Dense(3, 2)];
    await saveCheckpoint(from, join(folder, 'net'));
    const dict = await loadCheckpoint(file);
    expect([...dict.keys()]).toEqual(['weight', 'bias']);
    expect(loadParamIntoNet(to, dict)).toEqual([[], []]);
    expect(values(to)).toEqual(values(from));
    const third = new Dense(3, 2);
    await loadCheckpoint(file, third);
    expect(values(third)).toEqual(values(from));
  });
  it("keep dtypes, scalars, strings and MindSpore's names", async () => {
    const list = [
      { name: 'half', data: new Tensor([1.5], float16) },
      { name: 'brain', data: new Tensor([[2.5]], bfloat16) },
      { name: 'none', data: new Tensor([]) },
    ];
    await saveCheckpoint(list, file, { appendDict: { step: 3n, rate: 0.5, done: true, note: 'a text' } });
    const dict = await loadCheckpoint(file);
    expect(dict.get('note')).toBe('a text');
    const of = (name: string) => dict.get(name) as Parameter;
    const names = ['half', 'brain', 'none', 'step', 'rate', 'done'];
    expect(names.map((n) => of(n).dtype)).toEqual([float16, bfloat16, float32, int64, float32, bool]);
    expect(names.map((n) => of(n).tolist())).toEqual([[1.5], [[2.5]], [], 3n, 0.5, true]);
    expect([...loadCheckpointBytes(checkpointBytes(new SequentialCell(new BatchNorm2d(2)))).keys()]).toContain(
      '0.moving_mean',
    );
  });
  it('choose by name and by prefix', async () => {
    await saveCheckpoint(new SequentialCell(new Dense(1, 1), new Dense(1, 1)), file);
    const keys = async (...options: unknown[]) => [...(await loadCheckpoint(file, ...loose<[]>(options))).keys()];
    expect(await keys({ specifyPrefix: '0.' })).toEqual(['0.weight', '0.bias']);
    expect(await keys({ filterPrefix: ['0.', '1.b'] })).toEqual(['1.weight']);
    expect(await keys(null, false, '0')).toEqual(['1.weight', '1.bias']);
    expect(await keys({ choiceFunc: (n: string) => n.endsWith('bias') })).toEqual(['0.bias', '1.bias']);
    await expect(keys({ specifyPrefix: 'x' })).rejects.toThrow(ValueError);
  });
  it('refuse what they would ignore', async () => {
    const net = new Dense(1, 1);
    await saveCheckpoint(net, file);
    const before = await readFile(file);
    const save = (...options: unknown[]) => saveCheckpoint(net, file, ...loose<[]>(options));
    const load = (...options: unknown[]) => loadCheckpoint(file, ...loose<[]>(options));
    await expect(save({ encKey: 'secret' })).rejects.toThrow("For 'saveCheckpoint', the 'encKey' is not supported yet");
    await expect(save({ format: 'safetensors' })).rejects.toThrow("the 'format' must be 'ckpt', but got 'safetensors'");
    await expect(save({ append_dict: {} })).rejects.toThrow("there is no argument 'append_dict'; did you mean");
    await expect(save({ appendDict: { x: [] } })).rejects.toThrow("the 'x' in 'appendDict' must be a Tensor");
    await expect(save({ choiceFunc: 3 })).rejects.toThrow("the 'choiceFunc' must be a function, but got 3");
    await expect(load({ decKey: 'secret' })).rejects.toThrow(RuntimeError);
    await expect(load({ crc: true })).rejects.toThrow("For 'loadCheckpoint', there is no argument 'crc'");
    await expect(load(3)).rejects.toThrow("the 'net' must be a Cell, but got 3");
    await expect(saveCheckpoint(loose({ w: 3 }), file)).rejects.toThrow("the 'w' must be a Tensor or a str, but got 3");
    await expect(saveCheckpoint(loose(3), file)).rejects.toThrow(TypeError);
    await expect(loadCheckpoint(loose(3))).rejects.toThrow("the 'ckptFileName' must be a non-empty str, but got 3");
    expect(await readFile(file)).toEqual(before);
  });
  it('do not put a file beside a folder that was named', async () => {
    await mkdir(join(folder, 'dir'));
    await expect(saveCheckpoint(new Dense(1, 1), join(folder, 'dir'))).rejects.toThrow('is a folder');
    await expect(access(join(folder, 'dir.ckpt'))).rejects.toThrow();
  });
  it('tell of a check sum that is wrong or was asked for in vain', async () => {
    const net = new Dense(2, 2);
    await saveCheckpoint(net, file, { crcCheck: true });
    const bytes = await readFile(file);
    bytes[30]! ^= 1;
    await writeFile(file, bytes);
    await expect(loadCheckpoint(file)).rejects.toThrow(/check sum|damaged/);
    const warn = warnings();
    await saveCheckpoint(net, file);
    await loadCheckpoint(file);
    expect(warn).not.toHaveBeenCalled();
    await loadCheckpoint(file, { crcCheck: true });
    expect(warn.mock.calls[0]![0]).toMatch(/was to compare the check sum/);
  });
});

describe('loadParamIntoNet', () => {
  class Net extends Cell {
    denseIn = new Dense(1, 1);
    construct(x: Tensor): Tensor {
      return this.denseIn(x);
    }
  }
  const weight = (value: number, dtype = float32) => new Parameter(new Tensor([[value]], dtype), 'w');

  it('says what it was given instead of a dictionary', async () => {
    const net = new Dense(1, 1);
    await saveCheckpoint(net, file);
    expect(() => loadParamIntoNet(net, loose(loadCheckpoint(file)))).toThrow(
      /must be a dict.*await loadCheckpoint first/,
    );
    expect(() => loadParamIntoNet(net, loose(3))).toThrow("the 'parameterDict' must be a dict, but got 3");
    expect(() => loadParamIntoNet(net, loose({ weight: 3 }))).toThrow("the 'weight' must be a Parameter, but got 3");
    expect(() => loadParamIntoNet(loose(3), {})).toThrow("the 'net' must be a Cell, but got 3");
  });
  it('takes snake_case where that is unique, and says so', () => {
    const net = new Net();
    const warn = warnings();
    expect(loadParamIntoNet(net, { 'dense_in.weight': weight(7) })).toEqual([['denseIn.bias'], []]);
    expect(net.denseIn.weight.tolist()).toEqual([[7]]);
    expect(warn.mock.calls).toEqual([["sporelet: loadParamIntoNet takes 'dense_in.weight' for 'denseIn.weight'."]]);
    const two = { 'dense_in.weight': weight(8), 'dense_In.weight': weight(9) };
    expect(loadParamIntoNet(net, two)[0]).toContain('denseIn.weight');
  });
  it('takes one prefix off the names, unless strict', () => {
    const dict = { 'backbone.0.weight': weight(3), 'backbone.0.bias': new Parameter([4], 'b'), other: weight(5) };
    const net = new SequentialCell(new Dense(1, 1));
    const warn = warnings();
    expect(loadParamIntoNet(net, dict, true)[0]).toEqual(['0.weight', '0.bias']);
    expect(warn).not.toHaveBeenCalled();
    expect(loadParamIntoNet(net, dict)).toEqual([[], ['other']]);
    expect(values(net)).toEqual([[[3]], [4]]);
    expect(warn.mock.calls[0]![0]).toContain("the prefix 'backbone.'");
  });
  it('casts inside a family, unless strict, and changes nothing when refused', () => {
    const net = new Dense(1, 1);
    loadParamIntoNet(net, { weight: weight(2, float16) });
    expect([net.weight.tolist(), net.weight.dtype]).toEqual([[[2]], float32]);
    const before = values(net);
    const bad = [weight(1, int32), new Parameter([1, 2, 3], 'w')];
    for (const bias of bad) {
      expect(() => loadParamIntoNet(net, { weight: weight(9), bias })).toThrow(RuntimeError);
      expect(values(net)).toEqual(before);
    }
    expect(() => loadParamIntoNet(net, { weight: weight(9, float16) }, { strictLoad: true })).toThrow(RuntimeError);
  });
});
