// Everything that has to be there before a test runs (a fresh bundle, system packages), then the tests.
import { spawnSync } from 'node:child_process';
import { TEST_PACKAGES } from '../system-packages.ts';
import { describeMissing, ensurePackages } from './packages.ts';
import { PROJECT } from './run.ts';
import { runVitest, type Tally } from './vitest.ts';

/** Prepares the machine and runs the tests that `args` name, or all of them. */
export async function runTests(args: readonly string[], options: { long: boolean }): Promise<Tally> {
  const missing = ensurePackages(TEST_PACKAGES);
  if (!buildIfStale()) return { passed: 0, failed: 1, skipped: 0 };
  if (missing.length > 0) console.log(describeMissing(missing));
  const result = await runVitest(args, {
    DISPATCH_MISSING: missing.map((item) => item.tool).join(','),
    DISPATCH_TEST_LONG: options.long ? '1' : '0',
  });
  if (missing.length > 0) console.log(describeMissing(missing));
  return result;
}

// In a process of its own, as `npm start` does it: a test of the launcher starts what people start.
function buildIfStale(): boolean {
  const args = ['scripts/build.js', '--if-stale'];
  return spawnSync(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
