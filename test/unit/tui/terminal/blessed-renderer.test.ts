import headless from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlessedRenderer, createBlessedRenderer } from '../../../../src/tui/terminal/blessed-renderer.ts';
import { BOLD, CellGrid, DEFAULT_ATTR, INVERSE, makeAttr } from '../../../../src/tui/terminal/cells.ts';
import { modernWidths } from '../../../helpers/terminal-width.ts';

const COLS = 16;
const ROWS = 4;

function rendererOf(size: { width: number; height: number }, options?: { links?: boolean }): BlessedRenderer {
  const renderer = createBlessedRenderer(options);
  renderer.reset(size);
  return renderer;
}

type Emulator = InstanceType<typeof headless.Terminal>;

function createEmulator(widths: 'modern' | 'of old'): Emulator {
  const term = new headless.Terminal({ cols: COLS, rows: ROWS, allowProposedApi: true });
  if (widths === 'modern') {
    term.unicode.register(modernWidths);
    term.unicode.activeVersion = modernWidths.version;
  }
  return term;
}

const feed = (term: Emulator, data: string) => new Promise<void>((resolve) => term.write(data, resolve));

/** Cells whose width no terminal doubts must be where the grid has them; in a modern terminal, all of them. */
function expectShown(term: Emulator, grid: CellGrid, everything: boolean) {
  for (let y = 0; y < ROWS; y += 1) {
    for (let x = 0; x < COLS; x += 1) {
      const at = y * COLS + x;
      const wanted = grid.chars[at] as string;
      const left = x > 0 ? (grid.chars[at - 1] as string) : '';
      if (!everything && (wanted.length > 1 || (wanted === '' && left.length > 1))) continue;
      const cell = term.buffer.active.getLine(y)?.getCell(x);
      expect({ x, y, char: cell?.getChars() || (cell?.getWidth() === 0 ? '' : ' ') }).toEqual({ x, y, char: wanted });
      if (wanted === '') continue;
      const attr = grid.attrs[at] as number;
      const fg = cell?.isFgDefault() ? 0x1ff : cell?.getFgColor();
      const bg = cell?.isBgDefault() ? 0x1ff : cell?.getBgColor();
      const flags = (cell?.isBold() ? BOLD : 0) | (cell?.isInverse() ? INVERSE : 0);
      expect(makeAttr(fg, bg, flags)).toBe(attr);
    }
  }
}

const attrs = [DEFAULT_ATTR, makeAttr(1), makeAttr(12, 4, BOLD), makeAttr(200, 17, INVERSE)];
const words = ['abc', ' ', '漢字', '한', '👨‍👩‍👧‍👦', '🚀', '❤️', '🇩🇪', '👍🏽', 'e\u0301', '│', '✓'];
const writes = fc.array(
  fc.record({
    x: fc.integer({ min: -2, max: COLS }),
    y: fc.integer({ min: 0, max: ROWS - 1 }),
    text: fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((parts) => parts.join('')),
    attr: fc.constantFrom(...attrs),
    clear: fc.boolean(),
  }),
  { maxLength: 6 },
);

