// From a submission over an open connection to the first byte of the command's output, with and without a terminal, beside
// starting the same shell with the same command ourselves and waiting for its first byte.
import { spawn as spawnPty } from 'node-pty';
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { start, watchOver } from '../harness/processes.ts';
import { openRunner, type Runner, type RunTimes } from '../harness/runner.ts';
import type { Summary } from '../harness/statistics.ts';

const LIMIT_MS = 15;
const COMMAND = 'echo x';
const SIZE = { cols: 80, rows: 24 };

export const submitToFirstByte: Benchmark = {
  name: 'submit-to-first-byte',
  async run(context) {
    const home = await context.emptyHome();
    const peer = await home.startPeer();
    try {
      const runner = await openRunner(await home.connect());
      const measures = await measure(context, runner, home.env);
      runner.close();
      return measures;
    } finally {
      await peer.stop();
      home.remove();
    }
  },
};

async function measure(context: BenchContext, runner: Runner, env: NodeJS.ProcessEnv): Promise<Measure[]> {
  const times = await alternate(
    {
      barePipe: () => barePipe(env),
      pipe: async () => firstByte(await runner.run({ command: COMMAND })),
      bareTty: () => bareTty(env),
      tty: async () => firstByte(await runner.run({ command: COMMAND, tty: SIZE })),
    },
    context.rounds(100),
  );
  return [
    row('pipes', times.pipe, { name: 'child_process', ...times.barePipe }),
    row('terminal', times.tty, { name: 'node-pty', ...times.bareTty }),
  ];
}

function row(how: string, ours: Summary, yardstick: Summary & { name: string }): Measure {
  const above = ours.median - yardstick.median;
  return {
    name: `submit to first byte of "${COMMAND}", ${how}`,
    unit: 'ms',
    ours,
    yardstick,
    tail: true,
    target: below(above, LIMIT_MS, `< ${LIMIT_MS} ms above it`),
    note: `${above.toFixed(1)} ms above the bare start`,
  };
}

function firstByte({ firstByte: time, run }: RunTimes): number {
  if (time === undefined) throw new Error(`run ${run.id} printed nothing`);
  return time;
}

async function barePipe(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = start('bash', ['-c', COMMAND], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.stdout?.once('data', () => resolve(performance.now() - startedAt));
  child.once('close', () => reject(new Error('the bare command printed nothing')));
  const took = await promise;
  if (child.exitCode === null) await new Promise((done) => child.once('close', done));
  return took;
}

async function bareTty(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const pty = spawnPty('bash', ['-c', COMMAND], { ...SIZE, env: env as Record<string, string>, encoding: null });
  const forget = watchOver(pty.pid);
  const first = new Promise<number>((resolve) => pty.onData(() => resolve(performance.now() - startedAt)));
  await new Promise<void>((resolve) => pty.onExit(() => resolve()));
  forget();
  return first;
}
