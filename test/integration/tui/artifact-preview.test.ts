import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import type { Document } from '../../../src/tui/preview/document.ts';
import { previewOf } from '../../../src/tui/runners/artifact-preview.ts';
import { type Peer, startPeer } from './harness.ts';

async function made(peer: Peer, command: string, name: string): Promise<PublishedArtifact> {
  const run = await peer.run(command);
  const { artifacts } = await peer.engine.engine.api['run.get']({ run: run.id });
  const artifact = artifacts.find((candidate) => candidate.name === name);
  if (artifact === undefined) throw new Error(`${command} made no ${name}: ${JSON.stringify(run)}`);
  return artifact;
}

const read = async (peer: Peer, artifact: PublishedArtifact, brought: string[] = []): Promise<Document> =>
  previewOf(await peer.connect(), artifact, async () => void brought.push(artifact.name));

const textOf = (document: Document): string =>
  document.type === 'picture'
    ? 'a picture'
    : document.blocks
        .map((block) => (block.type === 'line' ? block.pieces.map(([text]) => text).join('') : block.type))
        .join('\n');

describe('a preview', () => {
  it('is the text, made safe, and does not need all of it here', async () => {
    const peer = await startPeer();
    const command = String.raw`printf 'a\033[31mb\033]0;t\007c\001\n漢' > $DISPATCH_ARTIFACTS/a.txt`;
    const brought: string[] = [];
    expect(textOf(await read(peer, await made(peer, command, 'a.txt'), brought))).toBe('abc␁\n漢');
    expect(brought).toEqual([]);
  });

  it('is the beginning of a long text, and says so', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, 'seq 1 200000 > $DISPATCH_ARTIFACTS/long.txt', 'long.txt');
    const document = await read(peer, artifact);
    expect(textOf(document)).toMatch(/^1\n2\n3\n/);
    expect(document.note).toBe('These are the first 262 kB; the other 1.0 MB are not shown.');
  });

  it('is a dump of what is no text', async () => {
    const peer = await startPeer();
    const artifact = await made(peer, String.raw`printf 'PK\000\377' > $DISPATCH_ARTIFACTS/x.bin`, 'x.bin');
    const document = await read(peer, artifact);
    expect(textOf(document)).toMatch(/^00000000 {2}50 4b 00 ff +PK\.\.$/);
    expect(document.note).toContain('this is not text');
  });

  it('is the picture, for which all of it has to be here', async () => {
    const peer = await startPeer();
    const png = PNG.sync.write(Object.assign(new PNG({ width: 3, height: 2 }), { data: Buffer.alloc(24, 0xff) }));
    const command = `echo ${png.toString('base64')} | base64 -d > $DISPATCH_ARTIFACTS/x.png`;
    const brought: string[] = [];
    const document = await read(peer, await made(peer, command, 'x.png'), brought);
    expect(document).toMatchObject({ type: 'picture', picture: { width: 3, height: 2 } });
    expect(brought).toEqual(['x.png']);
  });
});
