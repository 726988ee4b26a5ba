import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { destination, saveTo } from '../../../src/tui/runners/artifact-files.ts';
import { type Peer, startPeer } from './harness.ts';

async function made(peer: Peer, command: string, name: string): Promise<PublishedArtifact> {
  const run = await peer.run(command);
  const { artifacts } = await peer.engine.engine.api['run.get']({ run: run.id });
  const artifact = artifacts.find((candidate) => candidate.name === name);
  if (artifact === undefined) throw new Error(`${command} made no ${name}: ${JSON.stringify(run)}`);
  return artifact;
}

describe('saving', () => {
  const COMMAND = 'mkdir -p $DISPATCH_ARTIFACTS/sub && echo data > $DISPATCH_ARTIFACTS/sub/log.txt';
  const NAME = 'sub/log.txt';

  it('writes the file whole, under the last part of its name in a folder', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, COMMAND, NAME);
    const folder = join(peer.home, 'saved');
    await mkdir(folder);
    const path = await destination('saved', artifact, peer.home, '/nowhere');
    expect(path).toBe(join(folder, 'log.txt'));
    await saveTo(await peer.connect(), artifact, path);
    expect(await readFile(path, 'utf8')).toBe('data\n');
    expect(await readdir(folder)).toEqual(['log.txt']);
  });

  it('replaces nothing, and leaves nothing half done', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, COMMAND, NAME);
    const folder = join(peer.home, 'saved');
    await mkdir(folder);
    const path = join(folder, 'mine.txt');
    await writeFile(path, 'mine');
    await expect(saveTo(await peer.connect(), artifact, path)).rejects.toMatchObject({ code: 'conflict' });
    const wrong = { ...artifact, sha256: '0'.repeat(64) as never };
    await expect(saveTo(await peer.connect(), wrong, join(folder, 'x'))).rejects.toMatchObject({ code: 'storage' });
    const nowhere = saveTo(await peer.connect(), artifact, join(folder, 'no', 'x'));
    await expect(nowhere).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('folder is not there'),
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });

  it('knows the home folder', async () => {
    const artifact = { name: '../../etc/passwd', id: 'x' } as PublishedArtifact;
    expect(await destination('~/a.txt', artifact, '/work', '/home/me')).toBe('/home/me/a.txt');
    expect(await destination('/nonexistent/', artifact, '/work', '/home/me')).toBe('/nonexistent/passwd');
  });
});
