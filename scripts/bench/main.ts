// Runs the benchmarks, prints their table and writes their results as JSON. Each measures side by side with a yardstick.
//
// Usage: node scripts/bench/main.ts [--only NAME]… [--json FILE] [--quick] [--write] [--entries N] [--seeded DIR]
//   --only NAME    one benchmark, or all whose names begin so (remote); may be given several times
//   --quick        fewer rounds and a shorter thread: to see that it works, not to compare
//   --json FILE    where the results go (default: a file in the folder for temporary files)
//   --write        puts table and machine into docs/PERFORMANCE.md, and the results into docs/performance.json
//   --entries N    length of the long thread (default 1000000)
//   --seeded DIR   a home with the long thread that is kept, and made if it is not there: seeding takes minutes
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, isStale } from '../build.js';
import { describeMissing, ensurePackages } from '../lib/packages.ts';
import { BENCH_PACKAGES } from '../system-packages.ts';
import type { BenchContext, Benchmark } from './harness/benchmark.ts';
import { type Home, makeHome } from './harness/home.ts';
import { describeMachine, machineLine } from './harness/machine.ts';
import { type BenchmarkResult, merge, place, type Report, table } from './harness/report.ts';
import { browserStep } from './measures/browser-step.ts';
import { dashboardCost } from './measures/dashboard-cost.ts';
import { download } from './measures/download.ts';
import { embeddedCode } from './measures/embedded-code.ts';
import { embeddedKnowledge } from './measures/embedded-knowledge.ts';
import { firstPaint } from './measures/first-paint.ts';
import { firstToken } from './measures/first-token.ts';
import { idle } from './measures/idle.ts';
import { keyToFrame } from './measures/key-to-frame.ts';
import { keyToFrameBusy } from './measures/key-to-frame-busy.ts';
import { logAppends } from './measures/log-appends.ts';
import { open } from './measures/open.ts';
import { outputThroughput } from './measures/output-throughput.ts';
import { policy } from './measures/policy.ts';
import { remoteArtifact } from './measures/remote-artifact.ts';
import { remoteConnect } from './measures/remote-connect.ts';
import { remoteIdle } from './measures/remote-idle.ts';
import { remoteOutput } from './measures/remote-output.ts';
import { remoteRun } from './measures/remote-run.ts';
import { route } from './measures/route.ts';
import { runTrue } from './measures/run-true.ts';
import { sandboxSpawn } from './measures/sandbox-spawn.ts';
import { search } from './measures/search.ts';
import { submitToFirstByte } from './measures/submit-to-first-byte.ts';
import { transfers } from './measures/transfers.ts';

const BENCHMARKS: readonly Benchmark[] = [
  firstPaint,
  keyToFrame,
  keyToFrameBusy,
  dashboardCost,
  runTrue,
  sandboxSpawn,
  submitToFirstByte,
  outputThroughput,
  logAppends,
  idle,
  open,
  policy,
  route,
  search,
  download,
  remoteConnect,
  remoteRun,
  remoteOutput,
  remoteArtifact,
  transfers,
  browserStep,
  remoteIdle,
  firstToken,
  embeddedKnowledge,
  embeddedCode,
];
const NAMES = BENCHMARKS.map(({ name }) => name);
const DOCUMENT = fileURLToPath(new URL('../../docs/PERFORMANCE.md', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../docs/performance.json', import.meta.url));
const QUICK_ENTRIES = 20_000;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    entries: { type: 'string' },
    seeded: { type: 'string' },
  },
});

const entries = Number(options.entries ?? (options.quick ? QUICK_ENTRIES : 1_000_000));
const isMeant = (name: string): boolean =>
  options.only.length === 0 || options.only.some((only) => name === only || name.startsWith(`${only}-`));
const unknown = options.only.find((only) => !NAMES.some((name) => name === only || name.startsWith(`${only}-`)));
if (unknown !== undefined) fail(`there is no benchmark "${unknown}": there are ${NAMES.join(', ')}`);
if (!Number.isSafeInteger(entries) || entries < 1) fail('--entries must be a whole number above 0');
if (options.write && options.quick) fail('--quick is not for comparing, so it is not for --write');
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

if (isStale()) await build();
const missing = ensurePackages(BENCH_PACKAGES);
if (missing.length > 0) console.error(describeMissing(missing));
const chosen = BENCHMARKS.filter(({ name }) => isMeant(name));
const report: Report = { machine: describeMachine(), results: await runAll(chosen) };
console.log(`${table(report)}\n\n${machineLine(report.machine)}`);
const file = options.json ?? join(tmpdir(), 'dispatch-bench.json');
writeFileSync(file, json(report));
console.error(`results: ${file}`);
if (options.write) writeDocument(report);
process.exit(0);

async function runAll(benchmarks: readonly Benchmark[]): Promise<BenchmarkResult[]> {
  let long: Promise<Home> | undefined;
  const say = (line: string): void => console.error(line);
  const keptIn = options.seeded === undefined ? {} : { keptIn: resolve(options.seeded) };
  const context: BenchContext = {
    emptyHome: (config) => makeHome({ entries: 0, say, ...(config === undefined ? {} : { config }) }),
    longHome: () => (long ??= makeHome({ entries, say, ...keptIn })),
    rounds: (counted) => (options.quick ? { warmUp: 1, counted: Math.min(counted, 3) } : { warmUp: 2, counted }),
    say,
  };
  const results: BenchmarkResult[] = [];
  try {
    for (const benchmark of benchmarks) {
      const started = performance.now();
      const load = loadavg()[0] ?? 0;
      const measures = await benchmark.run(context);
      say(`${benchmark.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
      results.push({ name: benchmark.name, at: new Date().toISOString(), load, measures });
    }
  } finally {
    (await long)?.remove();
  }
  return results;
}

function writeDocument(newer: Report): void {
  const older = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Report) : undefined;
  const merged = merge(older, newer, NAMES);
  writeFileSync(RESULTS, json(merged));
  writeFileSync(DOCUMENT, place(readFileSync(DOCUMENT, 'utf8'), merged));
}

function json(value: Report): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function fail(why: string): never {
  console.error(`bench: ${why}`);
  process.exit(2);
}
