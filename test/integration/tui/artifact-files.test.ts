import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { destination, fetchToOpen, PREVIEW_BYTES, preview, saveTo } from '../../../src/tui/artifact-files.ts';
import { type Peer, startPeer } from './harness.ts';

async function made(peer: Peer, command: string, name: string): Promise<PublishedArtifact> {
  const run = await peer.run(command);
  const { artifacts } = await peer.engine.engine.api['run.get']({ run: run.id });
  const artifact = artifacts.find((candidate) => candidate.name === name);
  if (artifact === undefined) throw new Error(`${command} made no ${name}: ${JSON.stringify(run)}`);
  return artifact;
}

describe('a preview', () => {
  it('is the text, made safe', async () => {
    const peer = await startPeer();
    const artifact = await made(
      peer,
      String.raw`printf 'a\033[31mb\033]0;t\007c\001\n漢' > $DISPATCH_ARTIFACTS/a.txt`,
      'a.txt',
    );
    expect(await preview(await peer.connect(), artifact)).toEqual({ text: 'abc␁\n漢' });
  });

  it('is the beginning of a long text, and says so', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, 'seq 1 200000 > $DISPATCH_ARTIFACTS/long.txt', 'long.txt');
    const { text, footnote } = await preview(await peer.connect(), artifact);
    expect(text.length).toBe(PREVIEW_BYTES);
    expect(footnote).toContain('The first 262 kB of 1.3 MB');
  });

  it('is a dump of what is no text', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, String.raw`printf 'PK\000\377' > $DISPATCH_ARTIFACTS/x.bin`, 'x.bin');
    const { text, footnote } = await preview(await peer.connect(), artifact);
    expect(text).toMatch(/^00000000 {2}50 4b 00 ff +PK\.\.$/);
    expect(footnote).toContain('not text');
  });
});

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

  it('keeps the name for whatever opens the file', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, COMMAND, NAME);
    expect(basename(await fetchToOpen(await peer.connect(), artifact))).toBe('log.txt');
  });
});
