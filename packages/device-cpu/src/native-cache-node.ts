import { node } from './builtins-node.ts';

/** Nobody else could have changed it; `what` is a folder or a file. Undefined, or why it is not trusted. */
function distrust(path: string, what: 'folder' | 'file'): string | undefined {
  const stat = node.fs.lstatSync(path);
  if (what === 'folder' ? !stat.isDirectory() : !stat.isFile()) return `it is not a ${what}`;
  const user = process.getuid?.();
  if (user !== undefined && stat.uid !== user) return 'it belongs to another user';
  if (process.platform !== 'win32' && (stat.mode & 0o022) !== 0) return 'others can write to it';
  return undefined;
}

const sha256 = (data: Uint8Array | string): string => node.crypto.createHash('sha256').update(data).digest('hex');

/** A text with a hash of it and of its key: neither another text nor the text of another key has it. */
const sealed = (key: string, text: string): string => `${text}\n${sha256(`${key}\n${text}`)}`;

/**
 * Compiled code on disk. A library is named after its own contents, and a small file named after what it was made from
 * holds that name: whatever two processes do at once, both names lead to something whole, and what does not match its
 * name is made again. Files appear under their name by renaming.
 */
export class CodeCache {
  /** Null: nothing is kept. */
  readonly folder: string | null;

  /** @throws an error that says why the folder is not used */
  constructor(folder: string | null) {
    this.folder = folder;
    if (folder === null) return;
    try {
      node.fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new Error(`the folder ${folder} cannot be made: ${(error as Error).message} (set SPORELET_CACHE)`);
    }
    const why = distrust(folder, 'folder');
    if (why)
      throw new Error(`compiled code is not taken from the folder ${folder}: ${why} (chmod go-w, or set SPORELET_CACHE to another folder or 'off')`); // prettier-ignore
  }

  /** The text kept under a key; undefined where there is none, or a damaged one. */
  text(key: string): string | undefined {
    const kept = this.read(key)?.toString('utf8');
    const text = kept?.slice(0, -65);
    return text !== undefined && kept === sealed(key, text) ? text : undefined;
  }

  keepText(key: string, text: string): void {
    this.publish(key, Buffer.from(sealed(key, text)));
  }

  /** The path of a library of this name, whole and trusted. */
  library(name: string): string | undefined {
    const data = /^[0-9a-f]{64}$/.test(name) ? this.read(`${name}.so`) : null;
    return data && sha256(data) === name ? node.path.join(this.folder!, `${name}.so`) : undefined;
  }

  /**
   * Calls `use` with the path of each key's library; what is kept has the library's name for a name.
   * @param make - makes the libraries of the keys with these numbers in `folder`: `0.so` of the first of them, ...
   */
  libraries(
    keys: readonly string[],
    make: (folder: string, missing: readonly number[]) => void,
    use: (key: number, path: string) => void,
  ): void {
    const missing = keys.flatMap((key, i) => {
      const kept = this.find(key);
      if (kept === undefined) return [i];
      use(i, kept);
      return [];
    });
    if (!missing.length) return;
    const folder = node.fs.mkdtempSync(
      node.path.join(this.folder ?? node.os.tmpdir(), this.folder === null ? 'sporelet-' : 'new-'),
    );
    try {
      make(folder, missing);
      missing.forEach((i, file) => {
        const made = node.path.join(folder, `${file}.so`);
        node.fs.chmodSync(made, 0o700);
        use(i, this.folder === null ? made : this.keep(keys[i]!, made));
      });
    } finally {
      node.fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  private keep(key: string, made: string): string {
    const name = sha256(node.fs.readFileSync(made));
    const path = node.path.join(this.folder!, `${name}.so`);
    node.fs.renameSync(made, path);
    this.publish(key, Buffer.from(name));
    return path;
  }

  private find(key: string): string | undefined {
    return this.library(this.read(key)?.toString('latin1') ?? '');
  }

  private read(name: string): Buffer | null {
    if (this.folder === null) return null;
    const path = node.path.join(this.folder, name);
    try {
      return distrust(path, 'file') === undefined ? node.fs.readFileSync(path) : null;
    } catch {
      return null;
    }
  }

  private publish(name: string, data: Uint8Array): void {
    if (this.folder === null) return;
    const temporary = node.path.join(this.folder, `new-${node.crypto.randomBytes(8).toString('hex')}`);
    node.fs.writeFileSync(temporary, data, { mode: 0o600 });
    node.fs.renameSync(temporary, node.path.join(this.folder, name));
  }
}

/** The folder that the environment names: SPORELET_CACHE, or `sporelet` in the user's cache folder; null for `off`. */
export function cacheFolder(): string | null {
  const own = process.env['SPORELET_CACHE'];
  if (own === 'off') return null;
  if (own) return own;
  return node.path.join(process.env['XDG_CACHE_HOME'] || node.path.join(node.os.homedir(), '.cache'), 'sporelet');
}
