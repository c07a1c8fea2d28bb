import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { moveInto } from '../scripts/software-gpu.mjs';

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const archives = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');

/** Unpacks the package into our cache: by itself it would use the system's folder for temporary files, for ever. */
async function unpack(): Promise<string> {
  const folder = join(cache, 'chromium-153.0.0');
  if (existsSync(folder)) return folder;
  const partial = mkdtempSync(`${folder}-`);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = partial;
  const names = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];
  const unpacked = names.map((name) => inflate(join(archives, name)));
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  await Promise.all(unpacked);
  const fonts = join(partial, 'fonts/fonts.conf');
  writeFileSync(fonts, readFileSync(fonts, 'utf8').replace('/tmp/fonts<', `${folder}/fonts<`));
  moveInto(partial, folder);
  return folder;
}

/** Chromium without a window. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const folder = await unpack();
  const launch = (env: NodeJS.ProcessEnv) =>
    chromium.launch({
      executablePath: join(folder, 'chromium'),
      args: ['--disable-background-networking', ...args],
      env,
    });
  try {
    return await launch(process.env);
  } catch {
    // A machine without the libraries and fonts that Chromium needs: the package brings them.
    const libraries = [join(folder, 'al2023/lib'), process.env['LD_LIBRARY_PATH'] ?? []].flat().join(':');
    return launch({ ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') });
  }
}
