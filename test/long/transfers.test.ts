// As much as people bring from one device to another, over a link that is cut ten times meanwhile: 1 GiB in one file, and 10,000 files.
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { newId } from '../../src/cli/ids.ts';
import { cutConnections, whyNotCut } from '../helpers/cut.ts';
import { unless } from '../helpers/needs.ts';
import { ended, online, type PeerHome, pairHomes, peerStage } from '../helpers/two-peers.ts';
import { until } from '../helpers/until.ts';

const MIB = 2 ** 20;
const CUTS = 10;
const FILES = 10_000;
const LIMIT_MS = 300_000;

const stage = peerStage();

/** Brings what lies in the home of the box to the laptop, and cuts the link whenever there is more of it. */
async function bringOverCuts(laptop: PeerHome, box: PeerHome, howMuch: (part: string) => number): Promise<string> {
  const client = await laptop.ask();
  const target = join(laptop.work, 'it');
  const { runs } = await client.call('transfer', {
    id: newId(),
    task: 'copy it',
    from: { device: 'box', path: join(box.work, 'it') },
    to: { device: 'local', path: target },
    approve: true,
  });
  const [receive] = runs;
  const part = join(laptop.work, `.it.dispatch-${receive?.id}.part`);
  let reached = 0;
  for (let cuts = 0; cuts < CUTS; cuts++) {
    await online(laptop, 'box');
    reached = await until('more of it', () => {
      if (existsSync(target)) throw new Error(`it was there after ${cuts} cuts`);
      const now = existsSync(part) ? howMuch(part) : 0;
      return now > reached && now;
    });
    await until('a connection to cut', () => cutConnections(laptop.port, box.port) > 0);
  }
  for (const { id } of runs) expect(await ended(laptop, id, LIMIT_MS)).toMatchObject({ status: 'completed' });
  expect(readdirSync(laptop.work).filter((name) => name.endsWith('.part'))).toEqual([]);
  return target;
}

async function begin(): Promise<[PeerHome, PeerHome]> {
  const [laptop, box] = (await stage.peers('laptop', 'box')) as [PeerHome, PeerHome];
  await pairHomes(box, laptop, { allow: ['run', 'approve'] });
  return [laptop, box];
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

unless(await whyNotCut())('over a link that is cut ten times', () => {
  test('1 GiB comes as it was sent', { timeout: LIMIT_MS }, async () => {
    const [laptop, box] = await begin();
    const file = openSync(join(box.work, 'it'), 'wx');
    const piece = randomBytes(MIB);
    for (let at = 0; at < 1024; at++) {
      piece.writeUInt32LE(at);
      writeSync(file, piece);
    }
    closeSync(file);
    const target = await bringOverCuts(laptop, box, (part) => statSync(part).size);
    expect(await hashOf(target)).toBe(await hashOf(join(box.work, 'it')));
  });

  test('10,000 files come as they were sent', { timeout: LIMIT_MS }, async () => {
    const [laptop, box] = await begin();
    const source = join(box.work, 'it');
    mkdirSync(source);
    // Large enough that the cuts find it under way.
    for (let at = 0; at < FILES; at++) writeFileSync(join(source, `file ${at}`), randomBytes(10_000));
    const target = await bringOverCuts(laptop, box, (part) => readdirSync(part).length);
    expect(readdirSync(target)).toHaveLength(FILES);
    for (const name of readdirSync(source))
      expect(readFileSync(join(target, name)).equals(readFileSync(join(source, name)))).toBe(true);
  });
});
