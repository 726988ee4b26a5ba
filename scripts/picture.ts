// Takes a picture of a program in a real terminal: runs it, plays keys, and draws the screen as a PNG. With --out X.cast it records
// what the program writes instead, as an asciicast, with the keys typed as fast as a person does.
//
// Usage: node scripts/picture.ts --out docs/images/x.png [--size 120x40] [--keys "wait:'ready' 'ls' enter still:300"]
//                                [--cwd DIR] [--scale 2] [--cursor] -- COMMAND…
// The language of --keys is described in scripts/lib/key-script.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Resvg } from '@resvg/resvg-js';
import { createCast } from './lib/cast.ts';
import { cellsToSvg } from './lib/cells-to-svg.ts';
import { openEmojiFont } from './lib/emoji-font.ts';
import { parseKeys } from './lib/key-script.ts';
import { describeMissing, ensurePackages } from './lib/packages.ts';
import { driveScreen } from './lib/screen-driver.ts';
import { EMOJI_FONT, PICTURE_PACKAGES } from './system-packages.ts';

/** A quick typist: 200 words a minute. */
const TYPING_MS = 60;

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

const out = resolve(values.out);
const drive = {
  command: positionals,
  cols,
  rows,
  cwd: resolve(values.cwd),
  env: process.env,
  steps: parseKeys(values.keys),
};
mkdirSync(dirname(out), { recursive: true });
if (out.endsWith('.cast')) await record();
else await draw();

async function record(): Promise<void> {
  const { cols, rows } = drive;
  const cast = createCast({ cols, rows, title: 'Dispatch: one thread for all your machines' });
  // Up to the last key: how the program gives the terminal back is nothing to look at.
  const text = await driveScreen({ ...drive, typingMs: TYPING_MS, onOutput: cast.add }, cast.text);
  writeFileSync(out, text);
  console.log(`${values.out}: ${cast.seconds()} s`);
}

async function draw(): Promise<void> {
  const missing = ensurePackages(PICTURE_PACKAGES);
  if (missing.length > 0) console.error(describeMissing(missing));
  const svg = await driveScreen(drive, (terminal) =>
    cellsToSvg(terminal, { cursor: values.cursor, emoji: openEmojiFont(EMOJI_FONT) }),
  );
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: Number(values.scale) },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans Mono', monospaceFamily: 'DejaVu Sans Mono' },
  }).render();
  writeFileSync(out, picture.asPng());
  console.log(`${values.out}: ${picture.width}×${picture.height}`);
}
