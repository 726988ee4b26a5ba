// Files and folders brought from one real peer to another, both ways: whole and byte-exact, over links that are cut, and with nothing
// half-done left where it does not work out.
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newId } from '../../../src/cli/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import { cutConnections, whyNotCut } from '../../helpers/cut.ts';
import { unless } from '../../helpers/needs.ts';
import { canMount, mountDisk } from '../../helpers/small-disk.ts';
import { ended, online, type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();
const MIB = 2 ** 20;

/** The laptop may run things on the box, and nothing the other way round. */
async function begin(): Promise<{ laptop: PeerHome; box: PeerHome }> {
  const [laptop, box] = (await stage.peers('laptop', 'box')) as [PeerHome, PeerHome];
  await pairHomes(box, laptop, { allow: ['run', 'approve'] });
  return { laptop, box };
}

async function bring(
  laptop: PeerHome,
  from: [device: string, path: string],
  to: [device: string, path: string],
  more: { overwrite?: boolean; approve?: boolean } = {},
): Promise<{ receive: Run; send: Run }> {
  const { runs } = await (await laptop.ask()).call('transfer', {
    id: newId(),
    task: `copy ${from.join(':')} to ${to.join(':')}`,
    from: { device: from[0], path: from[1] },
    to: { device: to[0], path: to[1] },
    approve: true,
    ...more,
  });
  const [receive, send] = runs as [Run, Run];
  return { receive, send };
}

const completes = async (laptop: PeerHome, { receive, send }: { receive: Run; send: Run }): Promise<void> => {
  for (const { id } of [receive, send]) expect(await ended(laptop, id, 60_000)).toMatchObject({ status: 'completed' });
};

/** Content, mode and time of everything, and where links lead. */
function tree(folder: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isSymbolicLink()) {
      found[name] = `-> ${readlinkSync(path)}`;
      continue;
    }
    const { mode, mtimeMs } = statSync(path);
    found[name] = `${(mode & 0o777).toString(8)} ${Math.floor(mtimeMs / 1000)}`;
    if (entry.isDirectory()) Object.assign(found, tree(path, `${name}/`));
    else found[name] += ` ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  }
  return found;
}

function makeTree(folder: string, files: number): void {
  mkdirSync(join(folder, 'deep', 'deeper'), { recursive: true });
  for (let at = 0; at < files; at++)
    writeFileSync(join(folder, at % 2 === 0 ? 'deep' : 'deep/deeper', `file ${at}`), randomBytes(at % 2000));
  writeFileSync(join(folder, 'large'), randomBytes(3 * MIB));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'line\nbreak \u001b[31m grüße 🙂'), 'named oddly');
  symlinkSync('/etc/passwd', join(folder, 'link'));
  chmodSync(join(folder, 'large'), 0o640);
  chmodSync(join(folder, 'deep', 'deeper'), 0o550);
  utimesSync(join(folder, 'deep'), 1_700_000_000, 1_700_000_000);
}

/** Large, made without holding it. */
function makeFile(path: string, mebibytes: number): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'wx');
  const piece = randomBytes(MIB);
  for (let at = 0; at < mebibytes; at++) {
    piece.writeUInt32LE(at);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  return hash.digest('hex');
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const parts = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

describe('a transfer', () => {
  test('brings a tree there and back again, as it is', async () => {
    const { laptop, box } = await begin();
    const here = join(laptop.work, 'tree');
    mkdirSync(here);
    makeTree(here, 300);
    await completes(laptop, await bring(laptop, ['local', here], ['box', join(box.work, 'copy')]));
    expect(tree(join(box.work, 'copy'))).toEqual(tree(here));
    await completes(laptop, await bring(laptop, ['box', join(box.work, 'copy')], ['local', join(laptop.work, 'back')]));
    expect(tree(join(laptop.work, 'back'))).toEqual(tree(here));
    expect(parts(box.work)).toEqual([]);
  }, 60_000);

  test('puts a file into a folder that is there, and over another one only if told', async () => {
    const { laptop, box } = await begin();
    writeFileSync(join(laptop.work, 'notes.md'), 'new');
    mkdirSync(join(box.work, 'inbox'));
    writeFileSync(join(box.work, 'inbox', 'notes.md'), 'old');
    const from: [string, string] = ['local', join(laptop.work, 'notes.md')];
    const refused = await bring(laptop, from, ['box', join(box.work, 'inbox')]);
    expect(await ended(laptop, refused.receive.id)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('is there already'),
    });
    expect(await ended(laptop, refused.send.id)).toMatchObject({ status: 'cancelled' });
    expect(readFileSync(join(box.work, 'inbox', 'notes.md'), 'utf8')).toBe('old');
    await completes(laptop, await bring(laptop, from, ['box', join(box.work, 'inbox')], { overwrite: true }));
    expect(readFileSync(join(box.work, 'inbox', 'notes.md'), 'utf8')).toBe('new');
    const { runs } = await (await laptop.ask()).call('runs.list', { limit: 10 });
    const received = runs.find(({ device, status }) => status === 'completed' && device !== runs.at(-1)?.origin);
    expect(await laptop.cli(['files', 'undo', received?.id ?? '', '--yes'])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(box.work, 'inbox', 'notes.md'), 'utf8')).toBe('old');
  }, 60_000);

  test('is asked about where it writes on another device, and not where a person brings something new home', async () => {
    const { laptop, box } = await begin();
    writeFileSync(join(box.work, 'a'), 'a');
    await completes(
      laptop,
      await bring(laptop, ['box', join(box.work, 'a')], ['local', join(laptop.work, 'a')], { approve: false }),
    );
    const { receive } = await bring(laptop, ['local', join(laptop.work, 'a')], ['box', join(box.work, 'b')], {
      approve: false,
    });
    await until(
      'the question',
      async () => (await (await laptop.ask()).call('run.get', { run: receive.id })).run.status === 'waiting_approval',
    );
    expect(existsSync(join(box.work, 'b'))).toBe(false);
  }, 60_000);

  test.each([
    ['a file that is not there', 'nothing', /there is no /],
    ['what holds keys', '.ssh', /keys, tokens or Dispatch itself/],
    ['what may not be reached', '../../../../etc/hostname', /none of the folders/],
  ])(
    'of %s fails with one sentence, and leaves nothing',
    async (_, path, message) => {
      const { laptop, box } = await begin();
      mkdirSync(join(box.work, '.ssh'));
      const { send, receive } = await bring(laptop, ['box', join(box.work, path)], ['local', join(laptop.work, 'x')]);
      const end = await ended(laptop, send.id);
      expect(end).toMatchObject({ status: 'failed' });
      expect((end as { message: string }).message).toMatch(message);
      expect(['failed', 'cancelled']).toContain((await ended(laptop, receive.id)).status);
      expect(readdirSync(laptop.work).filter((name) => name === 'x' || name.endsWith('.part'))).toEqual([]);
    },
    60_000,
  );

  test('that is cancelled leaves nothing half-done, on either end', async () => {
    const { laptop, box } = await begin();
    makeFile(join(box.work, 'large'), 400);
    const { receive, send } = await bring(
      laptop,
      ['box', join(box.work, 'large')],
      ['local', join(laptop.work, 'large')],
    );
    await until('the beginning of it', () => parts(laptop.work).length > 0);
    await (await laptop.ask()).call('cancel', { run: receive.id });
    for (const { id } of [receive, send]) expect((await ended(laptop, id)).status).toBe('cancelled');
    await until('the end of the part', () => parts(laptop.work).length === 0);
    expect(existsSync(join(laptop.work, 'large'))).toBe(false);
  }, 60_000);

  test('that a killed peer was receiving leaves nothing when it is back', async () => {
    const { laptop, box } = await begin();
    makeFile(join(box.work, 'large'), 400);
    const { receive } = await bring(laptop, ['box', join(box.work, 'large')], ['local', join(laptop.work, 'large')]);
    await until('the beginning of it', () => parts(laptop.work).length > 0);
    const { pid } = await (await laptop.ask()).peer;
    process.kill(pid, 'SIGKILL');
    await laptop.begin();
    expect(await ended(laptop, receive.id)).toMatchObject({ status: 'failed', reason: 'interrupted' });
    expect(readdirSync(laptop.work).filter((name) => name === 'large' || name.endsWith('.part'))).toEqual([]);
  }, 60_000);
});

unless(await whyNotCut())('a transfer over a link that is cut ten times', () => {
  test('is byte-exact in the end', async () => {
    const { laptop, box } = await begin();
    const sha256 = makeFile(join(box.work, 'large'), 300);
    const { receive, send } = await bring(
      laptop,
      ['box', join(box.work, 'large')],
      ['local', join(laptop.work, 'large')],
    );
    const part = join(laptop.work, `.large.dispatch-${receive.id}.part`);
    const size = (): number => (existsSync(part) ? statSync(part).size : 0);
    let cuts = 0;
    for (let reached = 0; cuts < 10; cuts++) {
      await online(laptop, 'box');
      await until('more of it', () => size() > reached || (!existsSync(part) && cuts > 0));
      if (!existsSync(part)) break;
      reached = size();
      await until('a connection to cut', () => cutConnections(laptop.port, box.port) > 0);
    }
    await completes(laptop, { receive, send });
    expect(cuts).toBe(10);
    expect(hashOf(join(laptop.work, 'large'))).toBe(sha256);
    expect(parts(laptop.work)).toEqual([]);
  }, 120_000);
});

unless(canMount() ? undefined : 'a small disk cannot be mounted here')('a transfer to a disk that is too small', () => {
  test('says so before anything comes, and leaves nothing', async () => {
    const { laptop, box } = await begin();
    const disk = mountDisk(4 * MIB);
    try {
      makeFile(join(box.work, 'large'), 8);
      await (await laptop.ask()).call('permissions.set', { addFolders: [disk.path] });
      const { receive } = await bring(laptop, ['box', join(box.work, 'large')], ['local', disk.path]);
      expect(await ended(laptop, receive.id)).toMatchObject({
        status: 'failed',
        message: expect.stringMatching(/8\.4 MB are to come, and the disk has .* left/),
      });
      expect(readdirSync(disk.path)).toEqual([]);
    } finally {
      disk.dispose();
    }
  }, 60_000);
});
