// The elements of a real editor over a real accessibility bus: read, clicked by ref, set, and refused when they are not what they were.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';
import { clipboardHas, openScreen, type Screen } from './harness.ts';

const TOOLS = ['Xvfb', 'openbox', 'mousepad', 'xterm', 'xdotool', 'maim', 'wmctrl', 'xclip', 'dbus-daemon'] as const;

needs(...TOOLS, 'an accessibility bus')('elements of windows', () => {
  let screen: Screen;
  beforeAll(async () => {
    screen = await openScreen({ sessionBus: true });
    await screen.open('Mousepad', 'mousepad');
  });
  afterAll(() => screen.close());

  const snapshot = async (window = 'Mousepad'): Promise<string> => {
    const { text, outcome } = await screen.run({ action: 'desktop_snapshot', window });
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    return text;
  };
  /** Once the window has it: programs make their elements known a moment after they are seen. */
  const refOf = async (line: RegExp): Promise<string> =>
    until(`${line} in the snapshot`, async () => {
      const found = (await snapshot()).split('\n').find((each) => line.test(each));
      return /\[(e\d+)\]/.exec(found ?? '')?.[1];
    });

  test('are a tree with roles, names, states and places', async () => {
    await refOf(/text /);
    const text = await snapshot();
    expect(text).toMatch(/^window 0x[0-9a-f]{8} of Mousepad, process \d+, titled "Untitled 1 - Mousepad"$/m);
    expect(text).toMatch(/^- frame "Untitled 1 - Mousepad" \[e\d+\]/m);
    expect(text).toMatch(/^ {2}- menu bar \[e\d+\] at \d+,\d+ \d+x\d+$/m);
    expect(text).toMatch(/^ {4}- menu "File" \[e\d+\] at \d+,\d+ \d+x\d+$/m);
    expect(text).toMatch(/- text \[e\d+\] \(editable.*\) at \d+,\d+ \d+x\d+$/m);
  });

  test('keep their refs from one snapshot to the next', async () => {
    expect(await refOf(/menu "File"/)).toBe(await refOf(/menu "File"/));
  });

  test('take a value, which is read back', async () => {
    const ref = await refOf(/- text /);
    const value = 'first line\n"second" — 日本 🎉';
    const plan = await screen.prepare({ action: 'set_value', ref, value });
    expect(plan.targets).toEqual([
      expect.stringMatching(new RegExp(`^step 1: ${ref}: text in window 0x[0-9a-f]{8} of Mousepad, process \\d+$`)),
    ]);
    const { outcome } = await screen.run({ action: 'set_value', ref, value });
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(await snapshot()).toContain('= "first line\\n\\"second\\" — 日本 🎉"');
    await screen.run(
      { action: 'left_click', ref },
      { action: 'key', text: 'ctrl+a' },
      { action: 'key', text: 'ctrl+c' },
    );
    await clipboardHas(screen, 'clipboard', value);
  });

  test('take no value where they have none', async () => {
    const ref = await refOf(/menu bar/);
    const { outcome } = await screen.run({ action: 'set_value', ref, value: 'x' });
    expect(outcome).toEqual({
      kind: 'exit',
      exitCode: 1,
      message: `step 1: ${ref}, menu bar, takes no value; click it or type into it instead`,
    });
  });

  test('are clicked, also in the menu that the click before opened', async () => {
    const frame = await refOf(/frame "/);
    await screen.run({ action: 'left_click', ref: await refOf(/menu "File"/) });
    const { outcome, text } = await screen.run({ action: 'left_click', ref: await refOf(/menu item "New /) });
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(text).toMatch(/^1\. left click on e\d+$/m);
    await until('a new document', async () => (await screen.x.run('wmctrl', '-l')).includes('Untitled 2'));
    // The window is the same, and its element has another name.
    await expect(screen.prepare({ action: 'left_click', ref: frame })).rejects.toThrow(
      /step 1: e\d+ was frame "\*?Untitled 1 - Mousepad" and is frame "Untitled 2 - Mousepad" now/,
    );
  });

  test('that nobody has seen are not touched', async () => {
    await expect(screen.prepare({ action: 'left_click', ref: 'e99999' })).rejects.toThrow(
      'step 1: no snapshot has an element "e99999"',
    );
  });

  test('that another window covers are not clicked through it', async () => {
    const ref = await refOf(/menu "Help"/);
    const [, x, y] = /menu "Help".* at (\d+),(\d+)/.exec(await snapshot()) ?? [];
    await screen.open('Cover', 'xterm', '-T', 'Cover', '-geometry', `60x20+${Number(x) - 100}+${Number(y) - 50}`);
    await expect(screen.prepare({ action: 'left_click', ref })).rejects.toThrow(
      /step 1: e\d+, menu "Help", is covered by window .*titled "Cover"; activate window .* first/,
    );
    await expect(
      screen.prepare({ action: 'activate_window', window: 'Mousepad' }, { action: 'left_click', ref }),
    ).resolves.toMatchObject({ kind: 'desktop' });
  });

  test('of a snapshot in the same run cannot be known before it', async () => {
    await expect(screen.prepare({ action: 'desktop_snapshot' }, { action: 'left_click', ref: 'e1' })).rejects.toThrow(
      'step 2 names "e1" of a snapshot that is taken only in this run; take it in a run before',
    );
  });

  test('are told to be missing where a program shows none', async () => {
    const { outcome } = await screen.run({ action: 'desktop_snapshot', window: 'Cover' });
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1 });
    expect(outcome).toHaveProperty(
      'message',
      expect.stringMatching(/^step 1: window .* shows no accessibility tree; /),
    );
  });
});
