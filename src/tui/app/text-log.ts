// The output of a run without a terminal, as lines that can be scrolled and looked through: bytes go in as they come, sanitised
// rows come out. It keeps the newest lines and says how many it let go; a line of any length costs no more than its share.

import type { OutputPort } from '../model/output-view.ts';
import { cut } from '../rows/rows.ts';
import { stripAnsi } from '../terminal/sanitize.ts';
import { createRowIndex, rowsOf } from './row-index.ts';

/** Longer lines are broken here, whatever the width: 100 MB on one line must not be one line. */
const MAX_LINE = 4_000;
const MAX_LINES = 20_000;
/** Of all lines together: what is kept can be looked through while a key is held. */
const MAX_CHARS = 4_000_000;
/** How much is let go at once, so that letting go is rare. */
const SLACK = 1.1;
/** More places than that are not told apart. */
const MOST_FOUND = 10_000;

export interface TextLog extends OutputPort {
  rows(width: number): number;
  behind(width: number): number;
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
  const index = createRowIndex();
  let lines: string[] = [];
  let chars = 0;
  let partial = '';
  let dropped = 0;
  let width = 0;

  const push = (line: string): void => {
    lines.push(line);
    chars += line.length;
    if (lines.length > MAX_LINES * SLACK || chars > MAX_CHARS * SLACK) letGo();
  };
  const letGo = (): void => {
    let count = Math.max(0, lines.length - MAX_LINES);
    for (let line = 0; line < lines.length && (line < count || chars > MAX_CHARS); line += 1) {
      chars -= lines[line]?.length ?? 0;
      count = Math.max(count, line + 1);
    }
    // Rows keep their numbers only if what goes was measured; before anything was shown there are none.
    if (width > 0) {
      index.measure(lines, width);
      index.drop(count);
    }
    dropped += count;
    lines = lines.slice(count);
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
  const measure = (wanted: number): void => {
    width = Math.max(1, wanted);
    index.measure(lines, width);
  };
  const rowsOfAll = (some: readonly string[]): number => some.reduce((rows, line) => rows + rowsOf(line, width), 0);
  const behindComplete = (): number => index.start(lines.length);
  /** The rows from `from` up to `to`, counted as the index counts; those of the header stand before the first. */
  const rowsBetween = (from: number, to: number): string[] => {
    const rows: string[] = [];
    const first = index.start(0);
    const head = header().flatMap((line) => cut(line, width));
    const tail = last().flatMap((line) => cut(line, width));
    for (let row = from; row < Math.min(to, first); row += 1) rows.push(head.at(row - first) ?? '');
    for (let row = Math.max(from, first), line = index.lineAt(row); row < Math.min(to, behindComplete()); line += 1) {
      const start = index.start(line);
      const shown = cut(lines[line] ?? '', width).slice(row - start, to - start);
      if (shown.length === 0) break;
      rows.push(...shown);
      row += shown.length;
    }
    for (let row = Math.max(from, behindComplete()); row < to && tail[row - behindComplete()] !== undefined; row += 1)
      rows.push(tail[row - behindComplete()] ?? '');
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
    rows(wanted) {
      measure(wanted);
      return rowsOfAll(header()) + behindComplete() - index.start(0) + rowsOfAll(last());
    },
    behind(wanted) {
      measure(wanted);
      return behindComplete() + rowsOfAll(last());
    },
    find(text, wanted) {
      if (text === '') return [];
      measure(wanted);
      const found: number[] = [];
      const all = [...lines, ...last()];
      const lower = text.toLowerCase();
      for (let line = 0; line < all.length && found.length < MOST_FOUND; line += 1)
        for (const row of rowsWith(all[line] ?? '', lower, width)) found.push(index.start(line) + row);
      return found;
    },
    draw(grid, rect, { scrollBack, defaultAttr }) {
      measure(rect.width);
      const to = behindComplete() + rowsOfAll(last()) - scrollBack;
      const least = index.start(0) - rowsOfAll(header());
      rowsBetween(Math.max(least, to - rect.height), to).forEach((text, row) => {
        grid.write(rect.x, rect.y + row, text, defaultAttr, rect.width);
      });
    },
  };
}

/** In which rows of a line the text begins. */
function rowsWith(line: string, text: string, width: number): number[] {
  const lower = line.toLowerCase();
  let at = lower.indexOf(text);
  if (at === -1) return [];
  const found: number[] = [];
  let end = 0;
  for (const [row, { length }] of cut(line, width).entries()) {
    end += length;
    if (at === -1 || at >= end) continue;
    found.push(row);
    at = lower.indexOf(text, end);
  }
  return found;
}

function broken(line: string): string[] {
  if (line.length <= MAX_LINE) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length; at += MAX_LINE) parts.push(line.slice(at, at + MAX_LINE));
  return parts;
}
