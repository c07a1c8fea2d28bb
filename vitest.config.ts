import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    // Tests run on one thread unless they ask for more.
    env: { SPORELET_THREADS: '1' },
    reporters: ['default', ['json', { outputFile: '.cache/vitest.json' }]],
  },
});
