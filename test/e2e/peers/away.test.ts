// A device that is off: what is meant for it waits and says so, starts when the device is back, or is given up when it has waited
// for as long as it may.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../helpers/processes.ts';
import {
  ended,
  eventsAt,
  offline,
  outputOf,
  type PeerHome,
  pairHomes,
  peerStage,
  submit,
} from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

async function withFarOff(): Promise<{ near: PeerHome; far: PeerHome }> {
  const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, near, { allow: ['run', 'approve'] });
  const pid = await far.peerPid();
  expect(await far.cli(['peer', 'stop'])).toMatchObject({ code: 0 });
  await until('end of the far peer', () => !isAlive(pid));
  await offline(near, 'far');
  return { near, far };
}

test('a run for a device that is off waits, says why, and starts on its return', async () => {
  const { near, far } = await withFarOff();
  const log = join(far.work, 'executed');
  const submitted = near.start(['run', '--on', 'far', '--yes', '--', `echo once >> ${log}; echo done`], {
    timeoutMs: 90_000,
  });
  await submitted.printed('far', 'err');
  expect(submitted.err()).toMatch(/far.*offline/);
  const shown = await near.cli(['ps']);
  expect(shown.out).toMatch(/queued/);
  expect(shown.out).toMatch(/far.*offline/);
  await far.begin();
  const { code, out } = await submitted.done;
  expect({ code, out }).toEqual({ code: 0, out: 'done\n' });
  expect(readFileSync(log, 'utf8')).toBe('once\n');
}, 120_000);

test('a run that nobody took in its time is cancelled as expired, and never starts', async () => {
  const { near, far } = await withFarOff();
  const log = join(far.work, 'executed');
  const late = await near.cli(['run', '--on', 'far', '--yes', '--expire', '2', '--', `echo once >> ${log}`], {
    timeoutMs: 60_000,
  });
  expect(late.code).toBe(126);
  expect(late.err).toMatch(/expired|in time/);
  // What comes after it does start, and the expired one has not.
  await far.begin();
  const next = await submit(near, 'echo next', { on: ['far'] });
  expect(await ended(near, next.id, 60_000)).toMatchObject({ status: 'completed' });
  expect((await outputOf(near, next.id)).toString()).toBe('next\n');
  expect(() => readFileSync(log)).toThrow('ENOENT');
  const cancelled = (await eventsAt(near)).filter(({ type }) => type === 'run.cancelled');
  expect(cancelled).toMatchObject([{ data: { reason: 'expired' } }]);
}, 120_000);
