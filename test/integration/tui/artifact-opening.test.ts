// What is given to the browser of the person, and what never is.
import { expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { createArtifactRunner } from '../../../src/tui/runners/artifact-runner.ts';
import { type Peer, startPeer } from './harness.ts';

const COMMAND = [
  'cd $DISPATCH_ARTIFACTS; echo words > notes.txt; echo "<script>alert(1)</script>" > page.html',
  `echo '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' > drawing.svg; cp /bin/true notes.pdf.exe`,
].join('; ');

async function leave(peer: Peer): Promise<readonly PublishedArtifact[]> {
  const { id } = await peer.run(COMMAND);
  return (await peer.engine.engine.api['run.get']({ run: id })).artifacts;
}

/** What came of `o` on each: the address that was opened, or what was said. */
async function open(peer: Peer): Promise<ReadonlyMap<string, string>> {
  const artifacts = await leave(peer);
  const client = await peer.connect();
  const came = new Map<string, string>();
  for (const artifact of artifacts) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = createArtifactRunner({
      client: () => client,
      tell: () => {},
      attempt: (work) => void work().catch((error) => resolve(String(error))),
      done: () => {},
      copy: () => {},
      openAddress: async (address) => resolve(address),
      cwd: peer.home,
      home: peer.home,
    });
    run({ type: 'open-artifact', artifact });
    came.set(artifact.name, await promise);
  }
  return came;
}

it('is the address of what cannot act there', async () => {
  const came = await open(await startPeer({ downloadUrl: ({ name }) => `http://127.0.0.1:1/${name}` }));
  expect(came.get('notes.txt')).toBe('http://127.0.0.1:1/notes.txt');
  for (const name of ['page.html', 'drawing.svg', 'notes.pdf.exe'])
    expect(came.get(name)).toContain(`"${name}" is not opened, as it could run what is in it`);
});

it('is nothing where there are no addresses that say the type', async () => {
  expect((await open(await startPeer())).get('notes.txt')).toContain('the peer serves no addresses');
});
