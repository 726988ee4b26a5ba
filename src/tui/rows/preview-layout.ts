// Where the page of an artifact has what, and its rows: shared by scrolling, searching and drawing.

import type { PreviewDialog } from '../model/artifact-dialogs.ts';
import type { Model } from '../model/model.ts';
import { type Document, line } from '../preview/document.ts';
import type { Frame, Row } from '../preview/frame.ts';
import { layout } from '../preview/layout.ts';
import type { Rect } from '../terminal/cells.ts';
import { inner, overlayRect } from './geometry.ts';
import { originRows } from './origin-rows.ts';
import { proseRows } from './rows.ts';

/** What a note may take of the page. */
const NOTE_ROWS = 2;

export interface PreviewLayout {
  readonly body: Rect;
  readonly rows: readonly Row[];
  /** Under the body, inside the border. */
  readonly note: readonly string[];
  readonly scroll: number;
  readonly last: number;
}

/** Colours and glyphs change no row: who only counts leaves `look` out. */
export function previewLayout(model: Model, dialog: PreviewDialog, look: Look = COUNTING): PreviewLayout {
  const box = inner(overlayRect(model, dialog));
  const document = documentOf(model, dialog);
  const told = document?.note === undefined ? [] : proseRows(document.note, Math.max(1, box.width));
  const note = told.slice(0, Math.min(NOTE_ROWS, Math.max(0, box.height - 1)));
  const body = { ...box, height: Math.max(0, box.height - note.length) };
  const rows = document === undefined ? [] : laidOut(document, { ...look, width: body.width, height: body.height });
  const last = Math.max(0, rows.length - body.height);
  return { body, rows, note, last, scroll: Math.max(0, Math.min(dialog.scroll, last)) };
}

type Look = Pick<Frame, 'tier' | 'ascii'>;
const COUNTING: Look = { tier: 'mono', ascii: false };

function documentOf(model: Model, dialog: PreviewDialog): Document | undefined {
  if (dialog.section === 'origin') return originRows(model, dialog);
  switch (dialog.content.state) {
    case 'loading':
      return undefined;
    case 'ready':
      return dialog.content.document;
    case 'failed':
      return { type: 'text', blocks: [{ ...line(dialog.content.message), wrap: 'words' }] };
  }
}

const REMEMBERED = 3;
const known = new WeakMap<Document, { readonly frame: Frame; readonly rows: readonly Row[] }[]>();

/** Rows that were made for the same frame are not made again: each key press asks for them twice. */
export function laidOut(document: Document, frame: Frame): readonly Row[] {
  const made = known.get(document) ?? [];
  const found = made.find(
    ({ frame: before }) =>
      before.width === frame.width &&
      before.height === frame.height &&
      before.tier === frame.tier &&
      before.ascii === frame.ascii &&
      before.whole === frame.whole,
  );
  if (found !== undefined) return found.rows;
  const rows = layout(document, frame);
  known.set(document, [{ frame, rows }, ...made].slice(0, REMEMBERED));
  return rows;
}
