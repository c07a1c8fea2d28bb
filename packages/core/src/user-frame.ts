/** One spelling of a file: modules are named by URLs, what was required by paths. */
const plain = (file: string): string =>
  (file.startsWith('file://') ? decodeURI(file.slice('file://'.length)) : file)
    .replaceAll('\\', '/')
    .replace(/^(?=[A-Za-z]:\/)/, '/');

/** The folder that holds all packages of the framework, when each lies in a folder of its own. */
const packages = /^(.*\/)[^/]+\/(?:src|dist)\/[^/]*$/.exec(plain(import.meta.url))?.[1];

/** Where a stack frame is: `at f (file:///a/b.ts:1:2)`. */
const place = /(?:\(|at (?:async )?|@)((?:file:\/\/)?(?:\/|[A-Za-z]:|https?:)[^()\s]*:\d+:\d+)\)?$/;

function isOwn(file: string): boolean {
  if (file.includes('/node_modules/@sporelet/')) return true;
  if (!packages || !file.startsWith(packages)) return false;
  return /^[^/]+\/(?:src|dist)\//.test(file.slice(packages.length));
}

/** The line of the program, outside of the framework, that is being run: `file:line:column`; empty if there is none. */
export function userFrame(): string {
  const limits = Error as { stackTraceLimit?: number };
  const before = limits.stackTraceLimit;
  limits.stackTraceLimit = 100;
  const lines = new Error().stack?.split('\n') ?? [];
  if (before !== undefined) limits.stackTraceLimit = before;
  for (const line of lines) {
    const found = place.exec(line.trim())?.[1];
    if (found && !isOwn(plain(found))) return found.replace(/^file:\/\//, '');
  }
  return '';
}
