// An artifact of a run on another device, through everything: real peers, real TCP, the command line and the URL. A peer that is
// killed in the middle of fetching it goes on where it was.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { deviceIs, ended, online, type PeerHome, pairHomes, peerStage, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();
const MIB = 1024 * 1024;

interface Scene {
  readonly near: PeerHome;
  readonly far: PeerHome;
  readonly artifact: PublishedArtifact;
}

/** A run on far has left so many random bytes. */
async function leftBehind(mebibytes: number): Promise<Scene> {
  const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, near, { allow: ['run', 'approve'] });
  const command = `dd if=/dev/urandom of="$DISPATCH_ARTIFACTS/noise.bin" bs=1M count=${mebibytes} status=none`;
  const { id } = await submit(near, command, { on: ['far'] });
  expect(await ended(near, id, 60_000)).toMatchObject({ status: 'completed' });
  const { artifacts } = await (await near.ask()).call('run.get', { run: id });
  const [artifact] = artifacts;
  if (artifact === undefined) throw new Error('the run left nothing');
  expect(artifact).toMatchObject({ name: 'noise.bin', sizeBytes: mebibytes * MIB });
  return { near, far, artifact };
}

const finals = ({ paths }: PeerHome): string[] => globSync('[0-9a-f][0-9a-f]/*', { cwd: paths.blobs });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('comes by its URL and by "get", and stays when its device goes', async () => {
  const { near, far, artifact } = await leftBehind(5);
  const answer = await fetch(artifact.downloadUrl);
  expect(answer.status).toBe(200);
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(artifact.sha256);
  await far.killPeer();
  await deviceIs(near, 'far', 'away', ({ presence }) => presence.state === 'offline');
  expect(await near.cli(['get', artifact.id, '-o', 'noise'])).toMatchObject({ code: 0 });
  expect(sha256(readFileSync(join(near.work, 'noise')))).toBe(artifact.sha256);
});

test('is on a device that is away: the URL and "get" say which', async () => {
  const { near, far, artifact } = await leftBehind(1);
  await far.killPeer();
  await deviceIs(near, 'far', 'away', ({ presence }) => presence.state === 'offline');
  const answer = await fetch(artifact.downloadUrl);
  expect([answer.status, await answer.text()]).toEqual([
    503,
    expect.stringContaining('"noise.bin" is on far, which is offline'),
  ]);
  const { code, err } = await near.cli(['get', artifact.id]);
  expect([code, err]).toEqual([125, expect.stringContaining('noise.bin is on far, which is offline since')]);
  expect(existsSync(join(near.work, 'noise.bin'))).toBe(false);
});

test('a peer that is killed while it fetches leaves no half artifact, and goes on where it was', async () => {
  const { near, artifact } = await leftBehind(200);
  const partial = join(near.paths.blobs, 'partial', artifact.sha256);
  const fetching = (await near.client()).call('artifact.fetch', { artifact: artifact.id });
  fetching.catch(() => {}); // its peer is killed
  await until('a part of the artifact', () => existsSync(partial) && statSync(partial).size > 10 * MIB);
  await near.killPeer();
  const reached = statSync(partial).size;
  expect(finals(near)).toEqual([]);
  expect(reached).toBeLessThan(200 * MIB);

  await near.begin();
  await online(near, 'far');
  const client = await near.client();
  const told: number[] = [];
  client.on('fetch', ({ bytes }) => told.push(bytes));
  await client.call('artifact.fetch', { artifact: artifact.id });
  expect(told[0]).toBe(reached);
  expect(told.at(-1)).toBe(200 * MIB);
  expect(existsSync(partial)).toBe(false);
  expect(finals(near)).toEqual([`${artifact.sha256.slice(0, 2)}/${artifact.sha256.slice(2)}`]);
  expect(sha256(readFileSync(join(near.paths.blobs, finals(near)[0] as string)))).toBe(artifact.sha256);
}, 120_000);
