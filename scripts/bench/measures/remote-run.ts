// A run on another device that does nothing, as a whole process beside a fresh ssh and bare Node; in a running client beside a ssh
// that finds its connection open; and what the way to the other device adds until the first byte.
import { alternate } from '../harness/alternate.ts';
import { atMost, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../harness/openssh.ts';
import { FAR, type PairedHomes, pairedHomes } from '../harness/paired-homes.ts';
import { LAUNCHER, timeToEnd } from '../harness/processes.ts';
import { openRunner, type Runner } from '../harness/runner.ts';
import type { Summary } from '../harness/statistics.ts';

const RUN_TRUE = [LAUNCHER, 'run', '--on', FAR, '--', 'true'];
const ABOVE_NODE_MS = 25;
const ADDED_MS = { median: 3, p99: 10 };
const ECHO = 'echo x';

export const remoteRun: Benchmark = {
  name: 'remote-run',
  async run(context) {
    if (!hasOpenSsh()) {
      context.say('remote-run: there is no OpenSSH server to compare with (openssh-server): left out');
      return [];
    }
    const ssh = await startOpenSsh();
    const homes = await pairedHomes(context).catch(async (error: unknown) => {
      await ssh.close();
      throw error;
    });
    const runner = await openRunner(await homes.near.connect());
    try {
      return [...(await wholeProcess(context, homes, ssh)), ...(await runningClient(context, runner, ssh))];
    } finally {
      runner.close();
      await homes.close();
      await ssh.close();
    }
  },
};

async function wholeProcess(context: BenchContext, { near }: PairedHomes, ssh: OpenSsh): Promise<Measure[]> {
  const times = await alternate(
    {
      node: () => timeToEnd(process.execPath, ['-e', '0'], near.env),
      run: () => timeToEnd(process.execPath, RUN_TRUE, near.env),
      ssh: () => timeToEnd('ssh', [...ssh.fresh, 'true'], ssh.env),
    },
    context.rounds(25),
  );
  const name = 'dispatch run --on far -- true, whole process';
  const above = times.run.median - times.node.median;
  return [
    {
      name,
      unit: 'ms',
      ours: times.run,
      yardstick: { name: 'ssh far true', ...times.ssh },
      target: atMost(times.run.median / times.ssh.median, 0.5, '≤ 0.5 × ssh'),
    },
    {
      name,
      unit: 'ms',
      ours: times.run,
      yardstick: { name: 'node -e 0', ...times.node },
      target: atMost(above, ABOVE_NODE_MS, `≤ node + ${ABOVE_NODE_MS} ms`),
      note: `${above.toFixed(1)} ms above bare Node`,
    },
  ];
}

async function runningClient(context: BenchContext, runner: Runner, ssh: OpenSsh): Promise<Measure[]> {
  const times = await alternate(
    {
      shared: () => timeToEnd('ssh', [...ssh.shared, 'true'], ssh.env),
      run: async () => (await runner.run({ command: 'true', on: FAR })).final,
      local: async () => firstByte(await runner.run({ command: ECHO })),
      remote: async () => firstByte(await runner.run({ command: ECHO, on: FAR })),
    },
    context.rounds(100),
  );
  const toExit: Measure = {
    name: 'submit to exit of "true" on far, in a running client',
    unit: 'ms',
    ours: times.run,
    yardstick: { name: 'ssh far true, ControlMaster', ...times.shared },
    tail: true,
    target: atMost(times.run.median / times.shared.median, 1, '≤ 1.0 × ssh'),
  };
  return [toExit, ...toFirstByte(times.remote, times.local)];
}

function toFirstByte(remote: Summary, local: Summary): Measure[] {
  return (['median', 'p99'] as const).map((which) => {
    const added = remote[which] - local[which];
    return {
      name: `submit to first byte of "${ECHO}" on far, ${which}`,
      unit: 'ms',
      ours: remote,
      yardstick: { name: 'the same run here', ...local },
      tail: true,
      target: atMost(added, ADDED_MS[which], `adds ≤ ${ADDED_MS[which]} ms at the ${which}`),
      note: `adds ${added.toFixed(1)} ms (${local[which].toFixed(1)} → ${remote[which].toFixed(1)} ms)`,
    };
  });
}

function firstByte({ firstByte: time, run }: Awaited<ReturnType<Runner['run']>>): number {
  if (time === undefined) throw new Error(`run ${run.id} printed nothing`);
  return time;
}
