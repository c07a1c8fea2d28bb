import { chmod, mkdir, mkdtemp, readFile as read, readdir, rm, symlink, writeFile as write } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeError, ValueError } from '@sporelet/ir';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeCheckpoint } from '../src/checkpoint-format.ts';
import { readCheckpoint } from '../src/checkpoint-reader.ts';
import { ensureDir, openFile, readFile, writeFile } from '../src/files-node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sporelet-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const text = (...parts: string[]) => parts.map((part) => new TextEncoder().encode(part));

test('writes all chunks, makes the folders, leaves no temporary file', async () => {
  const path = join(folder, 'a', 'b', 'x.bin');
  await writeFile(path, text('one ', '', 'two'));
  expect(await read(path, 'utf8')).toBe('one two');
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['x.bin']);
  expect(new TextDecoder().decode(await readFile(path))).toBe('one two');
});

test('replaces an old file, a read-only one too, as MindSpore leaves them', async () => {
  const path = join(folder, 'x.bin');
  await write(path, 'old and longer');
  await chmod(path, 0o400);
  await writeFile(path, text('new'));
  expect(await read(path, 'utf8')).toBe('new');
});

test('a failure in the middle leaves the old file and nothing else', async () => {
  const path = join(folder, 'x.bin');
  await write(path, 'old');
  async function* chunks() {
    yield* text('half');
    throw new ValueError('no more');
  }
  await expect(writeFile(path, chunks())).rejects.toThrow(new ValueError('no more'));
  expect(await read(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['x.bin']);
});

test('errors name the path and the reason', async () => {
  await mkdir(join(folder, 'dir'));
  await write(join(folder, 'file'), '');
  await expect(writeFile(join(folder, 'dir'), text('x'))).rejects.toThrow(`'${join(folder, 'dir')}' is a folder`);
  await expect(writeFile(join(folder, 'file', 'x'), text('x'))).rejects.toThrow(RuntimeError);
  await expect(ensureDir(join(folder, 'file'))).rejects.toThrow(`'${join(folder, 'file')}' is not a folder`);
  await expect(readFile(join(folder, 'none'))).rejects.toThrow(`'${join(folder, 'none')}' does not exist`);
  await expect(readFile(join(folder, 'none'))).rejects.toThrow(ValueError);
  await expect(readFile(join(folder, 'dir'))).rejects.toThrow('is no file');
  await symlink(join(folder, 'nowhere'), join(folder, 'link'));
  await expect(readFile(join(folder, 'link'))).rejects.toThrow('does not exist');
});

test('a checkpoint through a file', async () => {
  const path = join(folder, 'net.ckpt');
  const data = new Uint8Array(new Float32Array(70_000).fill(1.5).buffer);
  await writeFile(path, encodeCheckpoint([{ name: 'w', dtype: 'Float32', shape: [70_000], data }], { crc: true }));
  const source = await openFile(path);
  const seen: unknown[] = [];
  expect(await readCheckpoint(source, (entry) => seen.push(entry))).toBe('ok');
  await source.close();
  expect(seen).toEqual([{ name: 'w', dtype: 'Float32', shape: [70_000], data }]);
  await write(path, (await read(path)).subarray(0, 100_000));
  const cut = await openFile(path);
  await expect(readCheckpoint(cut, () => {})).rejects.toThrow(
    `For 'loadCheckpoint', the file '${path}' is damaged at byte 1`,
  );
  await cut.close();
});
