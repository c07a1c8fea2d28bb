// Installs what `npm run demo` (--prod) or everything else needs, when it is not there yet. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const file = (path) => new URL(path, root);
const stampFile = file('node_modules/.bootstrap.json');

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`sporelet needs Node.js 20 or newer, but this is ${process.version}.`);
  process.exit(1);
}

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
const lock = createHash('sha256')
  .update(readFileSync(file('pnpm-lock.yaml')))
  .digest('hex');
const stamp = read(stampFile);
// A developer's own `pnpm install` leaves no stamp; whatever it installed must stay.
const hasDev = stamp ? stamp.dev : existsSync(file('node_modules/vitest'));
const dev = hasDev || !process.argv.includes('--prod');

if (stamp?.lock !== lock || stamp.dev !== dev) {
  const pnpm = JSON.parse(readFileSync(file('package.json'), 'utf8')).packageManager;
  const command = `npx -y ${pnpm} install --frozen-lockfile --prod=${!dev}`;
  console.log(`> ${command}`);
  const { status } = spawnSync(command, { cwd: root, stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stampFile, JSON.stringify({ lock, dev }));
}
