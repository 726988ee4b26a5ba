import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// The long tests (crash rounds, a million entries) run only where they are asked for: npm run test:long.
const long = process.env.DISPATCH_TEST_LONG === '1';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: long ? ['node_modules/**'] : ['test/long/**', 'node_modules/**'],
    testTimeout: long ? 600_000 : 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Two at a time even on two cores: most tests wait for processes, terminals and disks.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Real terminals, processes and disks on a machine that others share: there each test has a second try. Locally none has,
    // so that an unsteady test is seen.
    retry: process.env.CI === 'true' ? 1 : 0,
  },
});
