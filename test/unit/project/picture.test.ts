// Pictures of screens: a key script is read or refused, and a screen that a real program drew becomes the right SVG.
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { cellsToSvg } from '../../../scripts/lib/cells-to-svg.ts';
import { parseKeys } from '../../../scripts/lib/key-script.ts';
import { colour256 } from '../../../scripts/lib/screen-cells.ts';
import { driveScreen } from '../../../scripts/lib/screen-driver.ts';

async function svgOf(text: string, options = { cursor: false }): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 20, rows: 2, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return cellsToSvg(terminal, options);
}

test('letters stand on the grid, whatever is before them', async () => {
  expect(await svgOf('a漢b')).toMatch(/<text x="0 27" [^>]*>ab<\/text>\n<text x="9" [^>]*CJK[^>]*>漢<\/text>/);
});

test('text cannot break out of the picture', async () => {
  const svg = await svgOf('<b>&');
  expect(svg).toContain('>&lt;b&gt;&amp;</text>');
  expect(svg).not.toContain('<b>');
});

test('colours, bold, underline and inverse are drawn', async () => {
  expect(await svgOf('\x1b[1;38;5;208mx')).toMatch(/fill="#ff8700" font-weight="bold">x</);
  expect(await svgOf('\x1b[38;2;1;2;3mx')).toContain('fill="#010203"');
  expect(await svgOf('\x1b[4mxx')).toMatch(/<rect x="0" y="16" width="18" height="1"/);
  expect(await svgOf('\x1b[7mxx')).toMatch(
    /<rect x="0" y="0" width="18" height="19" fill="#d6d9e0".*\n.*fill="#16181d">xx</,
  );
});

test('borders and blocks are shapes that fill their cells', async () => {
  const svg = await svgOf('─█');
  expect(svg).toContain('d="M4.5 9.5H0M4.5 9.5H9"');
  expect(svg).toContain('<rect x="9" y="0" width="9" height="19"');
  expect(svg).not.toContain('<text');
});

test('the cursor is drawn where it is, if asked for', async () => {
  expect(await svgOf('ab', { cursor: true })).toMatch(/<rect x="18" y="0" width="9" height="19"[^>]* opacity="0.6"/);
  expect(await svgOf('ab')).not.toContain('opacity');
});

test('the palette is that of xterm', () => {
  expect([16, 21, 196, 231, 232, 255].map(colour256)).toEqual([
    ...['#000000', '#0000ff', '#ff0000', '#ffffff'],
    ...['#080808', '#eeeeee'],
  ]);
});

test('a key script is read word by word', () => {
  expect(parseKeys(`wait:'is ready' "it's" enter C-c x still:300 gone:old 'a\\nb'`)).toEqual([
    { do: 'wait', text: 'is ready', shown: true },
    { do: 'send', bytes: "it's" },
    { do: 'send', bytes: '\r' },
    { do: 'send', bytes: '\x03' },
    { do: 'send', bytes: 'x' },
    { do: 'still', ms: 300 },
    { do: 'wait', text: 'old', shown: false },
    { do: 'send', bytes: 'a\rb' },
  ]);
});

test('a word that is no key is refused by name', () => {
  expect(() => parseKeys('enter ls')).toThrow('"ls" is no key');
});

test('a program is driven in a real terminal', async () => {
  const screen = await driveScreen(
    {
      command: ['sh', '-c', 'printf "name? "; read name; printf "hello $name\\n"; cat'],
      ...{ cols: 30, rows: 5, cwd: '/', env: { PATH: process.env.PATH } },
      steps: parseKeys(`wait:'name?' 'you' enter wait:'hello you'`),
    },
    (terminal) => cellsToSvg(terminal, { cursor: false }),
  );
  expect(screen).toMatch(/>hello?you</);
});

test('a program that ends too soon is told, with what it said', async () => {
  const drive = driveScreen(
    { command: ['sh', '-c', 'echo gone'], cols: 30, rows: 5, cwd: '/', env: {}, steps: parseKeys('wait:never') },
    () => 'a picture',
  );
  await expect(drive).rejects.toThrow(/^the program ended before "never":\ngone/);
});
