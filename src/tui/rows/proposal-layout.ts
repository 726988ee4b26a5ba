// Where the question whether to pair stands and what of it is shown: shared by moving in it and by its view.

import type { ProposalDialog } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import type { Rect } from '../terminal/cells.ts';
import { centred, inner, overlayRect } from './geometry.ts';
import { type FormRow, noticeRowsOf, proposalRows } from './pair-rows.ts';

export interface ProposalLayout {
  /** With the border. */
  readonly rect: Rect;
  readonly body: Rect;
  /** One row for the word, where words are compared. */
  readonly field: Rect | undefined;
  /** Under all that: the notice, or a row of keys. */
  readonly notice: Rect;
  readonly noticeRows: readonly string[];
  readonly rows: readonly FormRow[];
  /** The first row that is shown. */
  readonly first: number;
  /** The rows that moving goes to. */
  readonly stops: readonly number[];
}

export function proposalLayout(model: Model, dialog: ProposalDialog): ProposalLayout {
  const most = overlayRect(model, dialog);
  const width = Math.max(1, most.width - 4);
  const rows = proposalRows(dialog, width);
  const noticeRows = noticeRowsOf(dialog.notice, width);
  const fieldRows = dialog.proposal.askedWord === undefined ? 0 : 1;
  const below = fieldRows + Math.max(1, noticeRows.length);
  // Where it is as wide as the screen it covers what is below it, so that there is one border.
  const wanted = most.width === model.size.width ? most.height : rows.length + below + 2;
  const rect = centred(model, most.width, Math.max(3, Math.min(most.height, wanted)));
  const box = inner(rect);
  const body = { x: box.x + 1, y: box.y, width, height: Math.max(0, box.height - below) };
  const fits = rows.length <= body.height;
  const all = rows.map((_row, index) => index);
  const stops = fits ? all.filter((index) => rows[index]?.style === 'toggle') : all;
  // From the top as long as what is selected can be seen so.
  const first = Math.max(0, Math.min(dialog.row - body.height + 1, rows.length - body.height));
  const under = { ...body, height: 1 };
  const bottom = body.y + body.height;
  return {
    rect,
    body,
    field: fieldRows === 0 ? undefined : { ...under, y: bottom },
    notice: { ...under, y: bottom + fieldRows, height: below - fieldRows },
    noticeRows,
    rows,
    first: fits ? 0 : first,
    stops,
  };
}
