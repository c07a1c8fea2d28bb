// Builds every package into packages/*/dist and packs it as npm would get it. Then publint reads the tarballs, and a consumer
// outside the workspace type-checks and imports every entry point of the unpacked packages, with nothing but the DOM library.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { bundleNode } from './bundle-node.mjs';
import { bundleFront } from './bundle.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const run = (command, stdio = 'inherit') => {
  const { status } = spawnSync(command, { stdio, shell: true });
  if (status !== 0) process.exit(1);
};
const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
const out = '.cache/packed';

rmSync(out, { recursive: true, force: true });
for (const name of readdirSync('packages')) rmSync(`packages/${name}/dist`, { recursive: true, force: true });
run('tsc -b packages/sporelet');
const bundled = { Node: await bundleNode(), 'bundlers and browsers': await bundleFront() };
run(`npx -y ${packageManager} --filter "./packages/*" -r pack --pack-destination ${out}`, [
  'ignore',
  'ignore',
  'inherit',
]);

let problems = 0;
const entries = [];
const tarballs = readdirSync(out).filter((file) => file.endsWith('.tgz'));
for (const file of tarballs) {
  const tarball = join(out, file);
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
  });
  for (const message of messages) console.error(`${pkg.name}: ${message.type}: ${formatMessage(message, pkg)}`);
  problems += messages.length;
  const unpacked = join(out, 'node_modules', pkg.name);
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
  entries.push(...Object.keys(pkg.exports).map((key) => pkg.name + key.slice(1)));
}
if (problems > 0) process.exit(1);

writeFileSync(join(out, 'consumer.mts'), entries.map((entry) => `import '${entry}';\n`).join(''));
run(`tsc --ignoreConfig --strict --target es2022 --module nodenext --lib es2022,dom ${out}/consumer.mts`);
run(`node ${out}/consumer.mjs`);
for (const [reader, files] of Object.entries(bundled)) {
  const kilobytes = Math.round(files.reduce((sum, part) => sum + part.code.length, 0) / 1000);
  console.log(`The front package for ${reader}: ${files.length} files, ${kilobytes} KB.`);
}
console.log(`${tarballs.length} packages built and packed; ${entries.length} entry points type-check and import.`);
