import type { Args } from '@sporelet/core';
import { Parameter, Tensor, describe, isOptions } from '@sporelet/core';
import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { RuntimeError, ValueError, dtypeByName } from '@sporelet/ir';
import { Cell, checkpointName } from '@sporelet/nn';
import type { CheckpointEntry } from './checkpoint-format.ts';
import { encodeCheckpoint } from './checkpoint-format.ts';
import type { LoadOptions, SaveOptions } from './checkpoint-options.ts';
import { isWanted, loadOptions, saveOptions } from './checkpoint-options.ts';
import type { CheckpointCrc } from './checkpoint-reader.ts';
import { decodeCheckpoint, readCheckpoint } from './checkpoint-reader.ts';
import { isFolder, openFile, writeFile } from './files-node.ts';
import type { ParameterDict } from './load-param-into-net.ts';
import { loadParamIntoNet } from './load-param-into-net.ts';

/** A tensor to save under a name. */
export interface NamedTensor {
  readonly name: string;
  readonly data: Tensor;
}

/** What can be saved: a network, Parameters, named tensors, or a dictionary of tensors. */
export type SaveObject = Cell | readonly (Parameter | NamedTensor)[] | ReadonlyMap<string, Tensor | string> | Readonly<Record<string, Tensor>>; // prettier-ignore

function entriesOf(saved: SaveObject): [string, Tensor | string][] {
  if (saved instanceof Cell) return [...saved.parametersAndNames()].map(([, p]) => [checkpointName(p), p]);
  if (saved instanceof Map) return [...(saved as ReadonlyMap<string, unknown>)].map(checked);
  if (Array.isArray(saved)) {
    return (saved as readonly (Parameter | NamedTensor)[]).map((item, i) => {
      if (item instanceof Parameter) return [checkpointName(item), item];
      if (item !== null && typeof item === 'object' && typeof item.name === 'string' && item.data instanceof Tensor) {
        return [item.name, item.data];
      }
      throw new TypeError(`For 'saveCheckpoint', item ${i} of the list must be a Parameter or {name, data}.`);
    });
  }
  if (isOptions(saved)) return Object.entries(saved as Readonly<Record<string, unknown>>).map(checked);
  throw new TypeError(
    `For 'saveCheckpoint', the 'saveObj' must be a Cell, a list or a dict, but got ${describe(saved)}.`,
  );
}

function checked([name, value]: readonly [string, unknown]): [string, Tensor | string] {
  if (value instanceof Tensor || typeof value === 'string') return [name, value];
  throw new TypeError(`For 'saveCheckpoint', the '${name}' must be a Tensor or a str, but got ${describe(value)}.`);
}

function appended([name, value]: readonly [string, unknown]): [string, Tensor | string] {
  const scalar = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  if (scalar) return [name, new Tensor(value)];
  if (value instanceof Tensor || typeof value === 'string') return [name, value];
  throw new TypeError(
    `For 'saveCheckpoint', the '${name}' in 'appendDict' must be a Tensor, number, bool or str, but got ${describe(value)}.`,
  );
}

