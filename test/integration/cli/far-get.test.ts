// `dispatch get` of what lies on another device: it is fetched first, progress is for terminals, and trouble is told in a sentence.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { ArtifactId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { until } from '../../helpers/until.ts';
import { DEVICE } from '../control/memory-api.ts';
import { type Far, far, farDevice, offline, pieces } from './far-harness.ts';

const GPU = farDevice('gpu-box');
const TEXT = 'made far away\n';
const ARTIFACT: PublishedArtifact = {
  id: 'a'.repeat(16) as ArtifactId,
  runId: 'b'.repeat(16) as RunId,
  name: 'report.txt',
  kind: 'document',
  mimeType: 'text/plain',
  sizeBytes: TEXT.length,
  sha256: createHash('sha256').update(TEXT).digest('hex') as Sha256,
  device: GPU.id,
  createdAt: 1,
  downloadUrl: 'file:///nowhere',
};

function serveArtifact({ peer }: Far, artifact = ARTIFACT): { fetches: () => number; arrive(): void } {
  let fetches = 0;
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  peer.api['artifact.get'] = async () => ({ artifact });
  peer.api['artifact.fetch'] = async () => {
    fetches += 1;
    await arrived;
    return { artifact };
  };
  peer.api.blob = async ({ offset }) => ({ artifact, chunks: pieces(TEXT.slice(offset)) });
  return { fetches: () => fetches, arrive };
}

describe('get', () => {
  it('fetches what lies elsewhere and saves it', async () => {
    const world = await far(GPU);
    const { fetches, arrive } = serveArtifact(world);
    const running = world.home.start(['get', 'aaaa']);
    await until('fetch', () => fetches() === 1);
    world.peer.tellFetch({ artifact: ARTIFACT.id, bytes: 5, sizeBytes: TEXT.length });
    expect(existsSync(join(world.home.work, 'report.txt'))).toBe(false);
    arrive();
    expect(await running.done).toMatchObject({ code: 0, out: 'report.txt  14 B\n', err: '' });
    expect(readFileSync(join(world.home.work, 'report.txt'), 'utf8')).toBe(TEXT);
  });

  it('fetches nothing that lies here', async () => {
    const world = await far(GPU);
    const { fetches } = serveArtifact(world, { ...ARTIFACT, device: DEVICE });
    expect((await world.home.cli(['get', 'aaaa', '-o', '-'])).out).toBe(TEXT);
    expect(fetches()).toBe(0);
  });

  it('shows how far it is on a terminal, and wipes that away', async () => {
    const world = await far(GPU);
    const { fetches, arrive } = serveArtifact(world);
    const terminal = world.terminal(['get', 'aaaa']);
    await until('fetch', () => fetches() === 1);
    world.peer.tellFetch({ artifact: 'other', bytes: 1, sizeBytes: 2 });
    world.peer.tellFetch({ artifact: ARTIFACT.id, bytes: 3_000_000, sizeBytes: 12_000_000 });
    await terminal.waitFor('report.txt  25 %  3.0 MB of 12 MB');
    world.peer.tellFetch({ artifact: ARTIFACT.id, bytes: 6_000_000, sizeBytes: 12_000_000 });
    await terminal.waitFor(/report\.txt {2}50 % {2}6\.0 MB of 12 MB {2}[\d.]+ [kMGT]?B\/s/);
    arrive();
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(terminal.screen().trimEnd()).toBe('report.txt  14 B');
  });

  it('says in one sentence that its device is not there', async () => {
    const world = await far(offline(GPU));
    serveArtifact(world);
    world.peer.api['artifact.fetch'] = async () => {
      throw new DispatchError('unavailable', '"report.txt" is on gpu-box, which is offline: nobody listens: start it', {
        hint: 'try again when gpu-box is back',
      });
    };
    const { code, out, err } = await world.home.cli(['get', 'aaaa']);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(err).toMatch(
      /^dispatch: report\.txt is on gpu-box, which is offline since \d\d:\d\d, refused: try again when it is back; "dispatch devices" tells\n$/,
    );
  });

  it('asks for no byte that could not be put anywhere', async () => {
    const world = await far(GPU);
    const { fetches } = serveArtifact(world);
    writeFileSync(join(world.home.work, 'report.txt'), 'mine');
    for (const [args, message] of [
      [[], 'report.txt is there already: --force replaces it, -o PATH names another'],
      [['-o', 'no/where'], 'there is no folder no: make it first, or name another place with -o PATH'],
    ] as const)
      expect(await world.home.cli(['get', 'aaaa', ...args])).toMatchObject({
        code: 125,
        err: `dispatch: ${message}\n`,
      });
    expect(fetches()).toBe(0);
    expect(readFileSync(join(world.home.work, 'report.txt'), 'utf8')).toBe('mine');
  });

  it('Ctrl-C leaves what has come for the next time', async () => {
    const world = await far(GPU);
    const { fetches } = serveArtifact(world);
    const running = world.home.start(['get', 'aaaa']);
    await until('fetch', () => fetches() === 1);
    running.kill('SIGINT');
    const { code, err } = await running.done;
    expect(code).toBe(130);
    expect(err).toContain('report.txt was not saved: the same command goes on where it stopped\n');
    expect(existsSync(join(world.home.work, 'report.txt'))).toBe(false);
  });

  it('passes on what went wrong in one sentence', async () => {
    const world = await far(GPU);
    serveArtifact(world);
    world.peer.api['artifact.fetch'] = async () => {
      throw new DispatchError('storage', 'the disk is full: report.txt cannot be kept here', {
        hint: 'free some space',
      });
    };
    expect(await world.home.cli(['get', 'aaaa'])).toMatchObject({
      code: 125,
      out: '',
      err: 'dispatch: the disk is full: report.txt cannot be kept here: free some space\n',
    });
  });
});
