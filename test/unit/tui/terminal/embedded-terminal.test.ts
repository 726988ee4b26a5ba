import { describe, expect, it } from 'vitest';
import {
  attrBg,
  attrFg,
  attrFlags,
  BLINK,
  BOLD,
  CellGrid,
  DEFAULT_ATTR,
  INVERSE,
  INVISIBLE,
  makeAttr,
  TERMINAL_COLOUR,
  UNDERLINE,
} from '../../../../src/tui/terminal/cells.ts';
import { badCell, drawn, feed, shown, start } from './embedded-helpers.ts';

describe('embedded terminal: drawing', () => {
  it('draws text, wide characters and emoji where they belong', async () => {
    const grid = await shown('a漢字b\r\n👨‍👩‍👧!🇩🇪!👍🏽!\r\ne\u0301 ☺\ufe0f.\r\n1️⃣ क्ष');
    expect(grid.toText()).toBe('a漢字b\n👨‍👩‍👧!🇩🇪!👍🏽!\ne\u0301 ☺\ufe0f.\n1️⃣ क्ष');
    expect(grid.chars.slice(0, 7)).toEqual(['a', '漢', '', '字', '', 'b', ' ']);
    expect(grid.chars.slice(20, 30)).toEqual(['👨‍👩‍👧', '', '!', '🇩🇪', '', '!', '👍🏽', '', '!', ' ']);
    expect(badCell(grid)).toBeUndefined();
  });

  it('takes characters apart that come in pieces', async () => {
    const terminal = start();
    const bytes = new TextEncoder().encode('漢👩‍🚀—\x1b[31mr');
    for (const byte of bytes) await terminal.write(Uint8Array.of(byte));
    const grid = drawn(terminal);
    expect(grid.toText().trimEnd()).toBe('漢👩‍🚀—r');
    expect(attrFg(grid.attrs[5] as number)).toBe(1);
  });

  it.each([
    ['1', BOLD],
    ['4', UNDERLINE],
    ['4:3', UNDERLINE],
    ['5', BLINK],
    ['7', INVERSE],
    ['8', INVISIBLE],
    ['1;4;7', BOLD | UNDERLINE | INVERSE],
    ['1;22', 0],
    ['3;9;53', 0],
  ])('draws SGR %s', async (sgr, flags) => {
    const grid = await shown(`\x1b[${sgr}mx`);
    expect(attrFlags(grid.attrs[0] as number)).toBe(flags);
    expect(attrFg(grid.attrs[0] as number)).toBe(TERMINAL_COLOUR);
  });

  it.each([
    ['31', 1, TERMINAL_COLOUR],
    ['97;100', 15, 8],
    ['38;5;208;48;5;17', 208, 17],
    ['38;2;255;0;0;48;2;8;8;8', 196, 232],
    ['38:2::95:135:175', 67, TERMINAL_COLOUR],
    ['31;39', TERMINAL_COLOUR, TERMINAL_COLOUR],
  ])('draws the colours of SGR %s', async (sgr, fg, bg) => {
    const attr = (await shown(`\x1b[${sgr}mx`)).attrs[0] as number;
    expect([attrFg(attr), attrBg(attr)]).toEqual([fg, bg]);
  });

  it('takes the colours of the place it is drawn in, and of its tier', async () => {
    const terminal = start();
    await feed(terminal, 'a\x1b[2mb\x1b[0;38;2;255;0;0mc\x1b[0;7md');
    const [dialog, muted] = [makeAttr(253, 235), makeAttr(242)];
    const grid = drawn(terminal, 20, 4, { defaultAttr: dialog, mutedAttr: muted });
    expect([...grid.attrs.slice(0, 5)]).toEqual([
      dialog,
      makeAttr(242, 235),
      makeAttr(196, 235),
      makeAttr(253, 235, INVERSE),
      dialog,
    ]);
    expect(attrFg(drawn(terminal, 20, 4, { tier: '16' }).attrs[2] as number)).toBe(9);
    const mono = drawn(terminal, 20, 4, { tier: 'mono' });
    expect([...mono.attrs.slice(1, 4)]).toEqual([DEFAULT_ATTR, DEFAULT_ATTR, makeAttr(undefined, undefined, INVERSE)]);
  });

  it('shows the cursor where the program has it, unless it is hidden', async () => {
    const terminal = start();
    await feed(terminal, 'ab\r\n漢c');
    expect(drawn(terminal).cursor).toEqual({ x: 3, y: 1 });
    expect(drawn(terminal, 20, 4, { cursor: false }).cursor).toBeUndefined();
    for (const [sequence, cursor] of [
      ['\x1b[?25l', undefined],
      ['\x1b[?1;25h', { x: 3, y: 1 }],
      ['\x1b[?25l\x1b[!p', { x: 3, y: 1 }],
      ['\x1b[?25l\x1bc', { x: 0, y: 0 }],
    ] as const) {
      await feed(terminal, sequence);
      expect(drawn(terminal).cursor).toEqual(cursor);
    }
    await feed(terminal, 'x'.repeat(20));
    expect(drawn(terminal).cursor).toEqual({ x: 19, y: 0 });
  });

  it('scrolls back, at most to the oldest row', async () => {
    const terminal = start(20, 3);
    await feed(terminal, Array.from({ length: 10 }, (_, row) => `row ${row}`).join('\r\n'));
    const text = (scrollBack: number) => drawn(terminal, 20, 3, { scrollBack }).toText();
    expect(text(0)).toBe('row 7\nrow 8\nrow 9');
    expect(text(2)).toBe('row 5\nrow 6\nrow 7');
    expect(text(100)).toBe('row 0\nrow 1\nrow 2');
    expect(drawn(terminal, 20, 3, { scrollBack: 1 }).cursor).toBeUndefined();
    expect(terminal.rows(3)).toBe(10);
    expect(terminal.trimmed).toBe(0);
    expect(terminal.text(8)).toEqual(['row 8', 'row 9']);
    await feed(terminal, '\r\n'.repeat(200));
    expect(terminal.rows(3)).toBe(53);
    expect(terminal.trimmed).toBe(10 + 200 - 53);
    await feed(terminal, '\x1bcnew\r\n'.padEnd(400, '\n'));
    const before = terminal.trimmed + terminal.rows(3);
    await feed(terminal, '\n'.repeat(7));
    expect(terminal.trimmed + terminal.rows(3)).toBe(before + 7);
  });

  it('finds a text in all that it keeps, also where it goes on in the next row', async () => {
    const terminal = start(10, 3);
    await feed(terminal, 'needle\r\nxxxxxxxNeedle\r\n漢字needle\r\n\r\nnothing\r\n');
    expect(terminal.find('NEEDLE')).toEqual([0, 1, 3]);
    expect(terminal.find('eedlex')).toEqual([]);
    expect(terminal.find('')).toEqual([]);
  });

  it('draws into a part of the grid, and nothing beside it', async () => {
    const terminal = start(6, 2);
    await feed(terminal, 'abcde漢f');
    const grid = new CellGrid(8, 4);
    grid.fill({ x: 0, y: 0, width: 8, height: 4 }, '.', DEFAULT_ATTR);
    grid.write(1, 1, '字', DEFAULT_ATTR);
    terminal.draw(
      grid,
      { x: 2, y: 1, width: 5, height: 2 },
      { scrollBack: 0, defaultAttr: DEFAULT_ATTR, cursor: true },
    );
    expect(grid.toText()).toBe('........\n. abcde.\n..漢f  .\n........');
    expect(grid.cursor).toEqual({ x: 5, y: 2 });
    for (const rect of [
      { x: -2, y: -1, width: 6, height: 2 },
      { x: 5, y: 3, width: 6, height: 2 },
      { x: 2, y: 1, width: 0, height: 0 },
      { x: 90, y: 90, width: 6, height: 2 },
    ]) {
      terminal.draw(grid, rect, { scrollBack: 0, defaultAttr: DEFAULT_ATTR, cursor: true });
      expect(badCell(grid)).toBeUndefined();
      expect(grid.chars).toHaveLength(32);
    }
  });

  it('cuts a wide character at the edge of the box', async () => {
    const terminal = start(6, 2);
    await feed(terminal, 'ab漢');
    expect(drawn(terminal, 3, 2).toText()).toBe('ab\n');
  });

  it('keeps the row of the cursor in a box that is lower than the screen, and fills a higher one from scrollback', async () => {
    const terminal = start(20, 6);
    await feed(terminal, 'one\r\ntwo\r\nthree');
    expect(drawn(terminal, 20, 2).toText()).toBe('two\nthree');
    await feed(terminal, '\r\n4\r\n5\r\n6\r\n7\r\n8');
    expect(drawn(terminal, 20, 7).toText()).toBe('two\nthree\n4\n5\n6\n7\n8');
    expect(drawn(terminal, 20, 10).toText()).toBe('one\ntwo\nthree\n4\n5\n6\n7\n8\n\n');
  });

  it('resizes, also to nonsense, and says so', async () => {
    const terminal = start();
    let changes = 0;
    const stop = terminal.onChange(() => {
      changes += 1;
    });
    await feed(terminal, 'hello world, hello\r\n$');
    terminal.resize(10, 2);
    expect(changes).toBe(2);
    expect(drawn(terminal, 10, 3).toText()).toBe('hello worl\nd, hello\n$');
    for (const [cols, rows] of [
      [0, 0],
      [-5, Number.NaN],
      [1e9, 3],
    ] as const) {
      terminal.resize(cols, rows);
      expect(badCell(drawn(terminal))).toBeUndefined();
    }
    stop();
    await feed(terminal, 'x');
    expect(changes).toBe(5);
  });

  it('resizes between two sequences when it is asked to in the middle of parsing', async () => {
    const terminal = start(40, 10);
    const written = feed(terminal, `${'\x1b[9T\x1b[2J'.repeat(5_000)}\x1b[Hend`);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    terminal.resize(10, 3);
    await written;
    expect(drawn(terminal, 10, 3).toText()).toBe('end\n\n');
  });

  it('tells the modes that whoever sends keys must know', async () => {
    const terminal = start();
    expect(terminal.modes()).toEqual({
      applicationCursor: false,
      bracketedPaste: false,
      mouse: false,
      alternate: false,
    });
    await feed(terminal, '\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1049h');
    expect(terminal.modes()).toEqual({ applicationCursor: true, bracketedPaste: true, mouse: true, alternate: true });
    await feed(terminal, '\x1bc');
    expect(terminal.modes()).toEqual({
      applicationCursor: false,
      bracketedPaste: false,
      mouse: false,
      alternate: false,
    });
  });
});

describe('embedded terminal: writing', () => {
  it('parses in order and resolves when done, however large', async () => {
    const terminal = start(20, 3);
    const writes = [
      feed(terminal, `${'x'.repeat(19)}\r\n`.repeat(20_000)),
      feed(terminal, 'tail'),
      feed(terminal, '!'),
    ];
    await writes[1];
    expect(drawn(terminal, 20, 3).toText()).toContain('tail');
    await Promise.all(writes);
    expect(drawn(terminal, 20, 3).toText().split('\n').at(-1)).toBe('tail!');
  });

  it('releases whoever waits when it is closed', async () => {
    const terminal = start();
    const writes = [feed(terminal, 'x'.repeat(1_000_000)), feed(terminal, 'more')];
    terminal.close();
    await Promise.all(writes);
    await feed(terminal, 'after');
  });
});
