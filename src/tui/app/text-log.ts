// The output of a run without a terminal, as lines that can be scrolled: bytes go in as they come, sanitised rows come out.
// It keeps the newest lines and says how many it let go; a line of any length costs no more than its share.

import type { OutputPort } from '../model/output-view.ts';
import { cut } from '../rows/rows.ts';
import type { Attr, CellGrid, Rect } from '../terminal/cells.ts';
import { stripAnsi } from '../terminal/sanitize.ts';
import { stringWidth } from '../terminal/width.ts';

/** Longer lines are broken here, whatever the width: 100 MB on one line must not be one line. */
const MAX_LINE = 4_000;
const MAX_LINES = 20_000;
/** How many lines are let go at once, so that letting go is rare. */
const SLACK = 2_000;

export interface TextLog extends OutputPort {
  write(bytes: Uint8Array): void;
  /** Bytes that were left out between the chunks. */
  skipped(bytes: number): void;
  /** No more will come. */
  end(): void;
  readonly lines: readonly string[];
  /** Without the last one, if that may go on. */
  readonly complete: readonly string[];
}

export function createTextLog(): TextLog {
  const decoder = new TextDecoder();
  let lines: string[] = [];
  let partial = '';
  let dropped = 0;
  let measured: { width: number; count: number; rows: number } | undefined;

  const push = (line: string): void => {
    lines.push(line);
    if (lines.length <= MAX_LINES + SLACK) return;
    dropped += lines.length - MAX_LINES;
    lines = lines.slice(-MAX_LINES);
    measured = undefined;
  };
  const takeText = (text: string): void => {
    const parts = (partial + text).split('\n');
    partial = parts.pop() ?? '';
    for (const part of parts) for (const line of broken(part)) push(stripAnsi(line));
    while (partial.length > MAX_LINE) {
      push(stripAnsi(partial.slice(0, MAX_LINE)));
      partial = partial.slice(MAX_LINE);
    }
  };
  const header = (): string[] => (dropped === 0 ? [] : [`… ${dropped} earlier lines are not shown here`]);
  const last = (): string[] => (partial === '' ? [] : [stripAnsi(partial)]);
  const countRows = (from: readonly string[], width: number): number => {
    let rows = 0;
    for (const line of from) rows += rowsOf(line, width);
    return rows;
  };

  return {
    write: (bytes) => takeText(decoder.decode(bytes, { stream: true })),
    skipped(bytes) {
      if (partial !== '') takeText('\n');
      push(`… ${bytes} bytes are left out here`);
    },
    end() {
      takeText(decoder.decode());
    },
    get lines() {
      return [...header(), ...lines, ...last()];
    },
    get complete() {
      return [...header(), ...lines];
    },
    rows(width) {
      const columns = Math.max(1, width);
      // Only new lines are measured: a frame costs what has come since the last one.
      const known =
        measured?.width === columns && measured.count <= lines.length
          ? measured
          : { width: columns, count: 0, rows: 0 };
      const rows = known.rows + countRows(lines.slice(known.count), columns);
      measured = { width: columns, count: lines.length, rows };
      return rows + countRows([...header(), ...last()], columns);
    },
    draw(grid, rect, { scrollBack, defaultAttr }) {
      drawEnd([header(), lines, last()], grid, rect, scrollBack, defaultAttr);
    },
  };
}

function broken(line: string): string[] {
  if (line.length <= MAX_LINE) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length; at += MAX_LINE) parts.push(line.slice(at, at + MAX_LINE));
  return parts;
}

const rowsOf = (line: string, width: number): number =>
  line.length <= width ? Math.max(1, Math.ceil(stringWidth(line) / width)) : cut(line, width).length;

/** Draws from the end upward, so that it costs the window and not the log. */
function drawEnd(
  parts: readonly (readonly string[])[],
  grid: CellGrid,
  rect: Rect,
  scrollBack: number,
  attr: Attr,
): void {
  const rows: string[] = [];
  const wanted = rect.height + scrollBack;
  for (let part = parts.length - 1; part >= 0 && rows.length < wanted; part -= 1) {
    const lines = parts[part] ?? [];
    for (let index = lines.length - 1; index >= 0 && rows.length < wanted; index -= 1) {
      rows.push(...cut(lines[index] ?? '', Math.max(1, rect.width)).reverse());
    }
  }
  const shown = rows.slice(scrollBack, wanted).reverse();
  for (const [index, text] of shown.entries()) grid.write(rect.x, rect.y + index, text, attr, rect.width);
}
