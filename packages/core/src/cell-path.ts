let resolver: (() => string) | null = null;
/** The cell whose operations a backward walk is differentiating. */
let walked = '';

/** Lets the package that knows cells say which one is running: `Net.fc1`. */
export function setPathResolver(resolve: () => string): void {
  resolver = resolve;
}

/** The cell that is running, or whose gradient is being computed; empty outside of cells. */
export function currentPath(): string {
  return walked || (resolver?.() ?? '');
}

/** Runs a part of a backward walk in the name of the cell where its operation was recorded. */
export function walkingIn<R>(path: string, body: () => R): R {
  const outer = walked;
  walked = path;
  try {
    return body();
  } finally {
    walked = outer;
  }
}

const placed = new WeakSet<object>();

/** Adds to an error, once, in which cell it was raised. */
export function withPath(error: unknown): unknown {
  if (!(error instanceof Error) || placed.has(error)) return error;
  placed.add(error);
  const path = currentPath();
  if (path) error.message += ` (in ${path})`;
  return error;
}
