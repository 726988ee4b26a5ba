// Keys that are pressed and text that is typed, read back from the programs that got them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../../helpers/needs.ts';
import { clipboardHas, openScreen, openSink, type Screen, type Sink } from './harness.ts';

const DONE = { kind: 'exit', exitCode: 0 };

needs(
  'Xvfb',
  'openbox',
  'mousepad',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
  'xclip',
)('typing', () => {
  let screen: Screen;
  let sink: Sink;
  beforeAll(async () => {
    screen = await openScreen();
    await screen.open('Mousepad', 'mousepad');
    sink = await openSink(screen, 'sink');
  });
  afterAll(async () => {
    sink.cleanUp();
    await screen.close();
  });

  test('types any text into an editor, and copies it with keys', async () => {
    const texts = [
      'Grüße, naïve café — “quoted” … ½ €',
      'Ελληνικά кириллица עברית العربية',
      '日本語のテキストを入力する 中文字符 한국어',
      '🎉🚀👩‍💻 ✓ → ∞',
      'a\ttab, "quotes", $HOME `ls` \\ ~ ^ | {}',
    ].join('\n');
    const { outcome, text } = await screen.run(
      { action: 'activate_window', window: 'Mousepad' },
      { action: 'type', text: texts },
      { action: 'key', text: 'ctrl+a' },
      { action: 'key', text: 'ctrl+c' },
    );
    expect(outcome).toMatchObject(DONE);
    expect(text).toContain('日本語のテキスト');
    await clipboardHas(screen, 'clipboard', texts);
  });

  test('types into a terminal', async () => {
    await screen.run(
      { action: 'activate_window', window: 'sink' },
      { action: 'type', text: 'echo "Ünï漢字🎉"\nnext\r\nlast' },
    );
    await sink.got('echo "Ünï漢字🎉"\rnext\rlast');
  });

  test.each([
    ['ctrl+d', '\x04'],
    ['Return', '\r'],
    ['esc', '\x1b'],
    ['F5', '\x1b[15~'],
    ['Page_Down', '\x1b[6~'],
    ['alt+x', '\x1bx'],
    ['shift+a', 'A'],
    ['ctrl++', '+'],
    ['é', 'é'],
    ['ctrl+shift+Left', '\x1b[1;6D'],
  ])('presses %s', async (keys, bytes) => {
    const before = sink.text().length;
    const { outcome } = await screen.run(
      { action: 'activate_window', window: 'sink' },
      { action: 'key', text: keys },
      { action: 'key', text: 'q' },
    );
    expect(outcome).toMatchObject(DONE);
    expect((await sink.got(/q$/)).slice(before)).toBe(`${bytes}q`);
  });

  test('holds a key as long as it is told, which repeats it', async () => {
    const before = sink.text().length;
    await screen.run(
      { action: 'activate_window', window: 'sink' },
      { action: 'hold_key', text: 'z', duration: 1500 },
      { action: 'key', text: 'y' },
    );
    expect((await sink.got(/y$/)).slice(before)).toMatch(/^zz+y$/);
  });

  test('does not type in capitals what was not meant so', async () => {
    await screen.run({ action: 'activate_window', window: 'sink' }, { action: 'key', text: 'Caps_Lock' });
    const { outcome } = await screen.run({ action: 'type', text: 'quiet' });
    expect(outcome).toMatchObject({
      kind: 'exit',
      exitCode: 1,
      message: 'step 1: Caps Lock is on at that screen; press "Caps_Lock" in a step before',
    });
    const again = await screen.run({ action: 'key', text: 'Caps_Lock' }, { action: 'type', text: 'quiet' });
    expect(again.outcome).toMatchObject(DONE);
    await sink.got('quiet');
    expect(sink.text()).not.toContain('QUIET');
  });
});
