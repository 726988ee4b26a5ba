// An artifact that is older than it is kept, as people meet it: what removes it, and what is said to whoever wants it then.
import { utimesSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { createBlobStore } from '../../../src/store/blobs.ts';
import { linkOf } from '../../../src/tui/runners/artifact-files.ts';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { leaveLongAgo } from '../../helpers/old-artifact.ts';

const GONE = /^dispatch: "old\.txt" was removed on \d{4}-\d\d-\d\d \(kept for 40 days\): run it again\n$/;

let home: CliHome;
let old: PublishedArtifact;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  const device = (await (await home.client()).peer).id as DeviceId;
  expect((await home.cli(['peer', 'stop'])).code).toBe(0);
  await leaveLongAgo(home, device, 'old.txt', 'long ago');
  await home.startPeer();
  [old] = (await home.json(['artifacts', '--json'])) as [PublishedArtifact];
  const then = new Date(old.createdAt);
  utimesSync(createBlobStore(home.paths.blobs).path(old.sha256), then, then);
});
afterAll(() => home.dispose());

it('is there until it is removed, and whoever wants it then is told since when, and what to do', async () => {
  const { out } = await home.cli(['open', '--link', '1/old.txt']);
  expect(await (await fetch(out.trim())).text()).toBe('long ago');
  expect(await home.cli(['artifacts', 'prune', '--yes'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/ old\.txt\n1 artifact went: 8 B; 0 B stay\n$/),
  });

  const failed = { code: 125, out: '', err: expect.stringMatching(GONE) };
  expect(await home.cli(['open', '--link', '1/old.txt'])).toMatchObject(failed);
  expect(await home.cli(['open', '--link', '1/old.txt', '--json'])).toMatchObject({ code: 125, out: '' });
  expect(await home.cli(['open', '1/old.txt'])).toMatchObject(failed);
  expect(await home.cli(['get', '1/old.txt'])).toMatchObject(failed);
  expect((await home.cli(['show', '1/old.txt'])).out).toMatch(
    /^gone +\S.*: it was older than its device keeps artifacts$/m,
  );
  const [asked, removed] = (await home.cli(['audit', '1'])).out.split(/^ {2}\w{3} \d+ \w{3} \d{4}$/m).slice(1);
  expect(asked).toContain('it left "old.txt"');
  expect(removed?.replace(/\s+/g, ' ')).toMatch(
    / a person on \S+ removed the bytes of "old\.txt": they were older than artifacts are kept $/,
  );
  expect((await fetch(out.trim())).status).toBe(410);
  expect((await home.json(['artifacts', '--json'])) as unknown).toMatchObject([
    { id: old.id, removed: { reason: 'age' } },
  ]);
});

it('has no link that the dashboard would copy', async () => {
  await expect(linkOf(await home.client(), old.id)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(/^"old\.txt" was removed on /),
    hint: expect.stringContaining('run it again'),
  });
});
