/** The bytes of an IDX file: element type, shape, and the elements as they lie in the file. */
export function idx(
  type: number,
  shape: readonly number[],
  body: readonly number[] | Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + body.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((n, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, n));
  bytes.set(body, 4 + 4 * shape.length);
  return bytes;
}

/** Image `i` of `n` of a small set that can be told apart: `height` x `width` pixels. */
export const imagePixels = (i: number, height: number, width: number): Uint8Array =>
  Uint8Array.from({ length: height * width }, (_, p) => (i * 7 + p * 3) % 256);

/** The two files of a set of `n` images; the label of image `i` is `i % 10`. */
export function imageSet(n: number, height = 28, width = 28): readonly [images: Uint8Array, labels: Uint8Array] {
  const pixels = new Uint8Array(n * height * width);
  for (let i = 0; i < n; i++) pixels.set(imagePixels(i, height, width), i * height * width);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
  return [idx(8, [n, height, width], pixels), idx(8, [n], labels)];
}
