import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const LIMIT = 300;

/** Kilobytes (of 1000 bytes) of the minified browser bundle of a module: plain, and as it is sent. */
async function bundled(code: string) {
  const entry = `${root}entry.ts`;
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  const text = output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
  return { plain: Math.ceil(text.length / 1000), zipped: Math.ceil(gzipSync(text, { level: 9 }).length / 1000) };
}

it(`the framework with its devices takes less than ${LIMIT} KB in a browser`, async () => {
  const everything = ['core', 'ops', 'nn', 'optim'].map((name) => `export * as ${name} from '@sporelet/${name}';`);
  const { plain, zipped } = await bundled(`import './packages/sporelet/src/setup.ts';\n${everything.join('\n')}`);
  expect(zipped, `${zipped} KB compressed, ${plain} KB minified`).toBeLessThan(LIMIT);
  // A bundle without its devices would be small too.
  expect(zipped).toBeGreaterThan(100);
});
