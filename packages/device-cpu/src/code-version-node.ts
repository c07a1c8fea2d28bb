import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files that hold the code of `ir`, `compiler` and this package: one a module, or the chunks of the bundle. */
function codeFiles(): string[] {
  const own = fileURLToPath(import.meta.url);
  const here = dirname(own);
  if (basename(dirname(here)) !== 'device-cpu') return [own, join(here, 'chunks', 'ir.js'), join(here, 'chunks', 'core.js')]; // prettier-ignore
  return ['ir', 'compiler', 'device-cpu'].flatMap((name) => {
    const folder = join(here, '..', '..', name, basename(here));
    const files = readdirSync(folder).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
    return files.sort().map((file) => join(folder, file));
  });
}

/**
 * Tells apart whatever makes plans: a hash of the code and the engine. Undefined when that cannot be told: a file is
 * not there, or has changed since the process started and so may not be what is running.
 */
export function codeVersion(): string | undefined {
  try {
    const hash = createHash('sha256').update(process.version);
    for (const file of codeFiles()) {
      if (statSync(file).ctimeMs > performance.timeOrigin) return undefined;
      const data = readFileSync(file);
      hash.update(`${basename(file)} ${data.length} `).update(data);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
