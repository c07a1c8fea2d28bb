// A GPU in software, so that the GPU's tests run everywhere: SwiftShader, which the dev dependency @sparticuz/chromium brings
// along, unpacked into .cache. Only Linux on x64 has it; elsewhere the machine's own driver is used, if there is one.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The files of a tar archive: name and bytes. */
function* filesOf(tar) {
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = parseInt(text(124, 12), 8);
    if (text(156, 1) === '0' || text(156, 1) === '') yield [text(0, 100), tar.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** Gives a folder that is complete its name, unless another process was faster. */
export function moveInto(fresh, folder) {
  try {
    renameSync(fresh, folder);
  } catch (e) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(folder)) throw e;
  }
}

/** Environment variables under which Vulkan finds the software driver; `reason` when there is none. */
export function softwareGpu(cache) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'no software GPU for this platform' };
  try {
    const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin/swiftshader.tar.br'); // prettier-ignore
    const archive = readFileSync(packed);
    const folder = join(cache, `swiftshader-${createHash('sha256').update(archive).digest('hex').slice(0, 12)}`);
    if (!existsSync(folder)) {
      const fresh = `${folder}.${process.pid}`;
      mkdirSync(fresh, { recursive: true });
      for (const [name, bytes] of filesOf(brotliDecompressSync(archive))) {
        if (!/^[\w.]+$/.test(name)) throw new Error(`an unexpected file: ${name}`);
        writeFileSync(join(fresh, name), bytes, { mode: 0o755 });
      }
      moveInto(fresh, folder);
    }
    const driver = join(folder, 'vk_swiftshader_icd.json');
    const paths = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    return { env: { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: paths } };
  } catch (e) {
    return { reason: `the software GPU could not be unpacked: ${e.message}` };
  }
}
