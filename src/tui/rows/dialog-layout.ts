// A dialog that has to be read, as rows: what is drawn, how far it can be scrolled, and so what has been seen. The view draws
// exactly this, and the guard of every yes counts exactly this.

import type { ApprovalDialog, AssentDialog } from '../model/answer-dialogs.ts';
import type { Model } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import type { Document } from '../preview/document.ts';
import type { Rect } from '../terminal/cells.ts';
import { truncate } from '../terminal/width.ts';
import { mayAnswer } from '../words/presence.ts';
import { assentRows } from './assent-rows.ts';
import type { DialogRow } from './dialog-row.ts';
import { centred, inner, overlayRect } from './geometry.ts';
import { laidOut } from './preview-layout.ts';
import { type RequestRows, requestRows } from './request-rows.ts';
import { proseRows } from './rows.ts';

export interface DialogLayout {
  /** With the border. */
  readonly rect: Rect;
  /** Where the rows are drawn. */
  readonly body: Rect;
  /** Under the body, inside the border: the notice, or the row of the keys. */
  readonly notice: Rect;
  /** What is said there, if anything is. */
  readonly noticeRows: readonly string[];
  readonly rows: readonly DialogRow[];
  /** The first row shown, corrected for what there is. */
  readonly scroll: number;
  readonly maxScroll: number;
  /** Rows below the last one shown. */
  readonly below: number;
}

/** Of the rows of the dialog. */
const PICTURE_PART = 0.5;
/** In fewer rows nothing can be made out. */
const LEAST_ROOM = 12;
/** A notice takes as many, so that a reason can be read whole. */
const NOTICE_ROWS = 3;
/** Border, and the row of the keys. */
const FRAME_ROWS = 3;

export function dialogLayout(model: Model, dialog: ApprovalDialog | AssentDialog): DialogLayout {
  const most = overlayRect(model, dialog);
  const width = Math.max(1, most.width - 4);
  const room = Math.max(0, most.height - FRAME_ROWS);
  const rows = rowsOf(model, dialog, width, room);
  const noticeRows = dialog.phase.type === 'open' ? noticeOf(model, dialog, width) : [];
  const below = Math.min(Math.max(1, noticeRows.length), Math.max(1, most.height - FRAME_ROWS));
  const height = Math.max(1, Math.min(most.height, rows.length + FRAME_ROWS - 1 + below));
  const rect = centred(model, most.width, height);
  const box = inner(rect);
  const body = { x: box.x + 1, y: box.y, width, height: Math.max(0, box.height - below) };
  const maxScroll = Math.max(0, rows.length - body.height);
  const scroll = Math.max(0, Math.min(dialog.scroll, maxScroll));
  return {
    rect,
    body,
    notice: { ...body, y: body.y + body.height, height: below },
    noticeRows,
    rows,
    scroll,
    maxScroll,
    below: Math.max(0, rows.length - scroll - body.height),
  };
}

/** That no answer counts here comes before all else. */
function noticeOf(model: Model, { approval, notice }: ApprovalDialog | AssentDialog, width: number): readonly string[] {
  const may = mayAnswer(model, approval);
  const said = may === true ? notice : may;
  if (said === undefined) return [];
  const rows = proseRows(said, width);
  const last = rows.slice(NOTICE_ROWS - 1).join(' ');
  return rows.length <= NOTICE_ROWS ? rows : [...rows.slice(0, NOTICE_ROWS - 1), truncate(last, width)];
}

function rowsOf(
  model: Model,
  dialog: ApprovalDialog | AssentDialog,
  width: number,
  room: number,
): readonly DialogRow[] {
  if (dialog.kind === 'assent') return assentRows(model, dialog, width);
  const { approval, before, picture } = dialog;
  const request = requestRows(model, approval, findRun(model, approval.runId), width, before);
  return fitting({ ...request, rows: withPicture(request.rows, picture, { width, room }) }, room);
}

/** Where what is asked for has its words, the picture is there to be seen like them: at most a part of the screen of rows. */
function withPicture(
  rows: readonly DialogRow[],
  document: Document | undefined,
  { width, room }: { readonly width: number; readonly room: number },
): readonly DialogRow[] {
  const at = rows.findIndex(({ pictured }) => pictured === true);
  if (at === -1) return rows;
  if (room < LEAST_ROOM) return rows.toSpliced(at + 1, 0, { style: 'text', text: 'o opens it.' });
  if (document === undefined) return rows;
  const height = Math.floor(room * PICTURE_PART);
  const { length } = laidOut(document, { width, height, tier: 'mono', ascii: false, whole: true });
  const drawn = Array.from({ length: Math.min(length, height) }, (_, row): DialogRow => {
    return { style: 'picture', text: '', picture: { document, width, height, row } };
  });
  return rows.toSpliced(at + 1, 0, ...drawn);
}

/** The digest stands where nothing has to be scrolled for it. */
const fitting = ({ rows, digest }: RequestRows, room: number): readonly DialogRow[] =>
  rows.length + digest.length <= room ? [...rows, ...digest] : rows;
