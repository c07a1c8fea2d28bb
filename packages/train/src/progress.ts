/** Where a progress bar is written. */
export interface ProgressOutput {
  write(text: string): unknown;
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line of the terminal. Default 80. */
  readonly columns?: number | undefined;
}

/** What a progress line shows; everything that is not given is left out. */
export interface ProgressState {
  readonly label?: string | undefined;
  readonly step: number;
  readonly total?: number | undefined;
  readonly loss?: number | undefined;
  /** A fraction between 0 and 1. */
  readonly accuracy?: number | undefined;
  readonly samplesPerSecond?: number | undefined;
  /** Seconds still to go. */
  readonly eta?: number | undefined;
  /** Seconds since the start; shown in place of the time to go. */
  readonly elapsed?: number | undefined;
}

/** A number as briefly as it can be read: `0.1234`, `12.35`, `3.2e-05`, `nan`, `inf`. */
export function formatMetric(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2).replace(/e([+-])(\d)$/, 'e$10$2');
  return value.toFixed(size < 10 ? 4 : 2);
}

/** Seconds as `0:07`, `12:05`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-:--';
  const all = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A whole number with separators: `45,123`. */
function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The block with so many of eight parts filled from the left. */
const block = (eighths: number): string => (eighths === 0 ? ' ' : String.fromCharCode(0x2590 - eighths));

function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const full = Math.floor(eighths / 8);
  return block(8).repeat(full) + (full < width ? block(eighths % 8) + ' '.repeat(width - full - 1) : '');
}

/** Parts of the line, each with its rank: the highest ranks leave first when there is no room. */
function parts(state: ProgressState): { text: string; rank: number }[] {
  const { step, total, loss, accuracy, samplesPerSecond, eta, elapsed } = state;
  const out = [
    { text: total === undefined ? `${step}` : `${String(step).padStart(String(total).length)}/${total}`, rank: 0 },
  ];
  if (total !== undefined) out.push({ text: `${Math.floor((100 * step) / Math.max(1, total))}%`.padStart(4), rank: 5 });
  if (loss !== undefined) out.push({ text: `loss ${formatMetric(loss)}`, rank: 1 });
  if (accuracy !== undefined)
    out.push({ text: `acc ${Number.isFinite(accuracy) ? `${(100 * accuracy).toFixed(2)}%` : 'nan'}`, rank: 2 });
  if (samplesPerSecond !== undefined && Number.isFinite(samplesPerSecond)) {
    out.push({ text: `${grouped(samplesPerSecond)} samples/s`, rank: 4 });
  }
  if (elapsed !== undefined) out.push({ text: formatDuration(elapsed), rank: 3 });
  else if (eta !== undefined) out.push({ text: `eta ${formatDuration(eta)}`, rank: 3 });
  return out;
}

/** Printable text on one line: control characters would break the drawing. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');

/**
 * The line of a progress bar in at most `width` characters. Where room is short, first the bar shrinks, then the
 * percentage, the speed, the time, the bar, the accuracy, the loss and the label go.
 */
export function renderProgress(state: ProgressState, width: number): string {
  const label = oneLine(state.label ?? '');
  const all = parts(state);
  const line = (max: number, withLabel: boolean, barWidth: number) =>
    [
      ...(withLabel && label !== '' ? [label] : []),
      ...(barWidth > 0 ? [`|${bar(state.step / Math.max(1, state.total ?? 1), barWidth)}|`] : []),
      ...all.filter((part) => part.rank <= max).map((part) => part.text),
    ].join('  ');
  const length = (text: string) => [...text].length;
  const withBar = state.total === undefined ? [] : [5, 4, 3, 2];
  for (const max of withBar) {
    const room = width - length(line(max, true, 0)) - 4;
    if (room >= 8) return line(max, true, Math.min(30, room));
  }
  for (const max of withBar.length > 0 ? [2, 1, 0] : [5, 4, 3, 2, 1, 0]) {
    const whole = line(max, true, 0);
    if (length(whole) <= width) return whole;
  }
  return [...line(0, false, 0)].slice(0, Math.max(0, width)).join('');
}

