// The checks that need no test run, in the order from quick and common to slow and rare.
import { checkBoundaries } from './boundaries.ts';
import { PROJECT, runTool } from './run.ts';
import { checkSources } from './source-rules.ts';
import type { Step } from './steps.ts';

export const CHECKS: readonly Step[] = [
  { name: 'format and lint', run: () => runTool('biome', ['check', '--error-on-warnings', '--colors=off']) },
  { name: 'types', run: () => runTool('tsc', ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json']) },
  { name: 'boundaries', run: () => checkBoundaries(PROJECT) },
  { name: 'source rules', run: () => checkSources(PROJECT) },
  { name: 'docs/KEYS.md', run: () => runTool('node', ['scripts/keys.ts', '--check']) },
  { name: 'dead code', run: () => runTool('knip', ['--no-progress']) },
];
