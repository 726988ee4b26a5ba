// `dispatch audit` as a person or a script uses it: the story of a run, and a byte that somebody changed.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord, AuditVerification } from '../../../src/protocol/audit-api.ts';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/until.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  await home.cli([
    'run',
    '--yes',
    '--access',
    'full-access',
    '--',
    'echo out; echo words > "$DISPATCH_ARTIFACTS/made.txt"',
  ]);
  await home.cli(['run', '--detach', '--access', 'full-access', '--', 'printf "\u001b[31m\u202e%s" hostile']);
  await home.cli(['reject', '2', '--reason', 'not \u001b[2J today']);
});
afterAll(() => home.dispose());

describe('audit', () => {
  it('tells who asked, who said yes, what ran and what came of it', async () => {
    const { code, out, err } = await home.cli(['audit', '1']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const text = out.replace(/\s+/g, ' ');
    expect(text).toMatch(/^run 1 [0-9a-z]{16} completed echo out/);
    expect(text).toContain('a person on');
    expect(text).toContain('asked for a yes');
    expect(text).toMatch(
      /approved it once, beforehand \(request [0-9a-z]{16}, plan [0-9a-f]{12}\) \[signature valid\]/,
    );
    expect(text).toMatch(/it started \(plan [0-9a-f]{12}\) in /);
    expect(text).toMatch(/it left "made\.txt" \(document, 6 bytes, SHA-256 [0-9a-f]{12}\)/);
    expect(text).toMatch(/it ended with exit status 0\. It printed 4 bytes/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows hostile text as what it is', async () => {
    const { out } = await home.cli(['audit', '-n', '1']);
    expect(out).toContain('cancelled/rejected');
    expect(out).toContain('␛[2J');
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  it('of all runs is newest first, and JSON is the records', async () => {
    const records = (await home.json(['audit', '--json'])) as AuditRecord[];
    expect(records.map(({ run }) => run.number)).toEqual([2, 1]);
    expect(records[1]?.steps.map(({ type }) => type)).toEqual([
      'run.submitted',
      'run.accepted',
      'approval.requested',
      'approval.decided',
      'run.started',
      'artifact.created',
      'artifact.created',
      'run.completed',
    ]);
    expect(records[1]?.steps[3]).toMatchObject({ signature: 'valid', seq: 4, by: { kind: 'human' } });
    const { err } = await home.cli(['audit', '-n', '1']);
    expect(err).toContain('there are more: -n 2');
  });

  it('knows who edited a request, and show says so with both texts', async () => {
    await home.cli(['run', '--detach', '--access', 'full-access', '--', 'touch one']);
    const client = await home.client();
    const { id, digest } = await until(
      'the request',
      async () => (await client.call('run.get', { run: '3' })).approvals[0],
    );
    const { approval } = await client.call('approval.edit', { approval: id, digest, command: 'touch two' });
    expect(await home.cli(['reject', approval.id])).toMatchObject({ code: 0, err: '' });
    const { out } = await home.cli(['show', '3']);
    expect(out).toMatch(/^ {4}replaced by an edited version \(by you on this device, .*\), [0-9a-z]{16}: touch two$/m);
    expect(out).toContain(`an edited version of ${id}, which was: touch one\n`);
    expect((await home.cli(['audit', '3'])).out.replace(/\s+/g, ' ')).toContain('changed it to "touch two"');
  });

  it.each([
    [['audit', '99'], 125, 'there is no run "99"'],
    [['audit', '-n', '0'], 2, '--limit 0: expected a whole number from 1 to 1000'],
    [['audit', '1', '2'], 2, '"2" is too much'],
    [['audit', '--artifacts'], 2, '--artifacts goes with audit verify'],
    [['audit', 'verify', '-n', '3'], 2, '--limit does not go with audit verify'],
  ])('%j is told', async (args, status, message) => {
    const { code, err } = await home.cli(args);
    expect(code).toBe(status);
    expect(err).toContain(message);
  });
});

describe('audit verify', () => {
  it('finds nothing where nothing was changed', async () => {
    const { code, out } = await home.cli(['audit', 'verify']);
    expect(out).toMatch(
      /^✓ \d+ events, [2345] signatures: all as they were written\n {2}2 artifacts of this device not read: --artifacts reads them\n$/,
    );
    expect(code).toBe(0);
    expect(await home.json(['audit', 'verify', '--json'])).toMatchObject({ ok: true, unchained: 0, findings: [] });
  });

  it('with --artifacts finds one that was changed, and says of which run', async () => {
    const whole = await home.cli(['audit', 'verify', '--artifacts']);
    expect(whole).toMatchObject({
      code: 0,
      out: expect.stringMatching(/signatures, 2 artifacts: all as they were written\n$/),
    });
    const made = (await home.json(['artifacts', '1', '--json'])) as { name: string; sha256: string }[];
    const { sha256 = '' } = made.find(({ name }) => name === 'made.txt') ?? {};
    const path = join(home.paths.blobs, sha256.slice(0, 2), sha256.slice(2));
    const bytes = await readFile(path);
    await writeFile(path, 'w0rds\n');
    expect((await home.cli(['audit', 'verify'])).code).toBe(0);
    const { code, out } = await home.cli(['audit', 'verify', '--artifacts']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^✗ the record is not as it was written: 1 finding \(.*, 2 artifacts\)\n\nArtifacts:\n {2}the artifact "made\.txt" of run 1 has changed/,
    );
    await writeFile(path, bytes);
  });

  it('finds one flipped byte, in each file of the database, with the peer running and after its next start', async () => {
    expect((await home.cli(['peer', 'stop'])).code).toBe(0);
    // What was written goes into a table when the database is opened next.
    expect((await home.cli(['say', 'one more'])).code).toBe(0);
    for (const pattern of [/\.ldb$/, /\.log$/]) {
      const name = (await readdir(home.paths.thread)).find((file) => pattern.test(file)) ?? '';
      const path = join(home.paths.thread, name);
      const whole = await readFile(path);
      const flipped = Buffer.from(whole);
      const at = Math.floor(whole.length / 3);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await writeFile(path, flipped);
      const found = await home.cli(['audit', 'verify']);
      expect(found.code, name).toBe(1);
      expect(found.out).toMatch(/^✗ the record is not as it was written: \d+ findings? \(\d+ events?, .*\)\n\n/);
      expect(found.out).toContain(`\n\nFiles of the database:\n  the file ${name} of the database is damaged`);
      expect(found.out).not.toContain('12D3KooW');
      await writeFile(path, whole);
    }
    expect((await home.cli(['peer', 'stop'])).code).toBe(0);
    const name = (await readdir(home.paths.thread)).find((file) => /\.log$/.test(file)) ?? '';
    const { size } = await stat(join(home.paths.thread, name));
    const bytes = await readFile(join(home.paths.thread, name));
    bytes[Math.floor(size / 3)] = (bytes[Math.floor(size / 3)] ?? 0) ^ 4;
    await writeFile(join(home.paths.thread, name), bytes);
    const { code, out } = await home.cli(['audit', 'verify', '--json']);
    expect(code).toBe(1);
    const verification = JSON.parse(out) as AuditVerification;
    expect(verification.ok).toBe(false);
    expect(verification.findings.join('\n')).toContain('when the database was opened, it did not have event');
  });

  it('tells what is damaged where no peer can start', async () => {
    await home.cli(['peer', 'stop']);
    const name = (await readdir(home.paths.thread)).find((file) => /^MANIFEST-/.test(file)) ?? '';
    const bytes = await readFile(join(home.paths.thread, name));
    bytes.fill(0xff, 8, 20);
    await writeFile(join(home.paths.thread, name), bytes);
    const { code, out } = await home.cli(['audit', 'verify']);
    expect(out).toMatch(/^✗ the record is not as it was written: /);
    expect(out).toContain(`  the file ${name} of the database is damaged at byte 0`);
    expect(code).toBe(1);
  });
});
