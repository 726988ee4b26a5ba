// Turns grids into the bytes that change the terminal from the last grid to the next, through one blessed screen.
// It writes nothing itself: blessed is given a sink, no terminfo of the machine, no input and no signal handlers.
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import Program, { type Program as BlessedProgram } from 'blessed/lib/program.js';
import Screen from 'blessed/lib/widgets/screen.js';
import { type CellGrid, DEFAULT_ATTR } from './cells.ts';
import { CLOSE_LINK, openLink } from './links.ts';

export interface BlessedRenderer {
  /** The bytes to write; empty if the terminal shows this grid already. */
  frame(grid: CellGrid): string;
  /** The terminal is blank now, and of this size. */
  reset(size: { width: number; height: number }): void;
  close(): void;
}

interface Size {
  width: number;
  height: number;
}

/** A cell that no text equals: makes blessed write the cell whatever it is. */
const STALE = '\0';
const CSI = '\x1b[';

/** It has to be told a size by `reset` before the first frame. `links`: whether the terminal knows them. */
export function createBlessedRenderer({ links = true }: { links?: boolean } = {}): BlessedRenderer {
  const program = createProgram();
  const screen = withoutProcessListeners(() => new Screen({ program, fullUnicode: false }));
  let shown: Shown | undefined;

  /** Brings one row of the grid to blessed's lines; `linked`: it has a link, or had one. */
  function copyRow(grid: CellGrid, y: number, columns: number, linked: boolean): void {
    const line = screen.lines[y];
    const old = screen.olines[y];
    if (!line || !old) return;
    // What lies in a link is written between its beginning and its end: all of the row, or none of it.
    let rewrite = linked;
    for (let x = 0; x < columns; x += 1) {
      const at = y * grid.width + x;
      const next = line[x];
      const previous = old[x];
      if (!next || !previous) continue;
      const char = grid.chars[at] as string;
      const rightHalf = char === '' && x > 0;
      next[0] = grid.attrs[rightHalf ? at - 1 : at] as number;
      next[1] = rightHalf ? afterWide(line[x - 1]?.[1] ?? '', x, y) : cellText(grid, at, x, y, columns);
      if (linked) next[1] = withLink(grid, at, x, columns, next[1]);
      // The halves of a wide grapheme are written together or not at all.
      const leftChanged = rightHalf && old[x - 1]?.[1] !== line[x - 1]?.[1];
      const attrChanged = rightHalf && old[x - 1]?.[0] !== line[x - 1]?.[0];
      if (rewrite || leftChanged || attrChanged) previous[1] = STALE;
      // A terminal that measures it differently draws over what follows: all of that is written anew.
      const changed = next[1] !== previous[1] || next[0] !== previous[0];
      if (changed && (next[1].length > 1 || previous[1].length > 1)) rewrite = true;
    }
    line.dirty = true;
  }

  return {
    frame(grid) {
      if (shown === undefined) throw new Error('nobody has told the size of the terminal');
      const { width, height } = shown.size;
      const columns = Math.min(width, grid.width);
      const rows = Math.min(height, grid.height);
      for (let y = 0; y < rows; y += 1) {
        const linked = links && takeLinks(shown, grid, y, columns);
        if (takeRow(shown, grid, y, columns) || linked === 'changed') copyRow(grid, y, columns, linked !== false);
      }
      screen.draw(0, height - 1);
      return takeOutput(program);
    },
    reset(next) {
      program.cols = next.width;
      program.rows = next.height;
      screen.alloc();
      takeOutput(program);
      shown = blank(next);
    },
    close() {
      screen.destroy();
      takeOutput(program);
    },
  };
}

interface Shown {
  readonly size: Size;
  readonly chars: string[];
  readonly attrs: Int32Array;
  /** By row: where its cells lead, by column. */
  readonly links: Map<number, ReadonlyMap<number, string>>;
}

const blank = (size: Size): Shown => ({
  size,
  chars: new Array<string>(size.width * size.height).fill(' '),
  attrs: new Int32Array(size.width * size.height).fill(DEFAULT_ATTR),
  links: new Map(),
});

/** Remembers the row as shown; answers whether it differs from what was. */
function takeRow(shown: Shown, grid: CellGrid, y: number, columns: number): boolean {
  let changed = false;
  let from = y * grid.width;
  let to = y * shown.size.width;
  for (let x = 0; x < columns; x += 1, from += 1, to += 1) {
    if (shown.chars[to] === grid.chars[from] && shown.attrs[to] === grid.attrs[from]) continue;
    shown.chars[to] = grid.chars[from] as string;
    shown.attrs[to] = grid.attrs[from] as number;
    changed = true;
  }
  return changed;
}

