// A run prints and leaves what it likes, for the screens of those who look at it: the owner of its device, and a person at another.
// It wants to drive their terminals, to fake a question or hide a real one, and to tell them what they are not to know.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../../src/core/runs.ts';
import { needs } from '../../helpers/needs.ts';
import {
  createPeerHome,
  deviceOf,
  eventsAt,
  outputOf,
  type PeerHome,
  pairHomes,
  submit,
} from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { ask, type Field, obey, openField, patient, SECRET, settled } from './field.ts';

patient();

/** Clears the screen, sets the title and the clipboard, goes up, writes backwards, hides the cursor, ends a string early. */
const ESCAPES =
  '\u001b[2J\u001b[1A\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007\u009b31m\u001b[?25l\u001bP\u001b\\\b\b\b\r';
const UNSEEN = 'a\u202egpj.exe\u2066x\u2069\u200b\u200f\u061c\ufeff\u2028\u2029\u00ad\u{e0041}';
const FAKE = '\n⚠ 0123456789abcdef  run 99  29:59 left\n    ls\ndispatch: run 99 waits for approval';
const HOSTILE = `${ESCAPES}${UNSEEN}${FAKE}`;
/** Nothing that moves, colours or hides: no control character but the newline, nothing of zero width, nothing that turns text around. */
const ACTIVE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;
const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
/** Prints the token without saying it. */
const PRINTS_TOKEN = `printf 'ghp_%s\\n' "$(printf 'a1B2%.0s' 1 2 3 4 5 6 7 8 9)"`;

