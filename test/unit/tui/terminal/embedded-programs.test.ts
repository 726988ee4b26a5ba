import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IPty, spawn } from 'node-pty';
import { afterEach, describe, expect, it } from 'vitest';
import { attrBg, attrFg, attrFlags, CellGrid, DEFAULT_ATTR, INVERSE } from '../../../../src/tui/terminal/cells.ts';
import { createEmbeddedTerminal } from '../../../../src/tui/terminal/embedded-terminal.ts';

const [COLS, ROWS] = [60, 12];
const missing = (name: string) =>
  !['/bin', '/usr/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, name)));
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** A real program in a real pseudo-terminal, drawn by the embedded terminal. */
function run(file: string, args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  let pty: IPty | undefined;
  const terminal = createEmbeddedTerminal(
    { cols: COLS, rows: ROWS },
    { scrollback: 100, reply: (data) => pty?.write(data) },
  );
  undo.push(() => terminal.close());
  writeFileSync(join(folder, 'text'), Array.from({ length: 99 }, (_, line) => `line ${line + 1} 漢字\n`).join(''));
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    HOME: folder,
    PS1: '$ ',
  };
  const child = spawn(file, args, { cols: COLS, rows: ROWS, cwd: folder, env, encoding: null });
  pty = child;
  let exited = false;
  child.onExit(() => {
    exited = true;
  });
  undo.push(() => {
    if (!exited) child.kill('SIGKILL');
  });
  child.onData((data) => void terminal.write(data as unknown as Uint8Array));
  const grid = () => {
    const drawn = new CellGrid(COLS, ROWS);
    terminal.draw(
      drawn,
      { x: 0, y: 0, width: COLS, height: ROWS },
      { scrollBack: 0, defaultAttr: DEFAULT_ATTR, cursor: true },
    );
    return drawn;
  };
  const until = (holds: (grid: CellGrid) => boolean): Promise<CellGrid> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => settle(new Error(`never came:\n${grid().toText()}`)), 10_000);
      const stop = terminal.onChange(() => holds(grid()) && settle());
      const settle = (error?: Error) => {
        clearTimeout(late);
        stop();
        if (error) reject(error);
        else resolve(grid());
      };
      if (holds(grid())) settle();
    });
  return { terminal, type: (text: string) => child.write(text), grid, until };
}

describe('embedded terminal with real programs', () => {
  it.skipIf(missing('bash'))('draws what bash and its readline do', async () => {
    const bash = run('bash', ['--norc', '--noprofile', '-i']);
    await bash.until((grid) => grid.toText().startsWith('$') && grid.cursor?.x === 2);
    bash.type('echo -e "\\e[1;31mred\\e[0m 漢字 $((6*7))"\r');
    // The new prompt comes after the line.
    const grid = await bash.until((drawn) => /^red 漢字 42\n\S*\$$/m.test(drawn.toText()) && drawn.cursor?.x === 2);
    const row = grid.toText().split('\n').indexOf('red 漢字 42');
    expect(attrFg(grid.attrs[row * COLS] as number)).toBe(1);
    expect(grid.cursor).toEqual({ x: 2, y: row + 1 });
    bash.type('abc\x01X');
    expect((await bash.until((drawn) => drawn.toText().includes('$ Xabc'))).cursor?.x).toBe(3);
  });

  it.skipIf(missing('less'))('draws less, its search and its leaving', async () => {
    const less = run('less', ['text']);
    await less.until((grid) => grid.toText().startsWith('line 1 漢字\nline 2') && less.terminal.modes().alternate);
    less.type('G');
    await less.until((grid) => grid.toText().includes('line 99 漢字'));
    less.type('?line 50\r');
    const grid = await less.until((drawn) => drawn.toText().startsWith('line 50 '));
    expect(attrFlags(grid.attrs[0] as number) & INVERSE || attrBg(grid.attrs[0] as number) < 256).toBeTruthy();
    less.type('q');
    await less.until(() => !less.terminal.modes().alternate);
  });

  it.skipIf(missing('vi'))('draws vi, takes its input, and gets the screen back from it', async () => {
    const vi = run('vi', ['-u', 'NONE', '-N', 'text']);
    await vi.until((grid) => grid.toText().startsWith('line 1 漢字') && vi.terminal.modes().alternate);
    vi.type('Ohello 👍🏽 wörld\x1b');
    const grid = await vi.until((drawn) => drawn.toText().startsWith('hello 👍🏽 wörld\nline 1 漢字'));
    expect(grid.chars.length).toBe(COLS * ROWS);
    vi.type(':set nu\r');
    await vi.until((drawn) => /^ +1 hello/.test(drawn.toText()));
    vi.type(':q!\r');
    await vi.until(() => !vi.terminal.modes().alternate);
  });
});
