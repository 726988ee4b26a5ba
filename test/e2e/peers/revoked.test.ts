// A device whose pairing is taken back: what it has running is ended, it is hung up on, and it comes in no more. Also if it was off
// at that moment, and after a restart.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processesWith } from '../../helpers/processes.ts';
import { deviceIs, ended, offline, type PeerHome, pairHomes, peerStage, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

async function paired(): Promise<{ near: PeerHome; far: PeerHome }> {
  const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
  return { near, far };
}

const denied = (home: PeerHome, name: string): Promise<unknown> =>
  deviceIs(home, name, 'denied', ({ presence }) => presence.state === 'offline' && presence.stage === 'denied');

test('revoked in mid-run: its processes end, the run says why, and it is denied from then on', async () => {
  const { near, far } = await paired();
  const started = join(far.work, 'started');
  const { id } = await submit(near, `echo started > ${started}; sleep 600`, { on: ['far'] });
  await until('the start of the command', () => existsSync(started));
  const client = await far.ask();
  const since = performance.now();
  await client.call('device.revoke', { device: 'near' });
  const took = (what: string): void =>
    void process.stdout.write(`revoked in mid-run: ${what} after ${(performance.now() - since).toFixed(0)} ms\n`);
  await denied(near, 'far');
  took('hung up');
  await until('end of its processes', () => processesWith(`DISPATCH_RUN=${id}`).length === 0);
  took('its processes gone');
  for (const home of [far, near])
    expect(await ended(home, id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
  await denied(near, 'far');
  // After a restart of the one that said no, too.
  await far.killPeer();
  await far.begin();
  await offline(near, 'far');
  await denied(near, 'far');
  const { devices } = await (await far.ask()).call('devices', {});
  expect(devices.map(({ name }) => name)).toEqual(['far']);
}, 120_000);

test('revoked in mid-run: the command that follows the run ends, with what was printed and why', async () => {
  const { near, far } = await paired();
  const command = 'echo begun; sleep 600';
  const running = near.start(['run', '--on', 'far', '--yes', '--', command], { timeoutMs: 90_000 });
  await running.printed('begun\n');
  const [{ number }] = (await near.json(['ps', '--json'])) as [{ number: number }];
  expect(await far.cli(['revoke', 'near', '--yes'])).toMatchObject({ code: 0 });
  const { code, out, err } = await running.done;
  expect({ code, out }).toEqual({ code: 126, out: 'begun\n' });
  expect(err.trimEnd().split('\n').at(-1)).toBe(`dispatch: far revoked this device: run ${number} was ended there`);
}, 120_000);

test('revoked while it was off: it is denied when it comes back, and what waited there never runs', async () => {
  const { near, far } = await paired();
  const log = join(far.work, 'executed');
  await far.killPeer();
  await offline(near, 'far');
  await submit(near, `echo once > ${log}`, { on: ['far'] });
  await near.killPeer();
  await far.begin();
  expect(await far.cli(['revoke', 'near', '--yes'])).toMatchObject({ code: 0 });
  await near.begin();
  await denied(near, 'far');
  expect(existsSync(log)).toBe(false);
}, 120_000);

test('paired anew with another ticket, it is let in again', async () => {
  const { near, far } = await paired();
  expect(await far.cli(['revoke', 'near', '--yes'])).toMatchObject({ code: 0 });
  await denied(near, 'far');
  await pairHomes(far, near, { allow: ['run', 'approve'] });
  const done = join(far.work, 'done');
  const { id } = await submit(near, `echo > ${done}`, { on: ['far'] });
  expect(await ended(near, id)).toMatchObject({ status: 'completed' });
  expect(existsSync(done)).toBe(true);
  writeFileSync(done, '');
}, 120_000);
