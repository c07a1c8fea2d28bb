import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { softwareGpu } from './scripts/software-gpu.mjs';

// Libraries are looked for along the paths that a process begins with: the forked workers take them from here.
const gpu = softwareGpu(join(import.meta.dirname, '.cache'));
Object.assign(process.env, gpu.env);

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    // Tests run on one thread and as WebAssembly unless they ask for more, and keep native code beside the project.
    env: { SPORELET_THREADS: '1', SPORELET_TIER: 'wasm', SPORELET_CACHE: join(import.meta.dirname, '.cache/native') },
    reporters: ['default', ['json', { outputFile: '.cache/vitest.json' }]],
  },
});
