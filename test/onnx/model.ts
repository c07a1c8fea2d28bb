import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DType } from 'sporelet';
import { Tensor, dtype as dtypes } from 'sporelet';
import type { Message } from './protobuf.ts';
import { blob, floats, integer, integers, messages, readMessage, text, texts } from './protobuf.ts';

/** An attribute's value: int and ints, float and floats, string and strings, tensor. */
export type Attribute = number | string | readonly number[] | readonly string[] | TensorProto;

/** One node of a graph; an input that is left out is the empty name. */
export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor as stored: element type by ONNX's number, and the message that holds the elements. */
export class TensorProto {
  readonly message: Message;
  constructor(message: Message) {
    this.message = message;
  }

  /** @throws TypeError for element types that sporelet has none for (string, complex, 8-bit floats) */
  tensor(): Tensor {
    const m = this.message;
    const type = integer(m, 2);
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

/** A model's graph: its nodes, and the names that its data sets give values for. */
export interface Model {
  readonly opset: number;
  readonly nodes: readonly Node[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
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

function node(m: Message): Node {
  return {
    op: text(m, 4),
    domain: text(m, 7),
    inputs: texts(m, 1),
    outputs: texts(m, 2),
    attributes: Object.fromEntries(messages(m, 5).map((a) => [text(a, 1), attribute(a)])),
  };
}

export function readModel(path: string): Model {
  const m = readMessage(readFileSync(path));
  const graph = messages(m, 7)[0]!;
  const names = (field: number): string[] => messages(graph, field).map((v) => text(v, 1));
  return {
    opset: Math.max(
      ...messages(m, 8)
        .filter((o) => text(o, 1) === '')
        .map((o) => integer(o, 2)),
    ),
    nodes: messages(graph, 1).map(node),
    inputs: names(11),
    outputs: names(12),
  };
}

/** The first data set of a case: the tensors in files `input_0.pb`, `input_1.pb`, ... or `output_0.pb`, ... */
export function readData(folder: string, kind: 'input' | 'output'): TensorProto[] {
  const set = join(folder, 'test_data_set_0');
  const count = readdirSync(set).filter((f) => f.startsWith(kind)).length;
  return Array.from(
    { length: count },
    (_, i) => new TensorProto(readMessage(readFileSync(join(set, `${kind}_${i}.pb`)))),
  );
}
