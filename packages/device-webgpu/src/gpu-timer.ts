import type { DeviceObserver, KernelInfo } from '@sporelet/ir';
import { COPY_DST, COPY_SRC, MAP_READ, RESOLVE } from './usage.ts';

/** Dispatches timed in one batch. */
const MOST = 128;

/** Takes the GPU's own times of dispatches, for a profile. They are told when the GPU has done them. */
export class GpuTimer {
  private readonly device: GPUDevice;
  private readonly tell: NonNullable<DeviceObserver['kernel']>;
  private readonly set: GPUQuerySet;
  private infos: KernelInfo[] = [];
  /** What turns the GPU's nanoseconds into the host's milliseconds. */
  private origin: number | null = null;

  constructor(device: GPUDevice, tell: NonNullable<DeviceObserver['kernel']>) {
    this.device = device;
    this.tell = tell;
    this.set = device.createQuerySet({ type: 'timestamp', count: 2 * MOST });
  }

  /** A pass for one dispatch. */
  pass(commands: GPUCommandEncoder, info: KernelInfo): GPUComputePassEncoder {
    const i = this.infos.push(info) - 1;
    return commands.beginComputePass({
      timestampWrites: { querySet: this.set, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
    });
  }

  get full(): boolean {
    return this.infos.length >= MOST;
  }

  /** Ends a batch; what it returns is to be called when the commands have been submitted. */
  finish(commands: GPUCommandEncoder): () => Promise<void> {
    const { infos, device } = this;
    if (!infos.length) return () => Promise.resolve();
    this.infos = [];
    const size = infos.length * 16;
    const resolved = device.createBuffer({ size, usage: RESOLVE | COPY_SRC });
    const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    commands.resolveQuerySet(this.set, 0, infos.length * 2, resolved, 0);
    commands.copyBufferToBuffer(resolved, 0, staging, 0, size);
    const asked = performance.now();
    return () =>
      staging.mapAsync(MAP_READ).then(() => {
        const times = new BigUint64Array(staging.getMappedRange());
        this.origin ??= asked - Number(times[0]!) / 1e6;
        const at = (i: number): number => this.origin! + Number(times[i]!) / 1e6;
        infos.forEach((info, i) => this.tell(info, at(2 * i), at(2 * i + 1)));
        staging.destroy();
        resolved.destroy();
      }, () => undefined); // prettier-ignore
  }
}
