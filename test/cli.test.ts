import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function sporelet(...args: readonly string[]) {
  const cli = 'packages/sporelet/src/cli-node.ts';
  return spawnSync(process.execPath, ['--import', 'tsx', cli, ...args], { cwd: root, encoding: 'utf8' });
}

it('doctor tells what the machine offers', () => {
  const { status, stdout } = sporelet('doctor');
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`Node.js +${process.version}`));
  for (const line of ['threads', 'WebAssembly', 'programs run as', 'C compiler']) expect(stdout).toContain(line);
});

it('explain shows a program after each pass, and passes its exit code on', () => {
  const folder = mkdtempSync(join(root, 'test/explain-'));
  try {
    const file = join(folder, 'program.ts');
    writeFileSync(
      file,
      "import { Tensor, jit } from 'sporelet';\njit((x: Tensor) => x.mul(2).add(1))(new Tensor([1, 2]));\nprocess.exitCode = 3;\n",
    );
    const { status, stderr } = sporelet('explain', file);
    expect(status).toBe(3);
    for (const text of ['-- as recorded', 'Mul Add', '((in0[i0] * 2) + 1)', '2 operations to 1 kernels']) expect(stderr).toContain(text); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says how it is used, and that a file does not exist', () => {
  expect(sporelet('explain', 'no-such-file.ts')).toMatchObject({ status: 2 });
  expect(sporelet('frobnicate').stderr).toContain('sporelet explain FILE');
});
