import { Parameter, Tensor } from '@sporelet/core';
import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { RuntimeError, ValueError, dtypeByName, sameShape, shapeText } from '@sporelet/ir';
import { Cell, checkpointName } from '@sporelet/nn';
import type { CheckpointEntry } from './checkpoint-format.ts';
import { encodeCheckpoint } from './checkpoint-format.ts';
import { decodeCheckpoint, readCheckpoint } from './checkpoint-reader.ts';
import { openFile, writeFile } from './files-node.ts';

/** What a checkpoint holds: Parameters by name, and strings. */
export type ParameterDict = Map<string, Parameter | string>;

/** A tensor to save under a name. */
export interface NamedTensor {
  readonly name: string;
  readonly data: Tensor;
}

/** What can be saved: a network, Parameters, named tensors, or a dictionary of tensors. */
export type SaveObject = Cell | readonly (Parameter | NamedTensor)[] | ReadonlyMap<string, Tensor | string> | Readonly<Record<string, Tensor>>; // prettier-ignore

export interface SaveOptions {
  /** More entries: tensors, numbers (Float32), booleans, strings. */
  readonly appendDict?: Readonly<Record<string, Tensor | number | boolean | string>> | undefined;
  /** Saves only parameters whose name it accepts. */
  readonly choiceFunc?: ((name: string) => boolean) | undefined;
  /** Ends the file with MindSpore's check sum. Default false. */
  readonly crcCheck?: boolean | undefined;
}

