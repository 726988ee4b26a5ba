// The list of themes, each with a few words in its own colours. What is around it is not dimmed: it is drawn in the theme
// that is selected, and that is what one looks at.

import { THEME_CHOICES, type ThemeChoice } from '../../core/theme-names.ts';
import type { OverlayOf } from '../model/overlay-model.ts';
import { overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { themeNamed } from '../terminal/detect-theme.ts';
import { SCHEMES } from '../terminal/palettes.ts';
import type { StyleName } from '../terminal/theme.ts';
import { keySpans, openBox } from './dialog.ts';
import { type Paint, type Span, select, write } from './paint.ts';

const NAME_WIDTH = Math.max(...THEME_CHOICES.map((name) => name.length)) + 2;

export function drawThemes(outer: Paint, overlay: OverlayOf<'theme'>): void {
  const { model, theme } = outer;
  const { paint, box } = openBox(outer, overlayRect(model, overlay), 'Theme');
  const at: Rect = { ...box, height: Math.max(1, box.height - 1) };
  const selected = THEME_CHOICES.indexOf(model.settings.theme);
  const first = Math.max(0, Math.min(selected - Math.floor(at.height / 2), THEME_CHOICES.length - at.height));
  THEME_CHOICES.slice(first, first + at.height).forEach((choice, index) => {
    const row = { ...at, y: at.y + index };
    const name = choice.padEnd(NAME_WIDTH);
    const here = choice === overlay.before ? ` ${paint.glyphs.bullet} ` : '   ';
    const used = write(paint, row.x, row.y, [[`${here}${name}`, paint.style('text')]], row.width);
    const sample = theme.tier === 'mono' ? [] : samples(paint, choice);
    const after = row.x + used + sample.reduce((sum, [text]) => sum + text.length, 0);
    write(paint, after, row.y, [[`  ${helpOf(paint, choice)}`, paint.style('muted')]], row.x + row.width - after);
    if (first + index === selected) select(paint, row);
    write(paint, row.x + used, row.y, sample, row.width - used);
  });
  if (box.height < 2) return;
  const keys = keySpans(paint, [
    ['theme.keep', 'choose'],
    ['theme.close', 'back'],
    ['theme.down', 'next'],
  ]);
  write(paint, box.x + 1, box.y + box.height - 1, keys, box.width - 2);
}

const SAMPLES = [
  ['accent', 'running'],
  ['success', 'done'],
  ['warning', 'waiting'],
  ['error', 'failed'],
  ['muted', 'cancelled'],
] as const satisfies readonly (readonly [StyleName, string])[];

/** The signs of the runs as they look in a theme, on its own ground. */
function samples({ theme, model, glyphs }: Paint, choice: ThemeChoice): Span[] {
  const { style } = themeNamed(choice, { tier: theme.tier, terminal: model.settings.background, glyphs });
  const signs = SAMPLES.map(([name, glyph]): Span => [`${glyphs[glyph]} `, style(name)]);
  return [[' ', style('text')], ...signs];
}

function helpOf(paint: Paint, choice: ThemeChoice): string {
  if (paint.theme.tier === 'mono') return choice === 'auto' ? 'there are no colours here: all are alike' : '';
  return choice === 'auto' ? 'dark or light, as the terminal is' : SCHEMES[choice].help;
}
