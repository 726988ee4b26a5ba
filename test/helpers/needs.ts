// Skips, loudly listed by the test command, what cannot be tested without a program of the system. Only for programs
// in scripts/system-packages.ts, which the test command installs where it can.
import { describe } from 'vitest';
import { missingPackages } from '../../scripts/lib/packages.ts';
import { TEST_PACKAGES, type TestTool } from '../../scripts/system-packages.ts';

/** `needs('tmux')('inside tmux', () => …)`: a describe that is skipped where one of the tools is missing. */
export function needs(...tools: TestTool[]): ReturnType<typeof describe.skipIf> {
  return describe.skipIf(tools.some((tool) => missingTools().has(tool)));
}

// DISPATCH_MISSING comes from the test command; a bare `npx vitest` looks for itself.
function missingTools(): Set<string> {
  const told = process.env.DISPATCH_MISSING;
  if (told !== undefined) return new Set(told.split(','));
  return new Set(missingPackages(TEST_PACKAGES).map((item) => item.tool));
}
