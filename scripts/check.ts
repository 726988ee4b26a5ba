// `npm run check`: format, lint, types, boundaries, dead code, then the tests. It stops at the first step that fails.
//
// Usage: node scripts/check.ts [--no-tests]
import { CHECKS } from './lib/checks.ts';
import { runSteps } from './lib/steps.ts';
import { runTests } from './lib/test-run.ts';
import { summarize } from './lib/vitest.ts';

const failed = await runSteps(CHECKS, { stopAtFirst: true });
if (failed.length > 0) {
  process.exitCode = 1;
} else if (!process.argv.includes('--no-tests')) {
  const result = await runTests([], { long: false });
  console.log(`\n${summarize(result)}`);
  if (result.failed > 0) process.exitCode = 1;
}