/** camelCase and snake_case spellings of one name are the same here. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

function entriesOf(saved: SaveObject): [string, Tensor | string][] {
  if (saved instanceof Cell) return [...saved.parametersAndNames()].map(([, p]) => [checkpointName(p), p]);
  if (saved instanceof Map) return [...(saved as ReadonlyMap<string, Tensor | string>)];
  if (Array.isArray(saved)) {
    return (saved as readonly (Parameter | NamedTensor)[]).map((item, i) => {
      if (item instanceof Parameter) return [checkpointName(item), item];
      if (item !== null && typeof item === 'object' && typeof item.name === 'string' && item.data instanceof Tensor) {
        return [item.name, item.data];
      }
      throw new TypeError(`For 'saveCheckpoint', item ${i} of the list must be a Parameter or {name, data}.`);
    });
  }
  if (saved !== null && typeof saved === 'object') return Object.entries(saved as Readonly<Record<string, Tensor>>);
  throw new TypeError(`For 'saveCheckpoint', the 'saveObj' must be a Cell, a list or a dict, but got ${typeof saved}.`);
}

function bytesOf(t: Tensor): Uint8Array {
  const { data } = t.asnumpy();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function* encoded(saved: SaveObject, options: SaveOptions): Generator<CheckpointEntry> {
  const append = Object.entries(options.appendDict ?? {});
  for (const [name, value] of [...entriesOf(saved), ...append]) {
    if (options.choiceFunc && !options.choiceFunc(name)) continue;
    if (typeof value === 'string') yield { name, text: value };
    else {
      const t = value instanceof Tensor ? value : new Tensor(value);
      // One tensor at a time is on the host.
      yield { name, dtype: t.dtype.name, shape: [...t.shape], data: bytesOf(t) };
    }
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
  options: SaveOptions = {},
): Promise<void> {
  // prettier-ignore
  if (typeof ckptFileName !== 'string' || !ckptFileName) {
    throw new TypeError("For 'saveCheckpoint', the 'ckptFileName' must be a non-empty str.");
  }
  await writeFile(withExtension(ckptFileName), encodeCheckpoint(encoded(saveObj, options), { crc: options.crcCheck }));
}

/** The bytes that `saveCheckpoint` would write: for browsers, and to send. */
export function checkpointBytes(saveObj: SaveObject, options: SaveOptions = {}): Uint8Array {
  const chunks = [...encodeCheckpoint(encoded(saveObj, options), { crc: options.crcCheck })];
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

export interface LoadOptions {
  /** Loads the parameters into this network too. */
  readonly net?: Cell | undefined;
  /** Every parameter of the network must be in the file, with its dtype. Default false. */
  readonly strictLoad?: boolean | undefined;
  /** Loads only parameters whose name it accepts. */
  readonly choiceFunc?: ((name: string) => boolean) | undefined;
  /** Compares MindSpore's check sum. Default: where the file has one. */
  readonly crcCheck?: boolean | undefined;
}

function collector(options: LoadOptions): { dict: ParameterDict; visit: (e: CheckpointEntry) => void } {
  const dict: ParameterDict = new Map();
  const visit = (e: CheckpointEntry): void => {
    if (options.choiceFunc && !options.choiceFunc(e.name)) return;
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

function finish(dict: ParameterDict, file: string, options: LoadOptions): ParameterDict {
  if (!dict.size) throw new ValueError(`For 'loadCheckpoint', there is nothing left to load from '${file}'.`);
  if (options.net) loadParamIntoNet(options.net, dict, options.strictLoad ?? false);
  return dict;
}

/**
 * Reads a .ckpt file: Parameters (and strings) by name.
 * @throws ValueError for a file that is missing, truncated or corrupt, saying what is wrong at which byte
 */
export async function loadCheckpoint(ckptFileName: string, options: LoadOptions = {}): Promise<ParameterDict> {
  const source = await openFile(ckptFileName);
  try {
    const { dict, visit } = collector(options);
    await readCheckpoint(source, visit, { crc: options.crcCheck });
    return finish(dict, ckptFileName, options);
  } finally {
    await source.close();
  }
}

/** {@link loadCheckpoint} on bytes that are in memory. */
export function loadCheckpointBytes(bytes: Uint8Array, options: LoadOptions = {}): ParameterDict {
  const { dict, visit } = collector(options);
  decodeCheckpoint(bytes, visit, { crc: options.crcCheck });
  return finish(dict, '<bytes>', options);
}

const floats = new Set(['Float16', 'BFloat16', 'Float32', 'Float64']);
const ints = new Set(['Int8', 'Int16', 'Int32', 'Int64']);
const oneFamily = (a: DType, b: DType): boolean => [floats, ints].some((f) => f.has(a.name) && f.has(b.name));

/**
 * Sets a network's parameters from a dictionary. Names match exactly first (in MindSpore's spelling for built-in cells),
 * then camelCase to snake_case where that is unique.
 * @param strictLoad - a dtype that differs is an error; otherwise it is cast inside the float or the integer family
 * @returns the network's parameters without data, and the entries that were not used
 * @throws RuntimeError for shapes or dtypes that do not fit, before anything has been changed
 */
export function loadParamIntoNet(
  net: Cell,
  parameterDict: ReadonlyMap<string, Parameter | string>,
  strictLoad = false,
): readonly [paramNotLoad: readonly string[], ckptNotLoad: readonly string[]] {
  if (!(net instanceof Cell)) throw new TypeError("For 'loadParamIntoNet', the 'net' must be a Cell.");
  const loose = new Map<string, string[]>();
  for (const name of parameterDict.keys()) loose.set(plain(name), [...(loose.get(plain(name)) ?? []), name]);
  const unused = new Set(parameterDict.keys());
  const missing: string[] = [];
  const found: [Parameter, Parameter][] = [];
  for (const [, target] of net.parametersAndNames()) {
    const exact = [target.name, checkpointName(target)].find((n) => parameterDict.has(n));
    const near = loose.get(plain(target.name));
    const name = exact ?? (near?.length === 1 ? near[0] : undefined);
    const source = name === undefined ? undefined : parameterDict.get(name);
    if (name === undefined || !(source instanceof Parameter)) {
      missing.push(target.name);
      continue;
    }
    unused.delete(name);
    check(target, source, strictLoad);
    found.push([target, source]);
  }
  for (const [target, source] of found) target.setData(new Tensor(source.value(), target.dtype));
  return [missing, [...unused]];
}

function check(target: Parameter, source: Parameter, strict: boolean): void {
  if (!sameShape(target.shape, source.shape)) {
    throw new RuntimeError(
      `For 'loadParamIntoNet', the parameter '${target.name}' has shape ${shapeText(target.shape)} in the network, ` +
        `but ${shapeText(source.shape)} in the checkpoint.`,
    );
  }
  if (target.dtype === source.dtype || (!strict && oneFamily(target.dtype, source.dtype))) return;
  throw new RuntimeError(
    `For 'loadParamIntoNet', the parameter '${target.name}' is ${target.dtype.name} in the network, ` +
      `but ${source.dtype.name} in the checkpoint.`,
  );
}
