// Every theme can be read: measured, not looked at.

import { describe, expect, it } from 'vitest';
import { THEME_NAMES } from '../../../../src/core/theme-names.ts';
import {
  type Attr,
  attrBg,
  attrFg,
  attrFlags,
  CellGrid,
  INVERSE,
  TERMINAL_COLOUR,
} from '../../../../src/tui/terminal/cells.ts';
import { detectTheme } from '../../../../src/tui/terminal/detect-theme.ts';
import type { StyleName, Theme } from '../../../../src/tui/terminal/theme.ts';
import { createPaint, onGround } from '../../../../src/tui/views/paint.ts';
import { contrast, distance, rgbOf, type Sight } from '../../../helpers/colour-sight.ts';
import { STYLE_NAMES } from '../../../helpers/style-names.ts';
import { emptyDay } from '../views/example.ts';

const ENV = { TERM: 'xterm-256color', LANG: 'C.UTF-8' };

/** Every theme as it looks on a dark and on a light terminal. */
const LOOKS: [label: string, theme: Theme][] = THEME_NAMES.flatMap((name) =>
  (['dark', 'light'] as const).map((background): [string, Theme] => [
    `${name} on ${background}`,
    detectTheme(ENV, { name, background }),
  ]),
);

/** What stands for a background and a foreground that are the terminal's own: not the extremes, for most are not. */
const USUAL = { dark: { ground: 234, text: 252 }, light: { ground: 255, text: 235 } };

/** Lines, and words that only accompany others. */
const QUIET: readonly StyleName[] = ['muted', 'border', 'borderFocused', 'dialogBorder', 'footerText', 'placeholder'];
/** What has a ground of its own, and is drawn on no other. */
const GROUNDED: readonly StyleName[] = [
  'selected',
  'header',
  'dialog',
  'dialogBorder',
  'badge',
  'badgeWarning',
  'match',
  'qr',
];
/** Lines are not drawn on the bars, and what is muted is lit up there. */
const onBars = (name: StyleName): boolean => !QUIET.includes(name);

function ratio(theme: Theme, attr: Attr): number {
  const usual = USUAL[theme.background];
  const fg = attrFg(attr) === TERMINAL_COLOUR ? usual.text : attrFg(attr);
  const bg = attrBg(attr) === TERMINAL_COLOUR ? usual.ground : attrBg(attr);
  return contrast(fg, bg);
}

function tooFaint(
  theme: Theme,
  ground: StyleName,
  names: readonly StyleName[],
  least: (name: StyleName) => number,
): string[] {
  const paint = createPaint(emptyDay({ width: 80, height: 24 }), theme, new CellGrid(1, 1));
  const brush = ground === 'text' ? paint : onGround(paint, ground);
  return names.flatMap((name) => {
    const seen = ratio(theme, brush.style(name));
    return seen >= least(name) ? [] : [`${name} on ${ground}: ${seen.toFixed(2)}`];
  });
}

describe.each(LOOKS)('%s', (_label, theme) => {
  const isHigh = theme.name === 'high-contrast';
  const least = (name: StyleName): number => (isHigh ? 7 : QUIET.includes(name) ? 3 : 4.5);

  it('can be read on the screen and in dialogs', () => {
    expect(tooFaint(theme, 'text', STYLE_NAMES, least)).toEqual([]);
    const movable = STYLE_NAMES.filter((name) => !GROUNDED.includes(name));
    expect(tooFaint(theme, 'dialog', movable, least)).toEqual([]);
  });

  it('can be read in the header and where it is selected', () => {
    const movable = STYLE_NAMES.filter((name) => !GROUNDED.includes(name) && onBars(name));
    for (const ground of ['header', 'selected'] as const) {
      // Comments in code are quieter than the code.
      expect(tooFaint(theme, ground, movable, (name) => (isHigh ? 7 : name === 'comment' ? 3 : 4))).toEqual([]);
    }
  });

  it('shows what is selected, and what needs a person', () => {
    const selected = theme.style('selected');
    const text = theme.style('text');
    expect((attrFlags(selected) & INVERSE) !== 0 || attrBg(selected) !== attrBg(text)).toBe(true);
    const tones = (['text', 'success', 'warning', 'error', 'accent'] as const).map((name) => attrFg(theme.style(name)));
    expect(new Set(tones).size).toBe(tones.length);
  });

  it('names no colour that its owner may have changed', () => {
    for (const name of STYLE_NAMES)
      for (const colour of [attrFg(theme.style(name)), attrBg(theme.style(name))])
        expect(colour === TERMINAL_COLOUR || colour >= 16, `${name} has ${colour}`).toBe(true);
  });
});

describe('for eyes that do not see red or green apart', () => {
  /** About ten times what is just seen. */
  const PLAIN = 20;
  const pairs = [
    ['success', 'warning'],
    ['success', 'error'],
    ['warning', 'error'],
  ] as const;

  it.each(['full', 'protanopia', 'deuteranopia'] satisfies Sight[])(
    'done, warned and failed differ with %s sight',
    (sight) => {
      for (const background of ['dark', 'light'] as const) {
        const theme = detectTheme(ENV, { name: 'colour-blind', background });
        for (const [one, other] of pairs) {
          const apart = distance(attrFg(theme.style(one)), attrFg(theme.style(other)), sight);
          expect(apart, `${one} and ${other} on ${background}`).toBeGreaterThan(PLAIN);
        }
      }
    },
  );

  it('has the usual values of the colours: a reference red and green are nearly one without green cones', () => {
    expect(rgbOf(75)).toEqual([95, 175, 255]);
    expect(rgbOf(244)).toEqual([128, 128, 128]);
    expect(contrast(16, 231)).toBeCloseTo(21, 5);
    expect(distance(124, 64, 'full')).toBeGreaterThan(80);
    expect(distance(124, 64, 'deuteranopia')).toBeLessThan(distance(124, 64, 'full') / 2);
  });

  it.each([{ TERM: 'xterm' }, { NO_COLOR: '1' }])('the signs say it too, whatever the colours: %j', (env) => {
    for (const ascii of [false, true]) {
      const { glyphs } = detectTheme(env, { name: 'colour-blind', ascii });
      const { running, waiting, done, failed, cancelled, queued, online, suspect, offline } = glyphs;
      const runs = [running, waiting, done, failed, cancelled, queued];
      expect(new Set(runs).size).toBe(runs.length);
      expect(new Set([online, suspect, offline]).size).toBe(3);
    }
  });
});
