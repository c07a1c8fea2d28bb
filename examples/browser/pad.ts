import type { Grey } from './digit.ts';
import { SIDE } from './digit.ts';

/** A stroke is as wide, for the whole pad, as MNIST's are. */
const STROKE = 0.08;

/** Lets one draw on a canvas with mouse, pen and fingers. The ink is what is opaque. */
export class Pad {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;

  /** `drawn` is called after every stroke. */
  constructor(canvas: HTMLCanvasElement, drawn: () => void) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { willReadFrequently: true })!;
    Object.assign(this.context, { lineCap: 'round', lineJoin: 'round', lineWidth: STROKE * canvas.width });
    let pointer: number | undefined;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || pointer !== undefined) return;
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      this.context.beginPath();
      this.lineTo(event);
      // A tap leaves a dot.
      this.lineTo(event);
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerId !== pointer) return;
      for (const step of event.getCoalescedEvents?.() ?? [event]) this.lineTo(step);
    });
    const up = (event: PointerEvent) => {
      if (event.pointerId !== pointer) return;
      pointer = undefined;
      drawn();
    };
    canvas.addEventListener('pointerup', up);
    canvas.addEventListener('pointercancel', up);
  }

  private lineTo(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const y = ((event.clientY - box.top) / box.height) * this.canvas.height;
    this.context.lineTo(x, y);
    this.context.stroke();
  }

  clear(): void {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Shows an image of MNIST's size, enlarged. */
  async show(pixels: Uint8Array): Promise<void> {
    const image = new ImageData(SIDE, SIDE);
    pixels.forEach((ink, i) => (image.data[4 * i + 3] = ink));
    const bitmap = await createImageBitmap(image);
    this.clear();
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(bitmap, 0, 0, this.canvas.width, this.canvas.height);
  }

  ink(): Grey {
    const { width, height } = this.canvas;
    const { data } = this.context.getImageData(0, 0, width, height);
    return { data: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]!), width, height };
  }
}
