// The moment in which a run is offered and nobody knows whether it was taken: the device that was asked stands still just then.
// Whatever happens next, the run is executed at most once, and both sides come to the same end.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Run } from '../../../src/core/runs.ts';
import type { SubmitParams } from '../../../src/protocol/api.ts';
import { gone } from '../../helpers/processes.ts';
import { ended, eventsAt, type PeerHome, pairHomes, peerStage, runBecomes, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

interface Scene {
  readonly near: PeerHome;
  readonly far: PeerHome;
  readonly run: Run;
  /** A line for each time that the command was executed. */
  readonly executed: string;
  /** The process of the far peer, which is stopped. */
  readonly pid: number;
}

/** A run that near has offered to far, which stands still. */
async function offered(params: Partial<Pick<SubmitParams, 'expiresInMs'>> = {}): Promise<Scene> {
  const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, near, { allow: ['run', 'approve'] });
  const executed = join(far.work, 'executed');
  const pid = await far.peerPid();
  process.kill(pid, 'SIGSTOP');
  const { id } = await submit(near, `echo once >> ${executed}`, { on: ['far'], ...params });
  const run = await runBecomes(near, id, 'offered', ({ offeredAt }) => offeredAt !== undefined);
  expect(run.acceptedAt).toBeUndefined();
  return { near, far, run, executed, pid };
}

/** Ends the far peer as it stands, with whatever it has not read, and starts it anew. */
async function restartFar({ far, pid }: Scene): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  await far.begin();
}

const isExpired = ({ run: { expiresAt } }: Scene): Promise<true> =>
  until('expiry', () => expiresAt !== undefined && Date.now() > expiresAt && true);

async function expectNever({ near, far, run, executed }: Scene, reason: 'user' | 'expired'): Promise<void> {
  for (const home of [near, far])
    expect(await ended(home, run.id, 60_000)).toMatchObject({ status: 'cancelled', reason });
  expect(existsSync(executed)).toBe(false);
  const ends = (await eventsAt(near)).filter(({ type }) => type === 'run.cancelled');
  expect(ends).toMatchObject([{ device: ends[0]?.device, stream: run.id, data: { reason } }]);
}

test('its time runs out between offer and answer: the device that was asked says that it is too late', async () => {
  const scene = await offered({ expiresInMs: 1000 });
  await isExpired(scene);
  // It may have been taken: only the other one can say that it was not.
  expect((await (await scene.near.ask()).call('run.get', { run: scene.run.id })).run.status).toBe('queued');
  await restartFar(scene);
  await expectNever(scene, 'expired');
}, 120_000);

test('it is cancelled after its time ran out, and before anybody answered', async () => {
  const scene = await offered({ expiresInMs: 1000 });
  await isExpired(scene);
  const { near, run } = scene;
  const asked = (await near.ask()).call('cancel', { run: run.id });
  await runBecomes(near, run.id, 'to be cancelled', ({ cancelRequested }) => cancelRequested === true);
  await restartFar(scene);
  await asked;
  await expectNever(scene, 'user');
}, 120_000);

test('its origin is killed between offer and answer: it is executed once, and the origin is told of its end', async () => {
  const scene = await offered();
  const { near, far, run, executed, pid } = scene;
  await near.killPeer();
  process.kill(pid, 'SIGCONT');
  await near.begin();
  for (const home of [near, far])
    expect(await ended(home, run.id, 60_000)).toMatchObject({ status: 'completed', exitCode: 0 });
  expect(readFileSync(executed, 'utf8')).toBe('once\n');
  const events = (await eventsAt(near)).filter(({ stream }) => stream === run.id);
  for (const type of ['run.received', 'run.started', 'run.completed'])
    expect(
      events.filter((event) => event.type === type),
      type,
    ).toHaveLength(1);
}, 120_000);
