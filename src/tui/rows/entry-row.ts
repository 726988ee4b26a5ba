// One row of an entry of the thread, and texts as so many rows at most. The last row says that there is more.

import type { Document } from '../preview/document.ts';
import type { Row } from '../preview/frame.ts';
import { layout } from '../preview/layout.ts';
import { proseRows } from './rows.ts';

export type EntryRow =
  /** The first. For a message it holds the first row of the text, if that stands beside its author. */
  | { readonly kind: 'head'; readonly text: string; readonly row?: Row }
  /** Text with looks of its own. */
  | { readonly kind: 'styled'; readonly text: string; readonly row: Row }
  | {
      readonly kind: 'text' | 'output' | 'result' | 'failure' | 'waits' | 'progress' | 'about' | 'more';
      readonly text: string;
    };

const MORE: EntryRow = { kind: 'more', text: '… there is more: Enter shows all of it' };

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

/** The same of a document, whose blocks are rows at least. */
export function styledRows(document: Document, width: number, most: number): EntryRow[] {
  if (document.type !== 'text') return [];
  const blocks = document.blocks.slice(0, most + 1);
  const rows = layout({ type: 'text', blocks }, { width, height: 1, tier: 'mono', ascii: false });
  const isCut = rows.length > most;
  const shown = rows
    .slice(0, isCut ? most - 1 : most)
    .map((row): EntryRow => ({ kind: 'styled', text: textOf(row), row }));
  return isCut ? [...shown, MORE] : shown;
}

const textOf = (row: Row): string => row.map(([text]) => text).join('');
