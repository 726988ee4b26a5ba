// Checks who imports whom with dependency-cruiser, and that it looked at every source file: with a compiler that it
// does not know, it passes happily over nothing at all.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, PROJECT, runTool } from './run.ts';

export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

export interface Findings {
  readonly violations: readonly Violation[];
  /** Source files that dependency-cruiser passed over. */
  readonly unseen: readonly string[];
  /** How many source files there are. */
  readonly sources: number;
}

/** What dependency-cruiser finds in `root`/src with this project's rules. */
export async function cruise(root: string): Promise<Findings> {
  const config = join(PROJECT, '.dependency-cruiser.js');
  const result = await runTool('depcruise', ['src', '--config', config, '--output-type', 'json'], { cwd: root });
  if (!result.stdout.startsWith('{')) throw new Error(`dependency-cruiser could not run:\n${result.output}`);
  const { modules, summary }: CruiseResult = JSON.parse(result.stdout);
  const seen = new Set(modules.map((module) => module.source));
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.d.ts'));
  return {
    violations: summary.violations.map(({ from, to, rule }) => ({ rule: rule.name, from, to })),
    unseen: sources.filter((file) => !seen.has(file)).sort(),
    sources: sources.length,
  };
}

/** Whether that is good, and in words why not. */
export function judge({ violations, unseen, sources }: Findings): Outcome {
  const lines = violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
  if (sources === 0) lines.push('there is no source file under src: nothing was checked');
  if (unseen.length > 0) {
    lines.push(`dependency-cruiser passed over ${unseen.length} of ${sources} source files: ${unseen.join(', ')}`);
  }
  return { ok: lines.length === 0, output: lines.join('\n') };
}

export async function checkBoundaries(root: string): Promise<Outcome> {
  return judge(await cruise(root));
}
