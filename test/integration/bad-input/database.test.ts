// A database that is damaged on the disk: every command says so with the way out, and the way out works.
import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';

let home: CliHome;
let thread: string;
beforeEach(async () => {
  home = createHome();
  const peer = await home.startPeer();
  const client = await home.client();
  for (let n = 0; n < 50; n++) await client.call('say', { text: `message ${n} ${'text '.repeat(20)}` });
  expect((await home.cli(['run', '--', 'echo kept'])).code).toBe(0);
  await home.cli(['run', '--detach', '--', 'touch waits']);
  await client.call('wait', { runs: ['2'], orApproval: true });
  thread = (await home.cli(['thread', '-n', '1000'])).out;
  await home.cli(['peer', 'stop']);
  await peer.done;
});
afterEach(() => home.dispose());

const fileLike = (pattern: RegExp): string => {
  const name = readdirSync(home.paths.thread).find((candidate) => pattern.test(candidate));
  if (name === undefined) throw new Error(`no file like ${pattern} in ${home.paths.thread}`);
  return join(home.paths.thread, name);
};
const spoil = (path: string, from: number, to: number): void => {
  const bytes = readFileSync(path);
  bytes.fill(0xff, from, to);
  writeFileSync(path, bytes);
};

/** Leaves the events in table files, as after some days of use: a peer that starts compacts what the one before it wrote. */
async function settle(): Promise<void> {
  const peer = await home.startPeer();
  await home.cli(['peer', 'stop']);
  await peer.done;
}

const WAY_OUT =
  /^dispatch: the database at .* (is|cannot be).*: stop the peer, run "dispatch doctor --rebuild", then start it again\n$/;

async function expectRefused(): Promise<void> {
  for (const args of [['thread'], ['run', '--', 'true'], ['peer']]) {
    const { code, out, err } = await home.cli(args);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(
      err
        .split('\n')
        .filter((line) => line.startsWith('dispatch: '))
        .join('\n'),
    ).toMatch(new RegExp(WAY_OUT.source.replace('\\n$', '$')));
  }
  const doctor = await home.cli(['doctor']);
  expect(doctor.code).toBe(1);
  expect(doctor.out).toMatch(
    /^✗ peer: the database at .*damaged.*\n {4}stop the peer, run "dispatch doctor --rebuild"/,
  );
}

async function expectMended(): Promise<void> {
  const { code, out } = await home.cli(['doctor', '--rebuild']);
  expect(out).toMatch(
    /^✓ rebuild: repaired, and made anew from \d+ events; what could not be read, if anything, is in .*lost\n✓ thread: /,
  );
  expect(code).toBe(0);
}

describe('a damaged database', () => {
  it('with a broken manifest is mended whole', async () => {
    spoil(fileLike(/^MANIFEST-/), 8, 40);
    await expectRefused();
    await expectMended();
    expect((await home.cli(['thread', '-n', '1000'])).out).toBe(thread);
    expect((await home.cli(['doctor', '--verify'])).code).toBe(0);
    expect(await home.cli(['approve', '2'])).toMatchObject({ code: 0 });
    expect((await home.cli(['wait', '2'])).code).toBe(0);
  });

  it('with a table cut short is mended as far as it can be read, and works', async () => {
    await settle();
    const table = fileLike(/\.ldb$/);
    truncateSync(table, Math.floor(readFileSync(table).length / 2));
    const first = await home.cli(['thread']);
    expect(first.code).toBe(125);
    expect(first.err).toMatch(WAY_OUT);
    await expectMended();
    expect(await home.cli(['say', 'after the damage'])).toMatchObject({ code: 0 });
    expect((await home.cli(['search', 'after the damage'])).out).toContain('after the damage');
    expect(await home.cli(['run', '--', 'echo works'])).toMatchObject({ code: 0, out: 'works\n' });
  });

  it('that is gone from its place is begun anew, and the old one can be put back', async () => {
    const aside = join(home.path, 'aside');
    renameSync(home.paths.thread, aside);
    mkdirSync(home.paths.thread);
    expect(await home.cli(['thread'])).toMatchObject({ code: 0, out: '' });
    await home.cli(['peer', 'stop']);
    renameSync(home.paths.thread, join(home.path, 'young'));
    renameSync(aside, home.paths.thread);
    expect((await home.cli(['thread', '-n', '1000'])).out).toBe(thread);
  });
});

describe('doctor', () => {
  it('is content with a sound database, however it looks at it', async () => {
    for (const args of [
      ['doctor'],
      ['doctor', '--verify'],
      ['doctor', '--rebuild'],
      ['doctor', '--rebuild', '--verify'],
    ]) {
      const { code, out } = await home.cli(args);
      expect(out.split('\n').filter((line) => line.startsWith('✗') && !line.startsWith('✗ disk'))).toEqual([]);
      expect([0, 1]).toContain(code);
    }
    expect((await home.cli(['thread', '-n', '1000'])).out).toBe(thread);
  });

  it('--rebuild needs no peer, and takes the one that runs', async () => {
    const offline = (await home.json(['doctor', '--rebuild', '--json'])) as {
      checks: { name: string; ok: boolean; detail: string }[];
    };
    expect(offline.checks.slice(0, 2)).toMatchObject([
      { name: 'rebuild', ok: true, detail: expect.stringMatching(/^made anew from \d+ events$/) },
      { name: 'thread', ok: true },
    ]);
    const online = (await home.json(['doctor', '--rebuild', '--verify', '--json'])) as typeof offline;
    expect(online.checks[0]).toEqual(offline.checks[0]);
    expect(online.checks[1]).toMatchObject({
      name: 'thread',
      ok: true,
      detail: 'the log and everything made from it agree',
    });
  });

  it('takes a spoilt identity for what it is', async () => {
    writeFileSync(home.paths.identityFile, 'no key');
    const { code, err } = await home.cli(['thread']);
    expect(code).toBe(125);
    expect(err).toMatch(/^dispatch: .*identity\.key is not an Ed25519 key of libp2p: put the right file back/);
  });
});