const NO_LINKS: ReadonlyMap<number, string> = new Map();

/** Remembers the links of the row; false if there are none now and were none. */
function takeLinks(shown: Shown, grid: CellGrid, y: number, columns: number): false | 'same' | 'changed' {
  const before = shown.links.get(y) ?? NO_LINKS;
  if (before.size === 0 && grid.links.size === 0) return false;
  const now = new Map<number, string>();
  let changed = false;
  for (let x = 0; x < columns; x += 1) {
    const target = grid.links.get(y * grid.width + x);
    if (target !== undefined) now.set(x, target);
    if (target !== before.get(x)) changed = true;
  }
  if (changed) shown.links.set(y, now);
  if (changed) return 'changed';
  return now.size > 0 && 'same';
}

/** The text of a cell with the beginning of its link, or the end of it. */
function withLink(grid: CellGrid, at: number, x: number, columns: number, text: string): string {
  const target = grid.links.get(at);
  if (target === undefined) return text;
  const begins = x === 0 || grid.links.get(at - 1) !== target;
  const ends = x + 1 >= columns || grid.links.get(at + 1) !== target;
  return `${begins ? openLink(target) : ''}${text}${ends ? CLOSE_LINK : ''}`;
}

/**
 * What to write for one cell. Terminals disagree about the width of clusters and of newer emoji, so theirs is
 * written into erased cells and followed by a jump to where the next cell is.
 */
function cellText(grid: CellGrid, at: number, x: number, y: number, columns: number): string {
  const char = grid.chars[at] as string;
  const wide = x + 1 < grid.width && grid.chars[at + 1] === '';
  if (char === '' || (wide && x + 1 >= columns)) return ' ';
  if (char.length === 1) return char;
  return wide ? `${CSI}2X${char}` : char + jump(x + 1, y);
}

const afterWide = (left: string, x: number, y: number): string => (left.length > 1 ? jump(x + 1, y) : '');
const jump = (x: number, y: number): string => `${CSI}${y + 1};${x + 1}H`;

function takeOutput(program: BlessedProgram): string {
  const output = program._buf;
  program._buf = '';
  return output;
}

/**
 * All terminals in use take xterm's sequences, and reading terminfo is what costs most of blessed's start-up and what
 * it gets wrong, so it is given the few capabilities that drawing needs. Modes are the screen's business, not its.
 */
function createProgram(): BlessedProgram {
  const sink = Object.assign(new EventEmitter(), {
    isTTY: true,
    // It makes all cells for each size that it is told: it gets that of the terminal once, by `reset`.
    columns: 1,
    rows: 1,
    write: () => true,
  });
  const program = withoutProcessListeners(() => {
    // It asks tmux for its version, in a child process, if it sees one around it.
    const tmux = process.env.TMUX;
    delete process.env.TMUX;
    try {
      const input = new PassThrough();
      return new Program({ input, output: sink, terminal: 'xterm-256color', tput: false, buffer: true, zero: true });
    } finally {
      if (tmux !== undefined) process.env.TMUX = tmux;
    }
  });
  program.tput = {
    unicode: true,
    colors: 256,
    bools: {},
    numbers: { U8: 1 },
    strings: { parm_right_cursor: `${CSI}%p1%dC` },
    cup: (row, column) => `${CSI}${row + 1};${column + 1}H`,
    cuf: (columns) => `${CSI}${columns}C`,
    sc: () => '',
    rc: () => '',
    civis: () => '',
    cnorm: () => '',
  };
  program._tputSetup = true;
  program.put = new Proxy({}, { get: () => () => true });
  return program;
}

/** Blessed hooks into the end of the process on creation; ending well is the screen's business. */
function withoutProcessListeners<T>(create: () => T): T {
  const events = ['uncaughtException', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'exit'];
  const process_: EventEmitter = process;
  const before = new Map(events.map((event) => [event, new Set(process_.listeners(event))]));
  const created = create();
  for (const event of events) {
    for (const listener of process_.listeners(event)) {
      if (!before.get(event)?.has(listener)) process_.removeListener(event, listener as () => void);
    }
  }
  return created;
}
