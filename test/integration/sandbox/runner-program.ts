// Opens the sandbox and carries out what it is told, one line of JSON each, under whichever account it was started.

import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { openSandbox } from '../../../src/routes/desktop/sandbox/open-sandbox.ts';
import { createShellExecutor } from '../../../src/routes/desktop/shell-executor.ts';
import { QUIET } from '../../helpers/quiet-context.ts';
import { type Answer, type Question, type RunnerSetup, runName } from './runner.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as RunnerSetup;
const sandbox = await openSandbox({ ...setup, path: '/usr/bin:/bin' });

process.stdout.write(`${JSON.stringify(sandbox.report())}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, action, network, limits } = JSON.parse(line) as Question;
  void carryOut();

  async function carryOut(): Promise<void> {
    const executor = createShellExecutor({
      device: 'test-device' as DeviceId,
      home: setup.home,
      slots: 4,
      stopGraceMs: 2_000,
      baseEnv: setup.env,
      sandbox,
      folders: () => setup.folders,
      network: network === true,
      ...(limits === undefined ? {} : { limits }),
      sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
    });
    const run = runName(process.pid, id) as RunId;
    const prepared = await executor.prepare(run, action, action.access);
    const say = (answer: Omit<Answer, 'id'>): void =>
      void process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
    if (!prepared.ok) return say({ refused: prepared.reason, text: '' });
    const pieces: Uint8Array[] = [];
    const outcome = await executor.execute(action, prepared.plan, {
      ...QUIET,
      run,
      artifactsDir: mkdtempSync(`${setup.state}/artifacts-`),
      signal: AbortSignal.timeout(20_000),
      attach: () => {},
      output: { write: (bytes) => void pieces.push(bytes), pressure: false, onDrain: () => {} },
    });
    say({ outcome, plan: prepared.plan, text: Buffer.concat(pieces).toString('utf8') });
  }
}
