// Two people's screens and one thread: what is said on one device is read on the other, and one task goes to all of them.
import { expect, test } from 'vitest';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

async function texts(home: PeerHome): Promise<string[]> {
  const { entries } = await (await home.ask()).call('thread.read', { limit: 100 });
  return entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []));
}

test('what is said on one device appears on the other, once, and also what was said while it was off', async () => {
  const [laptop, desktop] = (await stage.peers('laptop', 'desktop')) as [PeerHome, PeerHome];
  await (await laptop.ask()).call('say', { text: 'before they knew each other' });
  await pairHomes(laptop, desktop, { allow: ['observe'], mutual: ['observe'] });
  await (await laptop.ask()).call('say', { text: 'from the laptop' });
  await until('the first message', async () => (await texts(desktop)).includes('from the laptop'));
  await (await desktop.ask()).call('say', { text: 'from the desktop' });
  await until('the answer', async () => (await texts(laptop)).includes('from the desktop'));
  await laptop.killPeer();
  await (await desktop.ask()).call('say', { text: 'while it was off' });
  await laptop.begin();
  await until('what it missed', async () => (await texts(laptop)).includes('while it was off'), 40_000);
  const all = ['before they knew each other', 'from the laptop', 'from the desktop', 'while it was off'];
  expect(await texts(laptop)).toEqual(all);
  expect(await texts(desktop)).toEqual(all);
}, 120_000);

test('one task on all devices: a run on each, one group, one status for all', async () => {
  const [near, one, two] = (await stage.peers('near', 'one', 'two')) as [PeerHome, PeerHome, PeerHome];
  for (const far of [one, two]) await pairHomes(far, near, { allow: ['run', 'approve'] });
  const all = await near.cli(['run', '--on', '@all', '--yes', '--', 'echo hello'], { timeoutMs: 60_000 });
  expect(all).toMatchObject({ code: 0 });
  expect(all.out.match(/hello/g)).toHaveLength(3);
  const { runs } = await (await near.ask()).call('runs.list', { limit: 10 });
  expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  expect(new Set(runs.map(({ group }) => group)).size).toBe(1);
  expect(runs[0]?.group).toBeDefined();
  const devices = await Promise.all([near, one, two].map(async (home) => (await (await home.ask()).peer).id));
  expect(new Set(runs.map(({ device }) => device as string))).toEqual(new Set(devices));
  // One that fails makes the whole fail, and the others are not hidden by it.
  const some = await near.cli(['run', '--on', 'one,two', '--yes', '--', `[ "$HOME" != ${one.work} ] && echo fine`], {
    timeoutMs: 60_000,
  });
  expect(some.code).not.toBe(0);
  expect(some.out.match(/fine/g)).toHaveLength(1);
}, 120_000);
