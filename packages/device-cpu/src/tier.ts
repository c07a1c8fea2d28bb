import { ValueError } from '@sporelet/ir';

/** `auto`: native code for whole programs where the machine has a compiler; `native`: for every kernel. */
export type TierSetting = 'auto' | 'wasm' | 'native';

/** Which code runs on the CPU, and why. */
export interface TierReport {
  readonly setting: TierSetting;
  /** What whole programs run on. */
  readonly programs: 'wasm' | 'native';
  /** What single kernels run on. */
  readonly eager: 'wasm' | 'native';
  /** Why there is no native code, where there is none. */
  readonly reason?: string;
  readonly compiler?: string;
  /** Where compiled code is kept; null: nowhere. */
  readonly cache?: string | null;
}

export function tierSetting(value: string | undefined): TierSetting {
  if (value === undefined || value === '') return 'auto';
  if (value === 'auto' || value === 'wasm' || value === 'native') return value;
  throw new ValueError(`the tier must be 'auto', 'wasm' or 'native', but got '${value}' (option or SPORELET_TIER)`);
}
