import { describe, expect, test } from 'vitest';
import {
  describeWindow,
  findWindow,
  identify,
  listWindows,
  type ScreenWindow,
} from '../../../../../src/routes/desktop/desktop-automation/windows.ts';
import { quote, word } from '../../../../../src/routes/desktop/quote.ts';

function windowOf(id: number, title: string, more: Partial<ScreenWindow> = {}): ScreenWindow {
  const bounds = { x: 1, y: 2, width: 30, height: 40 };
  return { id, title, className: 'Editor', pid: 7, owner: 1, kind: 'window', bounds, active: false, ...more };
}

describe('a window', () => {
  test('is the same whatever its title says', () => {
    expect(identify(windowOf(0xa00003, 'one'))).toBe('window 0x00a00003 of Editor, process 7');
    expect(identify(windowOf(0xa00003, 'two'))).toBe(identify(windowOf(0xa00003, 'one')));
    expect(identify(windowOf(0xa00004, 'one'))).not.toBe(identify(windowOf(0xa00003, 'one')));
    expect(identify(windowOf(0xa00003, 'one', { pid: 8 }))).not.toBe(identify(windowOf(0xa00003, 'one')));
  });

  test('cannot pretend by its title or its class', () => {
    const window = windowOf(1, 'a"\n, process 8', { className: 'X of Y, process 9\u202e' });
    expect(describeWindow(window)).toBe(
      'window 0x00000001 of "X of Y, process 9\\u{202e}", process 7, titled "a\\"\\n, process 8"',
    );
    expect(listWindows([window]).trimEnd().split('\n')).toHaveLength(1);
  });

  test('is found by its id, by its whole title, or by a part that no other has', () => {
    const windows = [windowOf(1, 'Notes'), windowOf(2, 'Notes of today'), windowOf(16, 'Mail')];
    const idOf = (name: string): number | string => {
      const answer = findWindow(windows, name);
      return 'found' in answer ? answer.found.id : answer.problem;
    };
    expect(idOf('0x00000010')).toBe(16);
    expect(idOf('2')).toBe(2);
    expect(idOf('Notes')).toBe(1);
    expect(idOf('TODAY')).toBe(2);
    expect(idOf('mai')).toBe(16);
    expect(idOf('notes')).toMatch(/^2 windows have "notes" in their titles: /);
    expect(idOf('none')).toMatch(/^there is no window "none"/);
  });
});

describe('text of others', () => {
  test.each([
    ['plain', '"plain"'],
    ['a\n\t\r"\\', '"a\\n\\t\\r\\"\\\\"'],
    ['\x1b[2J\u202e\u200b\u2028', '"\\u{1b}[2J\\u{202e}\\u{200b}\\u{2028}"'],
    ['日本 🎉', '"日本 🎉"'],
  ])('%j', (text, shown) => {
    expect(quote(text)).toBe(shown);
  });

  test('says what is left out', () => {
    expect(quote('🎉🎉🎉', 2)).toBe('"🎉🎉" and 1 more characters');
  });

  test('is bare where it is a harmless word', () => {
    expect(word('menu item')).toBe('menu item');
    expect(word('[e1]')).toBe('"[e1]"');
    expect(word('')).toBe('""');
  });
});
