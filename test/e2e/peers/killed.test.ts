// A peer that is killed, or stands still, in the middle of a run that it has for another or has given to another: the run ends once,
// with all that it printed, and the command is never executed again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processesWith } from '../../helpers/processes.ts';
import {
  deviceIs,
  ended,
  eventsAt,
  online,
  outputOf,
  type PeerHome,
  pairHomes,
  peerStage,
  runBecomes,
  submit,
} from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

interface Scene {
  readonly near: PeerHome;
  readonly far: PeerHome;
  readonly run: string;
  /** A line for each time that the command was executed. */
  readonly started: string;
  /** Lets the command come to its end. */
  finish(): void;
}

/** A run on far that has begun and goes on until it is told. */
async function midRun(): Promise<Scene> {
  const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
  const [started, enough] = [join(far.work, 'started'), join(far.work, 'enough')];
  const command = `echo started >> ${started}; echo first; until [ -e ${enough} ]; do sleep 0.02; done; echo last`;
  const { id } = await submit(near, command, { on: ['far'] });
  await until('the start of the command', () => existsSync(started));
  await runBecomes(near, id, 'running', ({ startedAt }) => startedAt !== undefined);
  return { near, far, run: id, started, finish: () => writeFileSync(enough, '') };
}

/** Once, with each of its events once. */
async function ranOnce({ near, run, started }: Scene, last: string): Promise<void> {
  expect(readFileSync(started, 'utf8')).toBe('started\n');
  const events = (await eventsAt(near)).filter(({ stream }) => stream === run);
  expect(new Set(events.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(events.length);
  expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
  expect(events.filter(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type)).map(({ type }) => type)).toEqual(
    [last],
  );
}

test('the executor is killed: the run was interrupted, and is not run again', async () => {
  const scene = await midRun();
  const { near, far, run } = scene;
  await far.killPeer();
  await deviceIs(near, 'far', 'away', ({ presence }) => presence.state !== 'online');
  await far.begin();
  const final = await ended(near, run, 40_000);
  expect(final).toMatchObject({ status: 'failed', reason: 'interrupted' });
  await online(near, 'far');
  expect((await outputOf(near, run)).toString()).toBe('first\n');
  await ranOnce(scene, 'run.failed');
}, 90_000);

test('the origin is killed: the run goes on there, and what it missed is there when it is back', async () => {
  const scene = await midRun();
  const { near, far, run, finish } = scene;
  await near.killPeer();
  finish();
  await ended(far, run);
  await near.begin();
  const final = await ended(near, run, 40_000);
  expect(final).toMatchObject({ status: 'completed', exitCode: 0 });
  expect((await outputOf(near, run)).toString()).toBe('first\nlast\n');
  await ranOnce(scene, 'run.completed');
}, 90_000);

test('the executor stands still for a while: it is seen to be away, and goes on as if nothing had been', async () => {
  const scene = await midRun();
  const { near, far, run, finish } = scene;
  const pid = await far.peerPid();
  process.kill(pid, 'SIGSTOP');
  try {
    await deviceIs(near, 'far', 'away', ({ presence }) => presence.state === 'offline');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  finish();
  const final = await ended(near, run, 40_000);
  expect(final).toMatchObject({ status: 'completed', exitCode: 0 });
  expect((await outputOf(near, run)).toString()).toBe('first\nlast\n');
  await ranOnce(scene, 'run.completed');
}, 90_000);

test('the origin stands still for a while: the run does not wait for it', async () => {
  const scene = await midRun();
  const { near, far, run, finish } = scene;
  const pid = await near.peerPid();
  process.kill(pid, 'SIGSTOP');
  try {
    finish();
    await ended(far, run, 30_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const final = await ended(near, run, 40_000);
  expect(final).toMatchObject({ status: 'completed', exitCode: 0 });
  expect((await outputOf(near, run)).toString()).toBe('first\nlast\n');
  await ranOnce(scene, 'run.completed');
  expect(processesWith(`DISPATCH_RUN=${run}`)).toEqual([]);
}, 90_000);
