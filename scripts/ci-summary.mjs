// Usage: ci-summary.mjs <vitest report> [failed step...]. Names the failed steps, then counts the tests on the last line.
import { existsSync, readFileSync } from 'node:fs';

const [report, ...failedSteps] = process.argv.slice(2);
const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
// A file that does not load has no tests to count, but has failed.
const unloaded = result?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
for (const file of unloaded ?? []) console.log(`did not load: ${file.name}`);
for (const step of failedSteps) console.log(`failed: ${step}`);

const passed = result?.numPassedTests ?? 0;
const failed = result ? result.numFailedTests + unloaded.length : 1;
const skipped = result ? result.numPendingTests + result.numTodoTests : 0;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || failedSteps.length > 0 || passed === 0 ? 1 : 0;
