/** What the page tells the worker. */
export type ToWorker =
  /** The first message; `device` names one instead of the best there is. */
  | { readonly kind: 'start'; readonly device: string | null }
  | { readonly kind: 'train'; readonly steps: number }
  | { readonly kind: 'stop' }
  /** An image as MNIST has them: 28 rows of 28 values, 0 (background) to 1. */
  | { readonly kind: 'recognise'; readonly pixels: Float32Array }
  /** Asks for an image of the test set. */
  | { readonly kind: 'sample' };

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: 'device'; readonly device: string; readonly threads: number; readonly noGpu: string | null }
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'state'; readonly state: State }
  /** The losses of the steps since the last such message, and the speed of the training so far. */
  | { readonly kind: 'steps'; readonly losses: readonly number[]; readonly perSecond: number }
  /** The share of the test images that is recognised. */
  | { readonly kind: 'accuracy'; readonly accuracy: number }
  | { readonly kind: 'probabilities'; readonly values: readonly number[] }
  /** The bytes of an image, 28 rows of 28. */
  | { readonly kind: 'sample'; readonly pixels: Uint8Array; readonly label: number }
  | { readonly kind: 'failed'; readonly message: string };

export type State = 'loading' | 'training' | 'testing' | 'idle';
