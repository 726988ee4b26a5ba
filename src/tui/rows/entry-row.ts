// One row of an entry of the thread, and texts as so many rows at most. The last row says that there is more.

import type { Run } from '../../core/runs.ts';
import type { Document } from '../preview/document.ts';
import { firstRows } from '../preview/first-rows.ts';
import type { Row } from '../preview/frame.ts';
import { layout } from '../preview/layout.ts';
import { diffLook, readDiff } from '../preview/read-diff.ts';
import { proseRows } from './rows.ts';

export type EntryRow =
  /** The first. For a message it holds the first row of the text, if that stands beside its author. */
  | { readonly kind: 'head'; readonly text: string; readonly row?: Row }
  /** A device of a group. */
  | { readonly kind: 'member'; readonly text: string; readonly run: Run }
  /** A row of a picture, which is drawn as the terminal can. */
  | { readonly kind: 'picture'; readonly text: string; readonly document: Document; readonly index: number }
  /** Text with looks of its own. */
  | { readonly kind: 'styled'; readonly text: string; readonly row: Row }
  /** A line of output; `above`: there are earlier ones. */
  | { readonly kind: 'output'; readonly text: string; readonly above?: true }
  | {
      readonly kind: 'text' | 'result' | 'failure' | 'waits' | 'progress' | 'about' | 'more' | 'day';
      readonly text: string;
    };

const MORE: EntryRow = { kind: 'more', text: '… there is more' };

/** A result, in the colours of a difference where it is one. */
export function resultRows(text: string, width: number, most: number): EntryRow[] {
  if (!isDiff(text)) return limited(text, width, most, 'result');
  return styledRows({ type: 'text', blocks: readDiff(text.slice(0, DIFF_UNITS).toWellFormed()).blocks }, width, most);
}

/** The last lines of what a run prints. */
export function outputRows(lines: readonly string[], most: number): EntryRow[] {
  const shown = lines.slice(-most);
  const isCut = shown.length < lines.length;
  if (!lines.some((text) => /^(?:@@ -\d|diff --git )/.test(text)))
    return shown.map((text, index) => ({ kind: 'output', text, ...(index === 0 && isCut ? { above: true } : {}) }));
  return shown.map((text) => {
    const look = diffLook(text);
    return { kind: 'styled', text, row: [[text, look === 'text' ? 'muted' : look]] };
  });
}

const isDiff = (text: string): boolean => /^(?:diff --git |--- )/m.test(text) && /^@@ -\d/m.test(text);
const DIFF_UNITS = 64 * 1024;

export function limited(
  text: string,
  width: number,
  most: number,
  kind: 'text' | 'result' | 'failure' | 'waits',
): EntryRow[] {
  // Enough for every row that can be shown, so that a message of megabytes is not broken for a few rows.
  const enough = Math.max(1, width) * most * 4;
  const rows = proseRows(text.length > enough ? text.slice(0, enough).toWellFormed() : text, width);
  const cut = rows.length > most || text.length > enough;
  const shown: EntryRow[] = rows.slice(0, cut ? most - 1 : most).map((row) => ({ kind, text: row }));
  return cut ? [...shown, MORE] : shown;
}

/** A picture in the thread takes no more rows, and all of it is seen at once. */
export const PICTURE = { height: 16, tier: 'mono', ascii: false, whole: true } as const;

/** The same of a document. */
export function styledRows(document: Document, width: number, most: number): EntryRow[] {
  if (document.type === 'picture') {
    const rows = layout(document, { ...PICTURE, width });
    return rows.map((_, index) => ({ kind: 'picture', text: '', document, index }));
  }
  const { rows, isCut } = firstRows(document.blocks, { width, height: 1, tier: 'mono', ascii: false }, most);
  const shown = rows
    .slice(0, isCut ? most - 1 : most)
    .map((row): EntryRow => ({ kind: 'styled', text: textOf(row), row }));
  return isCut ? [...shown, MORE] : shown;
}

const textOf = (row: Row): string => row.map(([text]) => text).join('');
