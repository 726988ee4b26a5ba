// Buttons, drags and the wheel, read back from a terminal that reports the mouse; and the text that a drag selects in an editor.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopStep, Point } from '../../../src/core/desktop.ts';
import { needs } from '../../helpers/needs.ts';
import { clipboardHas, openScreen, openSink, type Screen, type Sink } from './harness.ts';

/** Reports of buttons and of drags, as `ESC [ < button ; column ; row M` (m: let go). */
const REPORTS = '\\033[?1002h\\033[?1006h';
const AT: Point = [200, 150];

needs(
  'Xvfb',
  'openbox',
  'mousepad',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
  'xclip',
)('pointing', () => {
  let screen: Screen;
  let sink: Sink;
  beforeAll(async () => {
    screen = await openScreen();
    sink = await openSink(screen, 'sink', { modes: REPORTS });
  });
  afterAll(async () => {
    sink.cleanUp();
    await screen.close();
  });

  /** The buttons of the reports that a run brings, with `+` for pressed and `-` for let go. */
  const reportsOf = async (count: number, ...steps: DesktopStep[]): Promise<string[]> => {
    const before = sink.text().length;
    const { outcome } = await screen.run(...steps);
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    const pattern = /\x1b\[<(\d+);\d+;\d+([Mm])/g;
    const all = await sink.got(new RegExp(`^[^]{${before}}(?:\\x1b\\[<[^Mm]*[Mm]){${count}}`));
    return Array.from(all.slice(before).matchAll(pattern), ([, button, how]) => `${how === 'M' ? '+' : '-'}${button}`);
  };

  test.each<[DesktopStep, string[]]>([
    [{ action: 'left_click', coordinate: AT }, ['+0', '-0']],
    [{ action: 'middle_click', coordinate: AT }, ['+1', '-1']],
    [{ action: 'right_click', coordinate: AT }, ['+2', '-2']],
    [{ action: 'double_click', coordinate: AT }, ['+0', '-0', '+0', '-0']],
    [{ action: 'triple_click', coordinate: AT }, ['+0', '-0', '+0', '-0', '+0', '-0']],
    [{ action: 'left_click', coordinate: AT, text: 'ctrl' }, ['+16', '-16']],
    [{ action: 'scroll', coordinate: AT, scroll_direction: 'up', scroll_amount: 2 }, ['+64', '+64']],
    [{ action: 'scroll', coordinate: AT, scroll_direction: 'down', scroll_amount: 25 }, Array(25).fill('+65')],
    [{ action: 'scroll', coordinate: AT, scroll_direction: 'left', scroll_amount: 1 }, ['+66', '-66']],
    [{ action: 'scroll', coordinate: AT, scroll_direction: 'right', scroll_amount: 1 }, ['+67', '-67']],
  ])('does %o', async (step, expected) => {
    expect(await reportsOf(expected.length, step)).toEqual(expected);
  });

  test('presses and lets go in steps of their own, with a move in between', async () => {
    const reports = await reportsOf(
      3,
      { action: 'left_mouse_down', coordinate: AT },
      { action: 'mouse_move', coordinate: [300, 150] },
      { action: 'left_mouse_up' },
    );
    expect(reports.at(0)).toBe('+0');
    expect(reports.slice(1, -1).every((report) => report === '+32')).toBe(true);
    expect(reports.at(-1)).toBe('-0');
  });

  test('leaves no button down at the end of a run', async () => {
    expect(await reportsOf(2, { action: 'left_mouse_down', coordinate: AT })).toEqual(['+0', '-0']);
  });

  test('clicks where the pointer is without a place', async () => {
    const { text } = await screen.run({ action: 'mouse_move', coordinate: [210, 160] }, { action: 'cursor_position' });
    expect(text).toMatch(/210,160, on window 0x[0-9a-f]{8} of XTerm, process \d+, titled "sink"/);
    expect(await reportsOf(2, { action: 'left_click' })).toEqual(['+0', '-0']);
  });

  test('selects text in an editor by dragging over it', async () => {
    await screen.open('Mousepad', 'mousepad');
    await screen.run(
      { action: 'activate_window', window: 'Mousepad' },
      { action: 'type', text: 'drag over this line' },
    );
    const { outcome } = await screen.run(
      { action: 'activate_window', window: 'Mousepad' },
      { action: 'left_click_drag', start_coordinate: [800, 400], coordinate: [196, 205] },
    );
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    await clipboardHas(screen, 'primary', 'drag over this line');
  });

  test('refuses a point outside the screen', async () => {
    await expect(screen.prepare({ action: 'left_click', coordinate: [5000, 10] })).rejects.toThrow(
      'step 1: the point 5000,10 is outside the screen, which is 1024x768',
    );
  });
});