function bytesOf(t: Tensor): Uint8Array {
  const { data } = t.asnumpy();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** What is to be saved, checked. */
function chosen(saved: SaveObject, options: SaveOptions): readonly (readonly [string, Tensor | string])[] {
  const all = [...entriesOf(saved), ...Object.entries(options.appendDict ?? {}).map(appended)];
  const { choiceFunc } = options;
  return choiceFunc ? all.filter(([name]) => choiceFunc(name)) : all;
}

/** The same with the elements where they can be read at once. */
async function onHost([name, value]: readonly [string, Tensor | string]): Promise<readonly [string, Tensor | string]> {
  return [name, typeof value !== 'string' && value.$concrete().device.waits ? await value.to('CPU') : value];
}

function* encoded(entries: readonly (readonly [string, Tensor | string])[]): Generator<CheckpointEntry> {
  for (const [name, value] of entries) {
    if (typeof value === 'string') yield { name, text: value };
    // One tensor at a time is on the host.
    else yield { name, dtype: value.dtype.name, shape: [...value.shape], data: bytesOf(value) };
  }
}

const withExtension = (file: string): string => (file.endsWith('.ckpt') ? file : `${file}.ckpt`);

/**
 * Saves a network's parameters (or a list, or a dictionary of tensors) in MindSpore's .ckpt format. The file is written
 * under a temporary name, flushed and renamed: it is there whole or not at all. `.ckpt` is appended when missing.
 * @throws TypeError for what cannot be saved; RuntimeError when the file cannot be written
 */
export async function saveCheckpoint(
  saveObj: SaveObject,
  ckptFileName: string,
  ...options: Args<[], [integratedSave?: boolean, asyncSave?: boolean], SaveOptions>
): Promise<void> {
  if (typeof ckptFileName !== 'string' || !ckptFileName) {
    throw new TypeError(
      `For 'saveCheckpoint', the 'ckptFileName' must be a non-empty str, but got ${describe(ckptFileName)}.`,
    );
  }
  const given = saveOptions(options);
  const entries = chosen(saveObj, given);
  if (await isFolder(ckptFileName)) {
    throw new RuntimeError(`For 'saveCheckpoint', '${ckptFileName}' is a folder: name a file in it.`);
  }
  const readable = await Promise.all(entries.map(onHost));
  await writeFile(withExtension(ckptFileName), encodeCheckpoint(encoded(readable), { crc: given.crcCheck }));
}

/** The bytes that `saveCheckpoint` would write: for browsers, and to send. */
export function checkpointBytes(saveObj: SaveObject, options: SaveOptions = {}): Uint8Array {
  const given = saveOptions([options]);
  const chunks = [...encodeCheckpoint(encoded(chosen(saveObj, given)), { crc: given.crcCheck })];
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

function collector(options: LoadOptions): { dict: ParameterDict; visit: (e: CheckpointEntry) => void } {
  const dict: ParameterDict = new Map();
  const visit = (e: CheckpointEntry): void => {
    if (!isWanted(options, e.name)) return;
    if ('text' in e) dict.set(e.name, e.text);
    else dict.set(e.name, new Parameter(tensorOf(e.data, dtypeByName(e.dtype)!, e.shape), e.name));
  };
  return { dict, visit };
}

function tensorOf(bytes: Uint8Array, dtype: DType, shape: Dims): Tensor {
  // The bytes of the file need not be aligned.
  const own = bytes.slice();
  const data: TypedArray = new dtype.array(own.buffer, 0, own.byteLength / dtype.itemsize);
  return new Tensor(data, { dtype, shape: [...shape] });
}

function finish(dict: ParameterDict, file: string, options: LoadOptions, crc: CheckpointCrc): ParameterDict {
  if (options.crcCheck && crc === 'absent') {
    console.warn(`sporelet: loadCheckpoint was to compare the check sum, but '${file}' has none.`);
  }
  if (!dict.size) throw new ValueError(`For 'loadCheckpoint', there is nothing left to load from '${file}'.`);
  if (options.net) loadParamIntoNet(options.net, dict, options.strictLoad ?? false);
  return dict;
}

/**
 * Reads a .ckpt file: Parameters (and strings) by name.
 * @throws ValueError for a file that is missing, truncated or corrupt, saying what is wrong at which byte. The format
 * has no count of its entries: a file cut between two of them is only known by its check sum.
 */
export async function loadCheckpoint(
  ckptFileName: string,
  ...options: Args<
    [],
    [net?: Cell | null, strictLoad?: boolean, filterPrefix?: string | readonly string[]],
    LoadOptions
  >
): Promise<ParameterDict> {
  if (typeof ckptFileName !== 'string' || !ckptFileName) {
    throw new TypeError(
      `For 'loadCheckpoint', the 'ckptFileName' must be a non-empty str, but got ${describe(ckptFileName)}.`,
    );
  }
  const given = loadOptions(options);
  const source = await openFile(ckptFileName);
  try {
    const { dict, visit } = collector(given);
    const crc = await readCheckpoint(source, visit, { crc: given.crcCheck });
    return finish(dict, ckptFileName, given, crc);
  } finally {
    await source.close();
  }
}

/** {@link loadCheckpoint} on bytes that are in memory. */
export function loadCheckpointBytes(bytes: Uint8Array, options: LoadOptions = {}): ParameterDict {
  const given = loadOptions([options]);
  const { dict, visit } = collector(given);
  const crc = decodeCheckpoint(bytes, visit, { crc: given.crcCheck });
  return finish(dict, '<bytes>', given, crc);
}