/** The line that stands in a log, where nothing can be drawn over. */
export function renderProgressLine(state: ProgressState): string {
  const label = oneLine(state.label ?? '');
  return [...(label === '' ? [] : [label]), ...parts(state).map((part) => part.text)].join('  ');
}

export interface ProgressOptions {
  readonly label?: string | undefined;
  /** Steps in all, if known. */
  readonly total?: number | undefined;
  /** Seconds between two lines where the output is no terminal. Default 5. */
  readonly every?: number | undefined;
  /** Milliseconds, from any origin. Default performance.now. */
  readonly now?: (() => number) | undefined;
}

/** What one update reports. */
export interface ProgressUpdate {
  readonly loss?: number | undefined;
  /** A fraction between 0 and 1. */
  readonly accuracy?: number | undefined;
  /** Samples of the steps since the last update. */
  readonly samples?: number | undefined;
}

const redrawSeconds = 0.08;
/** Seconds of which the shown speed is roughly the mean. */
const speedSeconds = 3;

/** A progress bar: one line drawn over on a terminal, a line every few seconds elsewhere. */
export class ProgressBar {
  private readonly output: ProgressOutput;
  private readonly options: ProgressOptions;
  private readonly now: () => number;
  private readonly start: number;
  private step = 0;
  private last: ProgressUpdate = {};
  private samples = 0;
  private drawn: number;
  private measured: { time: number; step: number; samples: number };
  private speed: { steps: number; samples: number } | undefined;
  private ended = false;

  constructor(output: ProgressOutput, options: ProgressOptions = {}) {
    this.output = output;
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    this.start = this.now();
    this.drawn = output.isTTY ? -Infinity : this.start;
    this.measured = { time: this.start, step: 0, samples: 0 };
  }

  /** Reports that `step` steps (default: one more) are done. */
  update(report: ProgressUpdate = {}, step = this.step + 1): void {
    this.step = step;
    this.samples += report.samples ?? 0;
    this.last = { loss: report.loss ?? this.last.loss, accuracy: report.accuracy ?? this.last.accuracy };
    const now = this.now();
    const seconds = (now - this.drawn) / 1000;
    if (seconds < (this.output.isTTY ? redrawSeconds : (this.options.every ?? 5))) return;
    this.measure(now);
    this.draw(this.state());
    this.drawn = now;
  }

  /** Draws the last line, with the time taken and the mean speed, and ends it. Later calls do nothing. */
  done(report: ProgressUpdate = {}): void {
    if (this.ended) return;
    this.ended = true;
    const elapsed = (this.now() - this.start) / 1000;
    const { loss = this.last.loss, accuracy = this.last.accuracy } = report;
    const samplesPerSecond = this.samples > 0 && elapsed > 0 ? this.samples / elapsed : undefined;
    this.draw({ ...this.options, step: this.step, loss, accuracy, samplesPerSecond, elapsed });
    if (this.output.isTTY) this.output.write('\n');
  }

  private measure(now: number): void {
    const seconds = (now - this.measured.time) / 1000;
    if (seconds < 0.05) return;
    const steps = (this.step - this.measured.step) / seconds;
    const samples = (this.samples - this.measured.samples) / seconds;
    const keep = this.speed ? Math.exp(-seconds / speedSeconds) : 0;
    this.speed = {
      steps: keep * (this.speed?.steps ?? 0) + (1 - keep) * steps,
      samples: keep * (this.speed?.samples ?? 0) + (1 - keep) * samples,
    };
    this.measured = { time: now, step: this.step, samples: this.samples };
  }

  private state(): ProgressState {
    const { total, label } = this.options;
    const { speed } = this;
    const eta = total !== undefined && speed && speed.steps > 0 ? (total - this.step) / speed.steps : undefined;
    const samplesPerSecond = speed && speed.samples > 0 ? speed.samples : undefined;
    return { label, total, step: this.step, ...this.last, samplesPerSecond, eta };
  }

  private draw(state: ProgressState): void {
    if (!this.output.isTTY) {
      this.output.write(`${renderProgressLine(state)}\n`);
      return;
    }
    // One column stays free: some terminals wrap when the last one is filled.
    const line = renderProgress(state, (this.output.columns || 80) - 1);
    this.output.write(`\r${line}\x1b[K`);
  }
}