describe('frames', () => {
  it.each(['modern', 'of old'] as const)('bring any grid to any other in a terminal with %s widths', async (widths) => {
    await fc.assert(
      fc.asyncProperty(fc.array(writes, { minLength: 1, maxLength: 6 }), async (frames) => {
        const term = createEmulator(widths);
        const renderer = rendererOf({ width: COLS, height: ROWS });
        await feed(term, '\x1b[?7l');
        const grid = new CellGrid(COLS, ROWS);
        for (const frame of frames) {
          for (const { x, y, text, attr, clear } of frame) {
            if (clear) grid.fill({ x: 0, y, width: COLS, height: 1 }, ' ', attr);
            grid.write(x, y, text, attr);
          }
          await feed(term, renderer.frame(grid));
          expectShown(term, grid, widths === 'modern');
        }
        renderer.close();
        term.dispose();
      }),
      { numRuns: 150 },
    );
  });

  it('are empty when nothing changed', () => {
    const renderer = rendererOf({ width: COLS, height: ROWS });
    const grid = new CellGrid(COLS, ROWS);
    expect(renderer.frame(grid)).toBe('');
    grid.write(0, 0, '漢 👨‍👩‍👧‍👦 abc', attrs[1] as number);
    expect(renderer.frame(grid)).not.toBe('');
    expect(renderer.frame(grid)).toBe('');
    const same = new CellGrid(COLS, ROWS);
    same.blit(grid, 0, 0);
    expect(renderer.frame(same)).toBe('');
    renderer.close();
  });

  it('write only what changed', () => {
    const renderer = rendererOf({ width: 100, height: 30 });
    const grid = new CellGrid(100, 30);
    for (let y = 0; y < 30; y += 1) grid.write(0, y, 'x'.repeat(100), DEFAULT_ATTR);
    renderer.frame(grid);
    grid.write(40, 7, 'new', DEFAULT_ATTR);
    expect(renderer.frame(grid)).toBe('\x1b[8;1H\x1b[40Cnew');
    renderer.close();
  });

  it('start over after a reset, and take a grid of another size', async () => {
    const renderer = rendererOf({ width: 5, height: 2 });
    const grid = new CellGrid(30, 9);
    grid.write(0, 0, 'abc漢字', DEFAULT_ATTR);
    const term = createEmulator('modern');
    await feed(term, renderer.frame(grid));
    expect(term.buffer.active.getLine(0)?.translateToString(true)).toBe('abc漢');
    renderer.reset({ width: COLS, height: ROWS });
    await feed(term, `\x1b[2J${renderer.frame(grid)}`);
    expect(term.buffer.active.getLine(0)?.translateToString(true)).toBe('abc漢字');
    renderer.close();
  });

  describe('with links', () => {
    const TARGET = 'https://a.example/b';
    const OPEN = `\x1b]8;;${TARGET}\x1b\\`;
    const CLOSE = '\x1b]8;;\x1b\\';
    const linked = () => {
      const grid = new CellGrid(COLS, ROWS);
      grid.write(0, 1, 'see there now', DEFAULT_ATTR);
      grid.link({ x: 4, y: 1, width: 5, height: 1 }, TARGET);
      return grid;
    };

    it('begin each where it begins, and end it where it ends', () => {
      const renderer = rendererOf({ width: COLS, height: ROWS });
      expect(renderer.frame(linked())).toContain(`see ${OPEN}there${CLOSE} now`);
      expect(renderer.frame(linked())).toBe('');
      renderer.close();
    });

    it('write nothing of a link when another row changes, and all of it when its own does', () => {
      const renderer = rendererOf({ width: COLS, height: ROWS });
      const grid = linked();
      renderer.frame(grid);
      grid.write(0, 2, 'other', DEFAULT_ATTR);
      expect(renderer.frame(grid)).not.toContain('\x1b]8');
      grid.write(6, 1, 'E', DEFAULT_ATTR);
      grid.link({ x: 6, y: 1, width: 1, height: 1 }, TARGET);
      expect(renderer.frame(grid)).toContain(`see ${OPEN}thEre${CLOSE} now`);
      renderer.close();
    });

    it('take away what is no link any more, though the text is the same', () => {
      const renderer = rendererOf({ width: COLS, height: ROWS });
      const grid = linked();
      renderer.frame(grid);
      grid.write(4, 1, 'there', DEFAULT_ATTR);
      const frame = renderer.frame(grid);
      expect(frame).toContain('see there now');
      expect(frame).not.toContain('\x1b]8');
      renderer.close();
    });

    it('end a link at the edge, around wide characters too, and in other colours', () => {
      const renderer = rendererOf({ width: 4, height: 1 });
      const grid = new CellGrid(6, 1);
      grid.write(0, 0, '漢', DEFAULT_ATTR);
      grid.write(2, 0, 'abcd', makeAttr(1));
      grid.link({ x: 0, y: 0, width: 6, height: 1 }, TARGET);
      const frame = renderer.frame(grid);
      expect(frame.split(OPEN)).toHaveLength(2);
      expect(frame.split(CLOSE)).toHaveLength(2);
      expect(frame.indexOf(OPEN)).toBeLessThan(frame.indexOf('漢'));
      expect(frame.indexOf(CLOSE)).toBeGreaterThan(frame.indexOf('b'));
      renderer.close();
    });

    it('have none in a terminal that would print them', () => {
      const renderer = rendererOf({ width: COLS, height: ROWS }, { links: false });
      const frame = renderer.frame(linked());
      expect(frame).toContain('there');
      expect(frame).not.toContain('\x1b]8');
      expect(renderer.frame(linked())).toBe('');
      renderer.close();
    });
  });

  it('leave no trace in the process', () => {
    const events = ['exit', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'uncaughtException'];
    const counts = () => events.map((event) => process.listenerCount(event as 'exit'));
    const before = counts();
    process.env.TMUX = '/nowhere,1,0';
    const renderer = rendererOf({ width: 5, height: 2 });
    expect(counts()).toEqual(before);
    expect(process.env.TMUX).toBe('/nowhere,1,0');
    delete process.env.TMUX;
    renderer.close();
    expect(counts()).toEqual(before);
  });
});
