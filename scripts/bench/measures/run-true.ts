// What a run costs that does nothing: as a whole process, from a script and in a terminal, beside starting Node; and over a
// connection that is open, beside starting the same shell ourselves.
import { spawn } from 'node-pty';
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import type { Home } from '../harness/home.ts';
import { LAUNCHER, timeToEnd, watchOver } from '../harness/processes.ts';
import { openRunner } from '../harness/runner.ts';

const LIMIT_RATIO = 2.5;
const RUN_TRUE = [LAUNCHER, 'run', '--', 'true'];
const NOTHING = ['-e', '0'];

export const runTrue: Benchmark = {
  name: 'run-true',
  async run(context) {
    const home = await context.emptyHome();
    const peer = await home.startPeer();
    try {
      return [...(await wholeProcess(context, home)), ...(await openConnection(context, home))];
    } finally {
      await peer.stop();
      home.remove();
    }
  },
};

async function wholeProcess(context: BenchContext, home: Home): Promise<Measure[]> {
  const times = await alternate(
    {
      node: () => timeToEnd(process.execPath, NOTHING, home.env),
      script: () => timeToEnd(process.execPath, RUN_TRUE, home.env),
      nodeInTerminal: () => inTerminal(NOTHING, home.env),
      terminal: () => inTerminal(RUN_TRUE, home.env),
      version: () => timeToEnd(process.execPath, [LAUNCHER, 'version'], home.env),
    },
    context.rounds(25),
  );
  const row = (name: string, ours: typeof times.node, node: typeof times.node): Measure => ({
    name,
    unit: 'ms',
    ours,
    yardstick: { name: 'node -e 0', ...node },
    target: below(ours.median / node.median, LIMIT_RATIO, `< ${LIMIT_RATIO} × node`),
  });
  const { target: _none, ...version } = row('dispatch version, whole process', times.version, times.node);
  return [
    row('dispatch run -- true, whole process, from a script', times.script, times.node),
    row('dispatch run -- true, whole process, in a terminal', times.terminal, times.nodeInTerminal),
    version,
  ];
}

function inTerminal(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const pty = spawn(process.execPath, [...args], { cols: 120, rows: 40, env: env as Record<string, string> });
  const forget = watchOver(pty.pid);
  let said = '';
  pty.onData((text) => {
    said += text;
  });
  return new Promise((resolve, reject) =>
    pty.onExit(({ exitCode }) => {
      const took = performance.now() - startedAt;
      forget();
      if (exitCode === 0) resolve(took);
      else reject(new Error(`node ${args.join(' ')} ended with ${exitCode}: ${said}`));
    }),
  );
}

async function openConnection(context: BenchContext, home: Home): Promise<Measure[]> {
  const runner = await openRunner(await home.connect());
  try {
    const times = await alternate(
      {
        bare: () => timeToEnd('bash', ['-c', 'true'], home.env),
        run: async () => (await runner.run({ command: 'true' })).final,
      },
      context.rounds(100),
    );
    const yardstick = { name: "bash -c 'true'", ...times.bare };
    return [{ name: 'submit to final event, in a running client', unit: 'ms', ours: times.run, yardstick, tail: true }];
  } finally {
    runner.close();
  }
}
