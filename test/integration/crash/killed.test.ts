// kill -9 of one process in the middle of one run: what the others see, and what the next peer makes of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { gone, isAlive } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

let home: CliHome;
beforeEach(() => {
  home = createHome();
  mkdirSync(join(home.work, 'signs'));
});
afterEach(() => home.dispose());

/** Goes on when somebody makes the file `go`, in a folder of its own: what is new in the home folder itself is not seen by what only reads. */
const UNTIL_GO = 'echo begun; until [ -e signs/go ]; do sleep 0.05; done; echo ended';
const go = (): void => writeFileSync(join(home.work, 'signs', 'go'), '');

describe('kill -9 of a client', () => {
  it('that runs something leaves the run to the peer', async () => {
    const client = home.start(['run', '--yes', '--', UNTIL_GO]);
    await client.printed('begun');
    client.kill('SIGKILL');
    await client.done;
    const waiting = home.start(['wait', '1']);
    go();
    expect(await waiting.done).toMatchObject({ code: 0 });
    expect(await home.cli(['logs', '1'])).toMatchObject({ code: 0, out: 'begun\nended\n' });
  });

  it('that follows leaves the run and the other followers alone', async () => {
    const client = home.start(['run', '--yes', '--', UNTIL_GO]);
    await client.printed('begun');
    const [logs, thread, other] = [
      ['logs', '-f', '1'],
      ['thread', '-f'],
      ['logs', '-f', '1'],
    ].map((args) => home.start(args));
    await Promise.all([logs?.printed('begun'), thread?.printed('begun'), other?.printed('begun')]);
    logs?.kill('SIGKILL');
    thread?.kill('SIGKILL');
    await Promise.all([logs?.done, thread?.done]);
    go();
    expect(await client.done).toMatchObject({ code: 0, out: 'begun\nended\n' });
    expect(await other?.done).toMatchObject({ code: 0, out: 'begun\nended\n' });
  });
});

describe('kill -9 of the peer', () => {
  it('is told by the client with what to do, and the run is interrupted with its output so far', async () => {
    const client = home.start(['run', '--yes', '--', UNTIL_GO]);
    await client.printed('begun');
    await home.killPeer();
    const { code, err } = await client.done;
    expect(code).toBe(125);
    expect(err).toBe(
      'dispatch: the peer ended before run 1 did: "dispatch show 1" starts the next one and tells what became of it\n',
    );
    const { run } = (await home.json(['show', '1', '--json'])) as { run: { id: string } };
    expect((await home.cli(['wait', '1'])).code).toBe(1);
    expect(await home.json(['show', run.id, '--json'])).toMatchObject({
      run: { status: 'failed', reason: 'interrupted', output: { bytes: 6, droppedBytes: 0 } },
      artifacts: [{ kind: 'output', sizeBytes: 6 }],
    });
    expect(await home.cli(['logs', '1'])).toMatchObject({ code: 0, out: 'begun\n' });
  });

  it('is told by who follows the output, which goes on where it was', async () => {
    const client = home.start(['run', '--yes', '--', UNTIL_GO]);
    await client.printed('begun');
    const logs = home.start(['logs', '-f', '1']);
    await logs.printed('begun');
    await home.killPeer();
    await client.done;
    await logs.printed('the peer is gone', 'err');
    await home.startPeer();
    expect(await logs.done).toMatchObject({
      code: 0,
      out: 'begun\n',
      err: expect.stringContaining('the peer is back'),
    });
  });

  it('keeps files that the run had left as artifacts', async () => {
    const client = home.start(['run', '--yes', '--', `echo kept > "$DISPATCH_ARTIFACTS/half.txt"; ${UNTIL_GO}`]);
    await client.printed('begun');
    await home.killPeer();
    await client.done;
    await home.cli(['wait', '1']);
    expect(await home.cli(['get', '1/half.txt', '-o', '-'])).toMatchObject({ code: 0, out: 'kept\n' });
  });

  it('leaves a run that waits waiting, and who follows the thread goes on with the next peer', async () => {
    const waiting = home.start(['run', '--', 'echo made > made']);
    await waiting.printed('answer with', 'err');
    const thread = home.start(['thread', '-f']);
    await thread.printed('approval pending');
    await home.killPeer();
    expect(await waiting.done).toMatchObject({ code: 125 });
    await thread.printed('the peer is gone', 'err');
    expect(await home.json(['approvals', '--json'])).toMatchObject([{ title: 'echo made > made', status: 'pending' }]);
    expect(await home.cli(['approve', '1'])).toMatchObject({ code: 0, out: 'approved: run 1\n' });
    expect((await home.cli(['wait', '1'])).code).toBe(0);
    await thread.printed('approval approved');
    await thread.printed('(completed)');
    thread.kill('SIGINT');
    expect(await thread.done).toMatchObject({ code: 0 });
  });
});

needs('setsid')('processes that outlive a killed peer', () => {
  it('are ended by the next one, however they detached', async () => {
    const client = home.start([
      'run',
      '--yes',
      // What detaches in the sandbox ends with it.
      '--access',
      'full-access',
      '--',
      'setsid nohup sleep 301 >/dev/null 2>&1 & echo "left $!"; nohup sleep 302 >/dev/null 2>&1 & echo "left $!"; sleep 303',
    ]);
    const pids = await until('two process ids', () => {
      const found = [...client.out().matchAll(/left (\d+)/g)].map((match) => Number(match[1]));
      return found.length === 2 && found;
    });
    await home.killPeer();
    await client.done;
    expect(pids.filter(isAlive)).toEqual(pids);
    expect((await home.cli(['wait', '1'])).code).toBe(1);
    await Promise.all(pids.map(gone));
    const { run } = (await home.json(['show', '1', '--json'])) as {
      run: { receipt: { stopped: { command: string }[] } };
    };
    expect(run.receipt.stopped.map(({ command }) => command).join('\n')).toMatch(/sleep/);
  });
});
