// The libraries to compare with, in versions that were read and measured; installed below .cache for this command alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const VERSIONS = {
  '@jax-js/jax': '0.1.25',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-core': '4.22.0',
  'onnxruntime-node': '1.30.0',
};

const folder = fileURLToPath(new URL('../../.cache/peers/', import.meta.url));
const manifest = JSON.stringify({ private: true, type: 'module', dependencies: VERSIONS }, null, 2);

/** Installs the libraries unless they are there; false where that is not possible. */
export function installPeers(): boolean {
  const file = `${folder}package.json`;
  const stamp = `${folder}installed`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, manifest);
  console.error('installing the libraries to compare with into .cache/peers (about 800 MB) ...');
  const { status } = spawnSync('npm install --no-audit --no-fund', {
    cwd: folder,
    // The CPU build is in the package; without this its script asks for the GPU's.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdio: ['ignore', 2, 2],
    shell: true,
  });
  if (status === 0) writeFileSync(stamp, manifest);
  return status === 0;
}

/** The file of a library's module. */
export const moduleOf = (name: keyof typeof VERSIONS): string =>
  resolveEsm(name) ?? createRequire(`${folder}package.json`).resolve(name);

/** A library as a module, typed by what the caller uses of it. */
export async function library<T>(name: keyof typeof VERSIONS): Promise<T> {
  return (await import(pathToFileURL(moduleOf(name)).href)) as T;
}

function resolveEsm(name: string): string | undefined {
  const base = `${folder}node_modules/${name}/`;
  const { exports } = JSON.parse(readFileSync(`${base}package.json`, 'utf8')) as {
    exports?: { '.'?: { import?: string | { default?: string } } };
  };
  const entry = exports?.['.']?.import;
  const path = typeof entry === 'string' ? entry : entry?.default;
  return path === undefined ? undefined : base + path;
}
