import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Samples } from './sample.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The samples of every family: each other file of this folder exports `samples`. */
export const allSamples: Samples = Object.assign(
  {},
  ...(await Promise.all(
    readdirSync(folder)
      .filter((f) => f.endsWith('.ts') && f !== 'index.ts' && f !== 'sample.ts')
      .map(async (f) => ((await import(`./${f.slice(0, -3)}.ts`)) as { samples: Samples }).samples),
  )),
) as Samples;
