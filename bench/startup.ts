// The packed build, as npm would install it: built here, so that what is measured is what is there.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startup } from './peers/startup.ts';

const build = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [build], { stdio: ['ignore', 'ignore', 2] });
if (status !== 0) process.exit(1);
for (const line of startup((peer) => peer === 'node' || peer.startsWith('sporelet'))) {
  const { peer, unit, best, median, error } = line;
  console.log(JSON.stringify({ workload: `startup-${peer}`, unit, best, median, node: process.version, error }));
}
