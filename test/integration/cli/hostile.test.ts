// Text from elsewhere that would like to be more than text: in every list it is shown, and does nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';

const ESCAPE = '\u001b[2J\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007';
const CONTROLS = 'a\u0008\u0007\r\u009b31mb';
const BIDI = 'safe\u202egpj.exe\u2066x\u2069\u200b\u200f';
const HOSTILE = `${ESCAPE}${CONTROLS}${BIDI}`;
/** No control character but the newline, no bidi control, nothing of zero width. */
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  const client = await home.client();
  const action = (command: string) => ({ kind: 'shell', command, access: 'workspace-write', cwd: home.work }) as const;
  const submit = (id: string, command: string, approve: boolean) =>
    client.call('submit', { id, task: `!${command}`, action: action(command), approve });
  await submit(
    '0000000000000001',
    `: '${HOSTILE}'; echo x > "$DISPATCH_ARTIFACTS/${ESCAPE.replaceAll('/', '')}.txt"`,
    true,
  );
  await client.call('wait', { runs: ['0000000000000001'] });
  await submit('0000000000000002', `: '${HOSTILE}'`, false);
  await submit('0000000000000003', `: '${HOSTILE}'`, false);
  await client.call('wait', { runs: ['0000000000000002', '0000000000000003'], orApproval: true });
  await client.call('decide', { approval: '3', decision: 'reject', note: HOSTILE });
  await client.call('say', { text: `message ${HOSTILE}` });
});
afterAll(() => home.dispose());

describe('hostile text', () => {
  it.each([
    [['ps', '--all']],
    [['show', '1']],
    [['show', '2']],
    [['show', '3']],
    [['approvals']],
    [['approvals', '--all']],
    [['artifacts']],
    [['artifacts', '1']],
    [['thread']],
    [[]],
    [['search', 'message']],
    [['route', `!${HOSTILE.replaceAll('\u0000', '')}`]],
    [['policy', 'check', '--', `echo ${HOSTILE}`]],
    [['say', HOSTILE]],
    [['wait', '3']],
    [['show', HOSTILE]],
    [['get', `1/${HOSTILE}`]],
    [['get', HOSTILE]],
    [['run', '--on', HOSTILE, '--', 'ls']],
    [['run', '--cwd', `/${HOSTILE}`, '--', 'ls']],
    [['run', '--access', HOSTILE, '--', 'ls']],
    [[HOSTILE]],
    [[`--${HOSTILE}`]],
    [['ps', `--${HOSTILE}`]],
    [['ps', '--status', HOSTILE]],
    [['config', HOSTILE]],
    [['completion', HOSTILE]],
  ])('is escaped by %j', async (args) => {
    const { out, err, code } = await home.cli(args);
    expect(code).not.toBeNull();
    expect(`${out}${err}`).not.toBe('');
    expect(ACTIVE.exec(out)).toBeNull();
    expect(ACTIVE.exec(err)).toBeNull();
  });

  it('is escaped, not left out', async () => {
    const { out } = await home.cli(['thread']);
    expect(out).toContain('owned');
    expect(out).toContain('gpj.exe');
    expect((await home.cli(['ps'])).out.trim().split('\n')).toHaveLength(1);
  });

  it('is whole in JSON, whose escapes keep it harmless', async () => {
    const { out } = await home.cli(['approvals', '--json']);
    expect(JSON.parse(out)).toMatchObject([{ payload: { command: `: '${HOSTILE}'` } }]);
    expect(ACTIVE.exec(out)).toBeNull();
  });

  it('comes through logs as it is, as the output of a command does', async () => {
    await home.cli(['run', '--yes', '--', `printf '%s' '${ESCAPE}'`]);
    const [run] = (await home.json(['ps', '-a', '-n', '1', '--json'])) as { number: number }[];
    expect((await home.cli(['logs', String(run?.number)])).out).toBe(ESCAPE);
  });
});
