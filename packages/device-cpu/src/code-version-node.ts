import { node } from './builtins-node.ts';

/** The files that hold the code of `ir`, `compiler` and this package: one a module, or the bundle's (for Node in parts). */
function codeFiles(): string[] {
  const { path } = node;
  const own = node.url.fileURLToPath(import.meta.url);
  const here = path.dirname(own);
  if (path.basename(path.dirname(here)) !== 'device-cpu') {
    const parts = path.basename(own) === 'index-node.js' ? ['compiler-node.cjs', 'math-node.cjs'] : ['sporelet.js'];
    return [own, ...parts.map((name) => path.join(here, name))];
  }
  return ['ir', 'compiler', 'device-cpu'].flatMap((name) => {
    const folder = path.join(here, '..', '..', name, path.basename(here));
    const files = node.fs.readdirSync(folder).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
    return files.sort().map((file) => path.join(folder, file));
  });
}

/**
 * Tells apart whatever makes plans: a hash of the code and the engine. Undefined when that cannot be told: a file is
 * not there, or has changed since the process started and so may not be what is running.
 */
export function codeVersion(): string | undefined {
  try {
    const hash = node.crypto.createHash('sha256').update(process.version);
    for (const file of codeFiles()) {
      if (node.fs.statSync(file).ctimeMs > performance.timeOrigin) return undefined;
      const data = node.fs.readFileSync(file);
      hash.update(`${node.path.basename(file)} ${data.length} `).update(data);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
