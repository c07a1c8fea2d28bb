import type { Args, Init, Parameter, Tensor } from '@sporelet/core';
import { Tensor as TensorClass, str } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { float32 } from '@sporelet/ir';
import { gather, matmul, oneHot, reshape } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber } from './check.ts';
import { bindNamed, checkDType, makeParameter } from './layer.ts';

export interface EmbeddingOptions {
  /** Whether rows are looked up by a product with one-hot rows. Default false. */
  useOneHot?: boolean | undefined;
  /** Table of shape (vocabSize, embeddingSize). Default 'normal'. */
  embeddingTable?: Init | undefined;
  /** Dtype of one-hot rows. Default Float32. */
  dtype?: DType | undefined;
  /** A row that starts as zeros. Default none. */
  paddingIdx?: number | null | undefined;
}

const names = ['vocabSize', 'embeddingSize', 'useOneHot', 'embeddingTable', 'dtype', 'paddingIdx'] as const;

/** Rows of a trained table: ids of shape (...) give (..., embeddingSize). */
export class Embedding extends Cell<(ids: Tensor) => Tensor> {
  readonly vocabSize: number;
  readonly embeddingSize: number;
  readonly useOneHot: boolean;
  readonly dtype: DType;
  readonly paddingIdx: number | null;
  embeddingTable: Parameter;

  /** @throws ValueError for a paddingIdx outside [0, vocabSize) */
  constructor(named: { readonly vocabSize: number; readonly embeddingSize: number } & EmbeddingOptions);
  constructor(
    ...args: Args<
      [vocabSize: number, embeddingSize: number],
      [useOneHot?: boolean, embeddingTable?: Init, dtype?: DType, paddingIdx?: number | null],
      EmbeddingOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, names, 2, args);
    this.vocabSize = checkNumber(op, 'vocabSize', given.vocabSize, 'int', { gt: 0 });
    this.embeddingSize = checkNumber(op, 'embeddingSize', given.embeddingSize, 'int', { gt: 0 });
    this.useOneHot = checkBool(op, 'useOneHot', given.useOneHot ?? false);
    this.dtype = checkDType(op, given.dtype);
    const padding = given.paddingIdx ?? null;
    this.paddingIdx =
      padding === null ? null : checkNumber(op, 'paddingIdx', padding, 'int', { ge: 0, lt: this.vocabSize });
    this.embeddingTable = makeParameter({
      op,
      from: 'embeddingTable',
      init: given.embeddingTable ?? 'normal',
      shape: [this.vocabSize, this.embeddingSize],
      dtype: float32,
      name: 'embedding_table',
    });
    if (this.paddingIdx !== null) this.embeddingTable.setAt(this.paddingIdx, 0);
  }

  construct(ids: Tensor): Tensor {
    const { embeddingTable, vocabSize, embeddingSize } = this;
    const flat = reshape(ids, [ids.size]);
    const rows = this.useOneHot
      ? matmul(oneHot(flat, vocabSize, new TensorClass(1, this.dtype), new TensorClass(0, this.dtype)), embeddingTable)
      : gather(embeddingTable, flat, 0);
    return reshape(rows, [...ids.shape, embeddingSize]);
  }

  override get $savedKeys(): Readonly<Record<string, string>> {
    return { embeddingTable: 'embedding_table' };
  }

  override extendRepr(): string {
    const { vocabSize, embeddingSize, useOneHot, embeddingTable, dtype, paddingIdx } = this;
    return (
      `vocab_size=${vocabSize}, embedding_size=${embeddingSize}, use_one_hot=${str(useOneHot)}, ` +
      `embedding_table=${str(embeddingTable)}, dtype=${str(dtype)}, padding_idx=${str(paddingIdx)}`
    );
  }
}
