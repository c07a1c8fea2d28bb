/** The elements of a tensor as the printers read them. Only the elements that appear in the text are read. */
export interface ArrayView {
  readonly shape: readonly number[];
  /** MindSpore's dtype name: 'Float32', 'Float16', 'BFloat16', 'Float64', 'Int8'..'Int64', 'UInt8'..'UInt64', 'Bool'. */
  readonly dtype: string;
  /**
   * The element at a flat row-major index: a number that the dtype can hold exactly, a bigint for Int64 and UInt64,
   * a boolean for Bool.
   */
  get(i: number): number | bigint | boolean;
}
