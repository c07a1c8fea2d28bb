/** Rows of brightness or ink, of any scale. */
export interface Grey {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

export const SIDE = 28;
/** MNIST's digits fit into a square of this side. */
const FIT = 20;

/** Where ink is: the box around it and its centre of mass, in pixels. */
function extent({ data, width, height }: Grey) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  let [sum, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ink = data[y * width + x]!;
      if (ink === 0) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x + 1), Math.min(top, y), Math.max(bottom, y + 1)]; // prettier-ignore
      sum += ink;
      sumX += ink * (x + 0.5);
      sumY += ink * (y + 0.5);
    }
  }
  return sum === 0
    ? undefined
    : { left, top, size: Math.max(right - left, bottom - top), x: sumX / sum, y: sumY / sum };
}

/** The mean over a square at (x, y); it ends inside pixels, and outside the image there is no ink. */
function mean({ data, width, height }: Grey, x: number, y: number, side: number): number {
  let sum = 0;
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, y + side); row++) {
    const tall = Math.min(row + 1, y + side) - Math.max(row, y);
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(width, x + side); column++) {
      const wide = Math.min(column + 1, x + side) - Math.max(column, x);
      sum += tall * wide * data[row * width + column]!;
    }
  }
  return sum / (side * side);
}

/**
 * A drawing as MNIST's images were made: scaled to fit into 20 x 20 pixels, then put into 28 x 28 with its centre of
 * mass in the middle. Undefined where nothing is drawn.
 */
export function toMnist(drawing: Grey): Float32Array | undefined {
  const found = extent(drawing);
  if (!found) return undefined;
  const side = found.size / FIT;
  // Whole pixels beside the box, and the centre in that of pixel 14: so MNIST's images, enlarged, come back as they were.
  const beside = (middle: number) => Math.round(SIDE / 2 + 0.5 - middle / side) * side;
  const left = found.left - beside(found.x - found.left);
  const top = found.top - beside(found.y - found.top);
  const pixels = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    return mean(drawing, left + column * side, top + row * side, side);
  });
  const most = Math.max(...pixels);
  return pixels.map((value) => value / most);
}
