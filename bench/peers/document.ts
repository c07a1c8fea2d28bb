import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const MARK = '\n<!-- What follows is written by npm run bench:gpu. -->\n\n';

/** Writes one part of docs/benchmarks.md and keeps the other, which another command writes. */
export function writePart(part: 'peers' | 'gpu', text: string): void {
  const [peers = '', gpu = ''] = existsSync(file) ? readFileSync(file, 'utf8').split(MARK) : [];
  const parts = part === 'peers' ? [text, gpu] : [peers, text];
  writeFileSync(file, parts.filter(Boolean).join(MARK));
}
