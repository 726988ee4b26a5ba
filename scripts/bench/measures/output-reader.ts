// The other process of the throughput benchmark: reads one output at a time, as fast as it can, and counts. The dispatched
// and the bare outputs are read by the same process, so that only the way in between differs.
import { spawn as spawnPty } from 'node-pty';
import { VERSION } from '../../../src/cli/version.ts';
import { connectControl } from '../../../src/control/client/client.ts';
import { start, watchOver } from '../harness/processes.ts';
import { openRunner } from '../harness/runner.ts';
import type { Answer, Reading, Request } from './output-reader-client.ts';

const SIZE = { cols: 120, rows: 40 };

process.on('message', (request: Request) => {
  read(request).then(
    (reading) => send({ reading }),
    (error: Error) => send({ error: error.stack ?? error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

const send = (answer: Answer): void => void process.send?.(answer);

function read(request: Request): Promise<Reading> {
  if (request.kind === 'run') return readRun(request);
  if (request.kind === 'bare-pty') return readPty(request);
  if (request.kind === 'program') return readProgram(request);
  return readProgram({ program: 'bash', args: ['-c', request.command] });
}

async function readRun({ socket, command, tty, on }: Extract<Request, { kind: 'run' }>): Promise<Reading> {
  const runner = await openRunner(await connectControl({ path: socket, client: 'bench', version: VERSION }));
  const { bytes, skipped, lastByte } = await runner.run({
    command,
    ...(tty ? { tty: SIZE } : {}),
    ...(on === undefined ? {} : { on }),
  });
  runner.close();
  return { bytes, skipped, ms: lastByte ?? 0 };
}

/** node-pty may tell of the end before the last bytes: counts until all are there. */
function readPty({ command, expected }: Extract<Request, { kind: 'bare-pty' }>): Promise<Reading> {
  const startedAt = performance.now();
  const pty = spawnPty('bash', ['-c', command], {
    ...SIZE,
    env: process.env as Record<string, string>,
    encoding: null,
  });
  const forget = watchOver(pty.pid);
  let bytes = 0;
  return new Promise((resolve) => {
    pty.onData((data) => {
      bytes += data.length;
      if (bytes < expected) return;
      resolve({ bytes, skipped: 0, ms: performance.now() - startedAt });
    });
    pty.onExit(forget);
  });
}

async function readProgram({ program, args }: Omit<Extract<Request, { kind: 'program' }>, 'kind'>): Promise<Reading> {
  const startedAt = performance.now();
  const child = start(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  let ms = 0;
  child.stdout?.on('data', (data: Buffer) => {
    bytes += data.length;
    ms = performance.now() - startedAt;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { bytes, skipped: 0, ms };
}
