import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DType } from 'sporelet';
import { Tensor, dtype as dtypes } from 'sporelet';
import type { Message } from './protobuf.ts';
import { blob, floats, integer, integers, messages, readMessage, text, texts } from './protobuf.ts';

/** An attribute's value: int and ints, float and floats, string and strings, tensor. */
export type Attribute = number | string | readonly number[] | readonly string[] | TensorProto;

/** One node of a graph; an input or output that is left out is the empty name. */
export class Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #attributes: ReadonlyMap<string, Attribute>;

  constructor(m: Message) {
    this.op = text(m, 4);
    this.inputs = texts(m, 1);
    this.outputs = texts(m, 2);
    this.#attributes = new Map(messages(m, 5).map((a) => [text(a, 1), attribute(a)]));
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  #get<T extends Attribute>(name: string, is: (a: Attribute) => a is T, fallback: T | undefined): T {
    const value = this.#attributes.get(name) ?? fallback;
    if (value !== undefined && is(value)) return value;
    throw new TypeError(`${this.op}: attribute ${name} is ${value === undefined ? 'not given' : typeof value}`);
  }

  /** An int or a float. */
  number(name: string, fallback?: number): number {
    return this.#get(name, (a) => typeof a === 'number', fallback);
  }

  /** Ints or floats. */
  numbers(name: string, fallback?: readonly number[]): readonly number[] {
    return this.#get(name, (a): a is readonly number[] => Array.isArray(a) && typeof a[0] !== 'string', fallback);
  }

  text(name: string, fallback?: string): string {
    return this.#get(name, (a) => typeof a === 'string', fallback);
  }

  tensor(name: string): Tensor {
    return this.#get(name, (a) => a instanceof TensorProto, undefined).tensor();
  }
}

/** A tensor as stored: element type by ONNX's number, and the message that holds the elements. */
export class TensorProto {
  readonly message: Message;
  constructor(message: Message) {
    this.message = message;
  }

  /**
   * @param declared - the element type that the model states: bfloat16 is stored as if it were uint16
   * @throws TypeError for element types that sporelet has none for (string, complex, 8-bit floats)
   */
  tensor(declared?: number): Tensor {
    const m = this.message;
    const type = declared ?? integer(m, 2);
    const dtype = elementTypes[type];
    if (!dtype) throw new TypeError(`element type ${type}`);
    const shape = integers(m, 1).map(Number);
    const raw = blob(m, 9);
    const size = shape.reduce((a, b) => a * b, 1);
    const out = new dtype.array(size);
    if (raw) new Uint8Array(out.buffer).set(raw);
    else {
      const wide = dtype.itemsize === 8;
      const typed = type === 1 ? floats(m, 4) : type === 11 ? floats(m, 10, 8) : integers(m, wide ? (type === 7 ? 7 : 11) : type === 12 ? 11 : 5); // prettier-ignore
      const target = out as { [i: number]: number | bigint };
      typed.forEach((v, i) => (target[i] = wide && type !== 11 ? v : Number(v)));
    }
    return new Tensor(out, dtype, shape);
  }
}

/** ONNX's numbers of the element types: TensorProto.DataType. */
export const elementTypes: { readonly [type: number]: DType | undefined } = {
  1: dtypes.float32,
  2: dtypes.uint8,
  3: dtypes.int8,
  4: dtypes.uint16,
  5: dtypes.int16,
  6: dtypes.int32,
  7: dtypes.int64,
  9: dtypes.bool,
  10: dtypes.float16,
  11: dtypes.float64,
  12: dtypes.uint32,
  13: dtypes.uint64,
  16: dtypes.bfloat16,
};

/** A value that goes into a graph or comes out of it; its element type is 0 unless it is a tensor. */
export interface Port {
  readonly name: string;
  readonly type: number;
}

/** A model's graph: its nodes, and the values that its data sets give. */
export interface Model {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

// Field numbers: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
function attribute(m: Message): Attribute {
  const type = integer(m, 20);
  switch (type) {
    case 1:
      return floats(m, 2)[0]!;
    case 2:
      return integer(m, 3);
    case 3:
      return text(m, 4);
    case 4:
      return new TensorProto(messages(m, 5)[0]!);
    case 6:
      return floats(m, 7);
    case 7:
      return integers(m, 8).map(Number);
    case 8:
      return texts(m, 9);
    default:
      return `<attribute type ${type}>`;
  }
}

function port(m: Message): Port {
  const [type] = messages(m, 2);
  const [tensor] = type ? messages(type, 1) : [];
  return { name: text(m, 1), type: tensor ? integer(tensor, 1) : 0 };
}

export function readModel(path: string): Model {
  const graph = messages(readMessage(readFileSync(path)), 7)[0]!;
  return {
    nodes: messages(graph, 1).map((n) => new Node(n)),
    inputs: messages(graph, 11).map(port),
    outputs: messages(graph, 12).map(port),
  };
}

/** The tensors of the first data set of a case: the files `input_0.pb`, `input_1.pb`, ... or `output_0.pb`, ... */
export function readData(folder: string, kind: 'input' | 'output', ports: readonly Port[]): Tensor[] {
  return ports.map(({ type }, i) =>
    new TensorProto(readMessage(readFileSync(join(folder, 'test_data_set_0', `${kind}_${i}.pb`)))).tensor(type),
  );
}
