// Every scene as it is drawn, kept in files that can be read: a change of the screen is seen in review, and one that nobody
// meant fails. `npx vitest run test/unit/tui/views/screens.test.ts --update` draws them anew.
import { expect, it } from 'vitest';
import type { Model } from '../../../../src/tui/model/model.ts';
import type { Theme } from '../../../../src/tui/terminal/theme.ts';
import { COLOURS, draw, MONO, SIXTEEN } from './example.ts';
import { scenes } from './scenes.ts';
import { styleMap } from './style-map.ts';

const LARGE = { width: 120, height: 40 };
const SIZES = [LARGE, { width: 80, height: 24 }, { width: 40, height: 12 }];
const FEWER: readonly (readonly [string, Theme])[] = [
  ['16 colours', SIXTEEN],
  ['no colours', MONO],
];

/** The text once, and again only where fewer colours change it; the looks at all three. */
function picture(model: Model): string {
  const { width, height } = model.size;
  const grid = draw(model, COLOURS);
  const text = grid.toText();
  const sections = [`==== ${width}x${height}`, text, '---- 256 colours', styleMap(grid, COLOURS)];
  for (const [name, theme] of FEWER) {
    const other = draw(model, theme);
    const rows = other.toText();
    sections.push(`---- ${name}`, ...(rows === text ? [] : [rows, '----']), styleMap(other, theme));
  }
  return sections.join('\n');
}

const NAMES = Object.keys(scenes(LARGE));

it.each(NAMES)('%s looks as it did', async (name) => {
  const pictures = SIZES.map((size) => picture(scenes(size)[name] as Model));
  await expect(`${pictures.join('\n\n')}\n`).toMatchFileSnapshot(`__screens__/${name}.txt`);
});
