// `npm test`: the checks and every test. It builds what is stale, installs missing system packages where it may, and
// ends with one line, `N passed, N failed`, in which a check that failed counts as a failure. In CI (CI=true) a
// skipped test fails the run.
//
// Usage: node scripts/test.ts [--long] [vitest arguments: files and filters, which leave the checks out]
import { CHECKS } from './lib/checks.ts';
import { runSteps } from './lib/steps.ts';
import { runTests } from './lib/test-run.ts';
import { summarize } from './lib/vitest.ts';

const long = process.argv.includes('--long');
const args = process.argv.slice(2).filter((arg) => arg !== '--long');

const failedChecks = args.length === 0 ? await runSteps(CHECKS, { stopAtFirst: false }) : [];
const tests = await runTests(args, { long });
const result = { ...tests, failed: tests.failed + failedChecks.length };

const skippedInCi = process.env.CI === 'true' && result.skipped > 0;
if (failedChecks.length > 0) console.log(`\nFailed checks: ${failedChecks.join(', ')}`);
if (skippedInCi) console.log('\nTests were skipped, which fails a CI run');
if (result.failed > 0 || result.passed === 0 || skippedInCi) process.exitCode = 1;
console.log(`\n${summarize(result)}`);
