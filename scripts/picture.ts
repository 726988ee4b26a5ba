// Takes a picture of a program in a real terminal: runs it, plays keys, and draws the screen as a PNG (and SVG).
//
// Usage: node scripts/picture.ts --out docs/images/x.png [--size 120x40] [--keys "wait:'ready' 'ls' enter still:300"]
//                                [--cwd DIR] [--scale 2] [--cursor] -- COMMAND…
// The language of --keys is described in scripts/lib/key-script.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Resvg } from '@resvg/resvg-js';
import { cellsToSvg } from './lib/cells-to-svg.ts';
import { openEmojiFont } from './lib/emoji-font.ts';
import { parseKeys } from './lib/key-script.ts';
import { describeMissing, ensurePackages } from './lib/packages.ts';
import { driveScreen } from './lib/screen-driver.ts';
import { EMOJI_FONT, PICTURE_PACKAGES } from './system-packages.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    size: { type: 'string', default: '120x40' },
    keys: { type: 'string', default: 'still:500' },
    cwd: { type: 'string', default: '.' },
    scale: { type: 'string', default: '2' },
    cursor: { type: 'boolean', default: false },
  },
});

const [cols, rows] = values.size.split('x').map(Number);
if (values.out === undefined || !cols || !rows || positionals.length === 0) {
  console.error('picture: needs --out FILE.png, --size COLSxROWS and a command after --');
  process.exit(2);
}

const missing = ensurePackages(PICTURE_PACKAGES);
if (missing.length > 0) console.error(describeMissing(missing));

const svg = await driveScreen(
  {
    command: positionals,
    cols,
    rows,
    cwd: resolve(values.cwd),
    env: process.env,
    steps: parseKeys(values.keys),
  },
  (terminal) => cellsToSvg(terminal, { cursor: values.cursor, emoji: openEmojiFont(EMOJI_FONT) }),
);
const picture = new Resvg(svg, {
  fitTo: { mode: 'zoom', value: Number(values.scale) },
  font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans Mono', monospaceFamily: 'DejaVu Sans Mono' },
}).render();

mkdirSync(dirname(resolve(values.out)), { recursive: true });
writeFileSync(values.out, picture.asPng());
console.log(`${values.out}: ${picture.width}×${picture.height}`);
