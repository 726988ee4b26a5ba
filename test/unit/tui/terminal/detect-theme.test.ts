import { describe, expect, it } from 'vitest';
import { attrBg, attrFg, attrFlags, INVERSE, makeAttr, TERMINAL_COLOUR } from '../../../../src/tui/terminal/cells.ts';
import { backgroundFromReply, detectTheme } from '../../../../src/tui/terminal/detect-theme.ts';
import { bold, inverse, underline, withBg } from '../../../../src/tui/terminal/theme.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';
import { STYLE_NAMES } from '../../../helpers/style-names.ts';

describe('the tier', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, '256'],
    [{ TERM: 'xterm-kitty' }, '256'],
    [{ TERM: 'tmux-256color' }, '256'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'linux' }, '16'],
    [{}, '16'],
    [{ TERM: 'vt100' }, 'mono'],
    [{ TERM: 'xterm-mono' }, 'mono'],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 'mono'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '0' }, 'mono'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
    [{ TERM: 'xterm-256color', CLICOLOR: '0' }, 'mono'],
    [{ TERM: 'xterm-256color', CLICOLOR: '1' }, '256'],
    [{ TERM: 'xterm-256color', CLICOLOR: '0', CLICOLOR_FORCE: '1' }, '256'],
    [{ TERM: 'xterm-256color', CLICOLOR_FORCE: '1', NO_COLOR: '1' }, 'mono'],
    [{ TERM: 'screen-256color' }, '256'],
    [{ TERM: 'screen' }, '16'],
    [{ TERM: 'xterm-ghostty' }, '256'],
    [{ TERM: 'alacritty' }, '256'],
    [{ TERM: 'foot-extra' }, '256'],
  ])('of %j is %s', (env, tier) => {
    expect(detectTheme(env).tier).toBe(tier);
  });

  it('binds the colours that are used', () => {
    for (const background of ['dark', 'light'] as const) {
      const attrs = (env: NodeJS.ProcessEnv) => {
        const theme = detectTheme(env, { background });
        return STYLE_NAMES.flatMap((name) => [attrFg(theme.style(name)), attrBg(theme.style(name))]);
      };
      expect(attrs({ NO_COLOR: '1' }).every((colour) => colour === TERMINAL_COLOUR)).toBe(true);
      expect(attrs({ TERM: 'xterm' }).every((colour) => colour < 16 || colour === TERMINAL_COLOUR)).toBe(true);
      expect(attrs({ TERM: 'xterm-256color' }).every((colour) => colour < 256 || colour === TERMINAL_COLOUR)).toBe(
        true,
      );
    }
  });

  it('shows what is selected even without colours', () => {
    const theme = detectTheme({ NO_COLOR: '1' });
    expect(attrFlags(theme.style('selected')) & INVERSE).toBe(INVERSE);
    expect(theme.style('error')).not.toBe(theme.style('text'));
  });
});

describe('the background', () => {
  it('is what is given, else what COLORFGBG says, else dark', () => {
    expect(detectTheme({ COLORFGBG: '0;15' }).background).toBe('light');
    expect(detectTheme({ COLORFGBG: '15;default;0' }).background).toBe('dark');
    expect(detectTheme({ COLORFGBG: '0;15' }, { background: 'dark' }).background).toBe('dark');
    expect(detectTheme({}).background).toBe('dark');
    expect(detectTheme({ TERM: 'xterm-256color' }, { background: 'light' }).name).toBe('light');
  });

  it.each([
    ['rgb:0000/0000/0000', 'dark'],
    ['rgb:ffff/ffff/ffff', 'light'],
    ['rgb:fd/f6/e3', 'light'],
    ['rgb:1e1e/1e1e/2e2e', 'dark'],
    ['#fdf6e3', 'light'],
    ['nonsense', undefined],
  ])('of the reply %j is %s', (value, background) => {
    expect(backgroundFromReply(value)).toBe(background);
  });
});

describe('a theme by name', () => {
  const env = { TERM: 'xterm-256color' };

  it('is dark or light as the terminal is, where it can be', () => {
    expect(detectTheme(env, { name: 'auto', background: 'light' })).toMatchObject({
      name: 'light',
      background: 'light',
    });
    expect(detectTheme(env, { name: 'ember', background: 'light' })).toMatchObject({
      name: 'ember',
      background: 'light',
    });
    expect(detectTheme(env, { name: 'ember', background: 'dark' })).toMatchObject({
      name: 'ember',
      background: 'dark',
    });
    expect(detectTheme(env, { name: 'dark', background: 'light' })).toMatchObject({ name: 'dark', background: 'dark' });
  });

  it('brings a ground of its own where it is made for another than the terminal has', () => {
    const ground = (name: 'dark' | 'light', background: 'dark' | 'light') =>
      attrBg(detectTheme(env, { name, background }).style('text'));
    expect(ground('light', 'light')).toBe(TERMINAL_COLOUR);
    expect(ground('dark', 'dark')).toBe(TERMINAL_COLOUR);
    expect(ground('light', 'dark')).toBe(231);
    expect(ground('dark', 'light')).toBe(234);
  });

  it('is the terminal’s own two colours where there are no others', () => {
    const mono = detectTheme({ NO_COLOR: '1' }, { name: 'light', background: 'dark' });
    expect(mono).toMatchObject({ tier: 'mono', background: 'dark' });
    expect(attrBg(detectTheme({ TERM: 'xterm' }, { name: 'ember' }).style('text'))).toBe(TERMINAL_COLOUR);
  });
});

describe('glyphs', () => {
  it('are one column wide, and plain ASCII where the locale is', () => {
    const { arrow: _, ellipsis: __, spinner, progress, border, ...single } = detectTheme({ LANG: 'C.UTF-8' }).glyphs;
    for (const glyph of [...Object.values(single), ...spinner, ...progress, ...border])
      expect(stringWidth(glyph)).toBe(1);
    for (const env of [{ LANG: 'C' }, { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' }, { LANG: 'de_DE.ISO-8859-1' }]) {
      expect(JSON.stringify(detectTheme(env).glyphs)).toMatch(/^[\x20-\x7e]*$/);
    }
    expect(detectTheme({ LANG: 'C.UTF-8' }, { ascii: true }).glyphs.done).toBe('+');
    expect(detectTheme({ LC_CTYPE: 'en_US.utf8', LANG: 'C' }).glyphs.done).toBe('✓');
    expect(detectTheme({}).glyphs.done).toBe('✓');
  });
});

describe('attribute helpers', () => {
  it('change one thing and leave the rest', () => {
    const attr = makeAttr(3, 5);
    expect(attrFlags(bold(underline(attr)))).toBe(3);
    expect(attrFg(bold(attr))).toBe(3);
    expect(inverse(inverse(attr))).toBe(attr);
    expect(withBg(bold(attr), makeAttr(9, 8))).toBe(bold(makeAttr(3, 8)));
  });
});
