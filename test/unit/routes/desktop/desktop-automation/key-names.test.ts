import { describe, expect, test } from 'vitest';
import { parseKeys } from '../../../../../src/routes/desktop/desktop-automation/x11/key-names.ts';

describe('keys', () => {
  test.each([
    ['Return', ['Return']],
    ['enter', ['Return']],
    ['ctrl+s', ['Control_L', 's']],
    ['Ctrl+Shift+T', ['Control_L', 'Shift_L', 'T']],
    ['cmd+space', ['Super_L', 'space']],
    ['ctrl++', ['Control_L', 'plus']],
    ['+', ['plus']],
    ['ctrl+-', ['Control_L', 'minus']],
    ['alt+F4', ['Alt_L', 'F4']],
    ['page_down', ['Page_Down']],
    ['KP_5', ['KP_5']],
    ['7', ['7']],
    ['ß', ['U00DF']],
    ['日', ['U65E5']],
    ['🎉', ['U1F389']],
    ['XF86AudioMute', ['XF86AudioMute']],
  ])('%s', (text, keys) => {
    expect(parseKeys(text)).toEqual({ keys });
  });

  test.each(['', 'ctrl+', 'nonsense', 'ctrl+nonsense', 'a b', '--help', '\x07', 'ctrl + s + ', '\ud800'])(
    '%j is none',
    (text) => {
      expect(parseKeys(text)).toEqual({ problem: expect.stringContaining('there is no key') });
    },
  );

  test('more than hands hold are too many', () => {
    expect(parseKeys(Array(9).fill('a').join('+'))).toEqual({ problem: '9 keys at once are more than 8' });
  });
});
