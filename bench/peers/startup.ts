// Whole processes: import, add two 2×2, print, exit. sporelet is the packed build, as npm would install it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lineOf } from './measure.ts';
import type { Line } from './measure.ts';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

const OWN =
  "import { Tensor } from 'sporelet';\nconsole.log(new Tensor([[1, 2], [3, 4]]).add(new Tensor([[5, 6], [7, 8]])).tolist().flat().join());";

/** Folder to run in (its node_modules hold the library) and the program, by peer. */
const PROGRAMS: Readonly<Record<string, readonly [folder: string, text: string]>> = {
  node: ['packed', 'console.log([1, 2, 3, 4].map((x, i) => x + [5, 6, 7, 8][i]).join());'],
  sporelet: ['packed', OWN],
  'sporelet-cached': ['packed', OWN],
  jaxjs: [
    'peers',
    "import { numpy as np, init, defaultDevice } from '@jax-js/jax';\nawait init('wasm');\ndefaultDevice('wasm');\nconsole.log((await np.array([[1, 2], [3, 4]]).add(np.array([[5, 6], [7, 8]])).data()).join());",
  ],
  ...Object.fromEntries(
    ['cpu', 'wasm'].map((backend) => [
      `tfjs-${backend}`,
      [
        'peers',
        `import * as tf from '@tensorflow/tfjs-core';\nimport '@tensorflow/tfjs-backend-${backend}';\nawait tf.setBackend('${backend}');\nawait tf.ready();\nconsole.log(tf.add(tf.tensor([[1, 2], [3, 4]]), tf.tensor([[5, 6], [7, 8]])).dataSync().join());`,
      ] as const,
    ]),
  ),
};

/** Times the programs of the wanted peers in turn, so that a noisy moment hits all alike; the first round is not counted. */
const env = (peer: string) =>
  // What a program gets that turns Node's cache of compiled code on.
  peer === 'sporelet-cached' ? { ...process.env, NODE_COMPILE_CACHE: `${cache}compile-cache` } : process.env;

export function startup(wanted: (peer: string) => boolean, rounds = 16): Line[] {
  const peers = Object.keys(PROGRAMS).filter(
    (peer) => wanted(peer) && existsSync(`${cache}${PROGRAMS[peer]![0]}/node_modules`),
  );
  for (const peer of peers) {
    const [folder, text] = PROGRAMS[peer]!;
    mkdirSync(`${cache}${folder}`, { recursive: true });
    writeFileSync(`${cache}${folder}/startup-${peer}.mjs`, text);
  }
  const times = new Map<string, number[]>(peers.map((peer) => [peer, []]));
  const errors = new Map<string, string>();
  let checks: ReadonlyMap<string, readonly number[]> = new Map();
  for (let round = 0; round <= rounds; round++) {
    checks = new Map(
      peers.map((peer) => {
        const begin = performance.now();
        const cwd = `${cache}${PROGRAMS[peer]![0]}`;
        const { status, stdout, stderr } = spawnSync(process.execPath, [`startup-${peer}.mjs`], { cwd, env: env(peer), encoding: 'utf8' }); // prettier-ignore
        if (round > 0) times.get(peer)!.push(performance.now() - begin);
        if (status !== 0) errors.set(peer, stderr.slice(0, 300));
        return [peer, stdout.trim().split('\n').at(-1)!.split(',').map(Number)];
      }),
    );
  }
  return peers.map((peer) => {
    const error = errors.get(peer);
    if (error !== undefined) return { peer, workload: 'startup', error };
    return lineOf(peer, 'startup', { times: times.get(peer)!, check: checks.get(peer)! });
  });
}