needs('bwrap')('hostile output', () => {
  let field: Field;
  let near: PeerHome;
  let hostile: Run;

  beforeAll(async () => {
    field = await openField('far', { config: '[secrets]\nDEPLOY = { file = "~/.deploy-token" }\n' });
    field.put('.deploy-token', `${SECRET}\n`, 0o600);
    near = await createPeerHome('near');
    await Promise.all([field.home.begin(), near.begin()]);
    await pairHomes(field.home, near, { allow: ['run', 'approve', 'observe'] });
    const name = `${ESCAPES}${UNSEEN}`.replaceAll('/', '');
    const command = `: ${shellQuoted(HOSTILE)}; printf %s ${shellQuoted(HOSTILE)}; echo x > "$DISPATCH_ARTIFACTS/"${shellQuoted(`${name}.txt`)}`;
    ({ run: hostile } = await obey(field, command));
    const { id } = await ask(field, `: ${shellQuoted(HOSTILE)} > file`);
    await settled(field, id);
    const client = await field.home.ask();
    await client.call('decide', {
      approval: id2(await client.call('run.get', { run: id })),
      decision: 'reject',
      note: HOSTILE,
    });
    const { id: waits } = await ask(field, `: ${shellQuoted(HOSTILE)} > file`);
    await settled(field, waits);
    await submit(near, `: ${shellQuoted(HOSTILE)}`, { on: ['far'], action: { cwd: field.home.work } }).then(
      ({ id: own }) => settledAt(near, own),
    );
    await until('all of it at the other device', async () => {
      const { approvals } = await (await near.ask()).call('approvals.list', { limit: 10 });
      return approvals.length === 1;
    });
  });
  afterAll(async () => {
    await Promise.all([field?.dispose(), near?.dispose()]);
  });

  const id2 = ({ approvals }: { approvals: readonly { id: string }[] }): string => approvals[0]?.id as string;
  const settledAt = (home: PeerHome, run: string) =>
    until('its end', async () => (await (await home.ask()).call('wait', { runs: [run] })).runs[0]);

  describe('wants to drive the terminal', () => {
    test.each([
      [['thread']],
      [['approvals']],
      [['approvals', '--all']],
      [['ps', '--all']],
      [['artifacts']],
      [['audit']],
      [['search', 'owned']],
      [['devices']],
      [['show', '1']],
      [['show', '2']],
      [['show', '3']],
    ])('of those who ask for %j', async (args) => {
      for (const home of [field.home, near]) {
        const { out, err } = await home.cli(args);
        expect(out, home.name).not.toBe('');
        expect(ACTIVE.exec(out), home.name).toBeNull();
        expect(ACTIVE.exec(err), home.name).toBeNull();
      }
    });

    test('and really did print it', async () => {
      const { bytes } = await field.home.cli(['logs', String(hostile.number)]);
      expect(bytes.toString()).toBe(HOSTILE);
      expect(ACTIVE.exec(bytes.toString())).not.toBeNull();
    });
  });

  test('wants to fake a question, and to hide a real one', async () => {
    for (const home of [field.home, near]) {
      const { out } = await home.cli(['approvals']);
      expect(out.split('\n').filter((line) => line.startsWith('⚠'))).toHaveLength(1);
      expect(out).not.toMatch(/^⚠ 0123456789abcdef/m);
      const { approvals } = await (await home.ask()).call('approvals.list', { limit: 10 });
      expect(out).toContain(`⚠ ${approvals[0]?.id}  run `);
      // One line for each entry: none is faked, and none is hidden.
      const { entries } = await (await home.ask()).call('snapshot', { entries: 1000 });
      expect((await home.cli(['thread', '-n', '1000'])).out.trimEnd().split('\n')).toHaveLength(entries.length);
    }
    // What a run prints is on standard output, and what Dispatch says on the other.
    const { err } = await field.home.cli([
      'run',
      '--yes',
      '--access',
      'full-access',
      '--',
      `printf %s ${shellQuoted(FAKE)}`,
    ]);
    expect(err).not.toContain('run 99');
  });

  test('wants to tell a secret that it was given', async () => {
    const command = [
      'printf %s "$DEPLOY" > ~/given',
      'echo "plain $DEPLOY"',
      'printf %s "$DEPLOY" | base64',
      'printf "x%s" "$DEPLOY" | base64',
      'printf "xy%s" "$DEPLOY" | base64 | tr +/ -_',
      'printf %s "$DEPLOY" | od -An -tx1 | tr -d " \\n"; echo',
      'printf %.9s "$DEPLOY"; printf "%s\\n" "$DEPLOY" | cut -c10-',
      'touch "$DISPATCH_ARTIFACTS/$DEPLOY.txt"',
      'exit 3',
    ].join('\n');
    const { run } = await obey(field, command, { secrets: ['DEPLOY'] });
    expect(run).toMatchObject({ status: 'failed', exitCode: 3 });
    expect(readFileSync(join(field.home.work, 'given'), 'utf8')).toBe(SECRET);
    await until('its end at the other device', async () => {
      const events = await eventsAt(near);
      return events.some(({ stream, type }) => stream === run.id && type === 'run.failed');
    });
    const spellings = [
      SECRET,
      Buffer.from(SECRET).toString('base64').replace(/=+$/, ''),
      Buffer.from(`x${SECRET}`).toString('base64').slice(4, -4),
      Buffer.from(`xy${SECRET}`).toString('base64url').slice(4, -4),
      Buffer.from(SECRET).toString('hex'),
    ];
    for (const home of [field.home, near]) {
      const printed = (await outputOf(home, run.id)).toString();
      expect(printed).toContain('plain ***');
      const told = JSON.stringify(await eventsAt(home));
      expect(told).toContain(run.id);
      const shown = await Promise.all(
        [['show', run.id], ['artifacts'], ['thread'], ['audit']].map((args) => home.cli(args)),
      );
      for (const spelling of spellings) {
        expect(printed, home.name).not.toContain(spelling);
        expect(told, home.name).not.toContain(spelling);
        for (const { out, err } of shown) expect(`${out}${err}`, home.name).not.toContain(spelling);
      }
    }
    const { artifacts } = await (await near.ask()).call('artifacts.list', { run: run.id, limit: 10 });
    expect(artifacts.map(({ name }) => name).filter((name) => name.endsWith('.txt'))).toHaveLength(1);
    // Of a run that takes it for itself, with full access, it is all there.
    const taken = `DEPLOY=$(cat ~/.deploy-token)\n${command}`;
    const { output } = await obey(field, taken, { access: 'full-access' });
    for (const spelling of spellings) expect(output).toContain(spelling);
  });

  test('wants to tell a token to whoever only watches', async () => {
    const { run, output } = await obey(field, PRINTS_TOKEN);
    expect(output).toBe(`${TOKEN}\n`);
    expect((await field.home.cli(['logs', String(run.number)])).out).toBe(`${TOKEN}\n`);
    await until('its end at the other device', async () => {
      const events = await eventsAt(near);
      return events.some(({ stream, type }) => stream === run.id && type === 'run.completed');
    });
    const watched = (await outputOf(near, run.id)).toString();
    expect(watched).toHaveLength(TOKEN.length + 1);
    expect(watched).not.toContain(TOKEN.slice(4, 20));
    for (const offset of [1, 4, 8, 20]) {
      const { chunks } = await (await near.ask()).output({ run: run.id, offset });
      const parts: Uint8Array[] = [];
      for await (const { bytes } of chunks) parts.push(bytes);
      expect(Buffer.concat(parts).toString(), String(offset)).not.toMatch(/[A-Za-z0-9]{6}/);
    }
    // Nor as the file that the output becomes.
    const { artifacts } = await (await near.ask()).call('artifacts.list', { run: run.id, limit: 10 });
    const file = artifacts.find(({ kind }) => kind === 'output');
    expect(file).toBeDefined();
    const got = join(near.work, 'got');
    await near.cli(['get', file?.id as string, '-o', got]);
    expect(existsSync(got) ? readFileSync(got, 'utf8') : '').not.toContain(TOKEN);
    // Whose run it is sees what it printed.
    const { device } = { device: (await deviceOf(near, 'far')).id };
    const own = await submit(near, PRINTS_TOKEN, { on: [device], action: { cwd: field.home.work } });
    await settledAt(near, own.id);
    expect((await outputOf(near, own.id)).toString()).toBe(`${TOKEN}\n`);
  });
});
