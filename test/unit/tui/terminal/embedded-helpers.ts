// What the tests of the embedded terminal share: making one, feeding it, drawing it, and judging what was drawn.
import { afterEach } from 'vitest';
import { CellGrid, DEFAULT_ATTR } from '../../../../src/tui/terminal/cells.ts';
import type { TerminalDrawOptions } from '../../../../src/tui/terminal/embedded-draw.ts';
import { createEmbeddedTerminal, type EmbeddedTerminal } from '../../../../src/tui/terminal/embedded-terminal.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';

/** Closed after each test. */
export const open: { close(): void }[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

export function start(cols = 20, rows = 4, reply?: (data: string) => void): EmbeddedTerminal {
  const terminal = createEmbeddedTerminal({ cols, rows }, { scrollback: 50, ...(reply ? { reply } : {}) });
  open.push(terminal);
  return terminal;
}
export const feed = (terminal: EmbeddedTerminal, text: string) => terminal.write(new TextEncoder().encode(text));

export function drawn(
  terminal: EmbeddedTerminal,
  width = 20,
  height = 4,
  options: Partial<TerminalDrawOptions> = {},
): CellGrid {
  const grid = new CellGrid(width, height);
  const rect = { x: 0, y: 0, width, height };
  terminal.draw(grid, rect, { scrollBack: 0, defaultAttr: DEFAULT_ATTR, cursor: true, ...options });
  return grid;
}

export async function shown(text: string, width = 20, height = 4): Promise<CellGrid> {
  const terminal = start(width, height);
  await feed(terminal, text);
  return drawn(terminal, width, height);
}

/** Every cell is one visible grapheme of its width, or the right half of a wide one. */
export function badCell(grid: CellGrid): string | undefined {
  for (let at = 0; at < grid.chars.length; at += 1) {
    const char = grid.chars[at] as string;
    const wide = at % grid.width < grid.width - 1 && grid.chars[at + 1] === '';
    const hidden = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u.test(char);
    if (char === '' && (at % grid.width === 0 || grid.chars[at - 1] === '')) return `${at}: stray half`;
    if (char !== '' && (hidden || stringWidth(char) !== (wide ? 2 : 1))) return `${at}: ${JSON.stringify(char)}`;
  }
  return undefined;
}
