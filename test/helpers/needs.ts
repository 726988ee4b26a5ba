// Skips, loudly, what cannot be tested on this machine. Programs of the system are those in scripts/system-packages.ts, which the
// test command installs where it can and lists where it cannot.
import { describe } from 'vitest';
import { missingPackages } from '../../scripts/lib/packages.ts';
import { TEST_PACKAGES, type TestTool } from '../../scripts/system-packages.ts';

/** `needs('tmux')('inside tmux', () => …)`: a describe that is skipped where one of the tools is missing. */
export function needs(...tools: TestTool[]): ReturnType<typeof describe.skipIf> {
  return describe.skipIf(isMissing(...tools));
}

/** For what is set up before the tests that need it. */
export function isMissing(...tools: TestTool[]): boolean {
  return tools.some((tool) => missingTools().has(tool));
}

/** The same for what no package brings: skipped, and told on the screen, where `why` says that something is missing. */
export function unless(why: string | undefined): ReturnType<typeof describe.skipIf> {
  if (why !== undefined) {
    const frame = '!'.repeat(100);
    process.stderr.write(`${frame}\nMISSING ON THIS MACHINE. Tests that need it are SKIPPED: ${why}\n${frame}\n`);
  }
  return describe.skipIf(why !== undefined);
}

// DISPATCH_MISSING comes from the test command; a bare `npx vitest` looks for itself.
function missingTools(): Set<string> {
  const told = process.env.DISPATCH_MISSING;
  if (told !== undefined) return new Set(told.split(','));
  return new Set(missingPackages(TEST_PACKAGES).map((item) => item.tool));
}
