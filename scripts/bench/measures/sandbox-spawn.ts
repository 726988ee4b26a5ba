// What the sandbox adds to starting a command: the same `true` by the same executor, confined and not, on pipes and in a terminal.
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessLevel } from '../../../src/core/access.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { Executor } from '../../../src/engine/executor-ports.ts';
import { openSandbox } from '../../../src/routes/desktop/sandbox/open-sandbox.ts';
import { createShellExecutor } from '../../../src/routes/desktop/shell-executor.ts';
import { alternate } from '../harness/alternate.ts';
import { atMost, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { executionContext } from '../harness/execution-context.ts';
import { environment } from '../harness/processes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const LIMIT_MS = 10;
const ROUNDS = 100;

export const sandboxSpawn: Benchmark = {
  name: 'sandbox-spawn',
  async run(context) {
    const folder = makeTemporaryFolder('sandbox');
    const home = join(realpathSync(folder.path), 'home');
    const artifacts = join(realpathSync(folder.path), 'artifacts');
    for (const path of [home, artifacts]) mkdirSync(path);
    try {
      const sandbox = await openSandbox({ home, own: [] });
      if (sandbox.kind === 'none') {
        const report = sandbox.report();
        context.say(
          `sandbox-spawn: left out, as there is no sandbox${report.kind === 'none' ? `: ${report.detail}` : ''}`,
        );
        return [];
      }
      const executor = createShellExecutor({
        device: 'bench' as DeviceId,
        home,
        slots: 1,
        sandbox,
        folders: () => [home],
        limits: { processes: 4096 },
        baseEnv: environment(),
        sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
      });
      const time = timer(executor, artifacts);
      return [
        ...(await compare(context, 'on pipes', time, {})),
        ...(await compare(context, 'in a terminal', time, { tty: { cols: 80, rows: 24 } })),
      ];
    } finally {
      folder.remove();
    }
  },
};

type Timer = (access: AccessLevel, how: Partial<ShellAction>) => Promise<number>;

async function compare(
  context: BenchContext,
  where: string,
  time: Timer,
  how: Partial<ShellAction>,
): Promise<Measure[]> {
  const times = await alternate(
    {
      free: () => time('full-access', how),
      readOnly: () => time('read-only', how),
      writable: () => time('workspace-write', how),
    },
    context.rounds(ROUNDS),
  );
  const yardstick = { name: 'with full access', ...times.free };
  return (
    [
      ['read-only', times.readOnly],
      ['workspace-write', times.writable],
    ] as const
  ).map(([level, ours]) => ({
    name: `true, ${level}, ${where}`,
    unit: 'ms',
    ours,
    yardstick,
    target: atMost(ours.median - times.free.median, LIMIT_MS, `≤ ${LIMIT_MS} ms more`),
  }));
}

/** From the checked plan to the known end. */
function timer(executor: Executor, artifactsDir: string): Timer {
  let runs = 0;
  return async (access, how) => {
    runs += 1;
    const run = `bench-${runs}` as RunId;
    const action: ShellAction = { kind: 'shell', command: 'true', access, ...how };
    const prepared = await executor.prepare(run, action, access);
    if (!prepared.ok) throw new Error(prepared.reason);
    const startedAt = performance.now();
    const outcome = await executor.execute(action, prepared.plan, executionContext(run, artifactsDir));
    if (outcome.kind !== 'exit' || outcome.exitCode !== 0) throw new Error(`true ended as ${JSON.stringify(outcome)}`);
    return performance.now() - startedAt;
  };
}
