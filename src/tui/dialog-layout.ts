// The approval dialog as rows: what is drawn, how far it can be scrolled, and so what has been seen. The view draws exactly
// this, and the guard of "y" counts exactly this. Nothing of the request is left out or cut.

import type { PendingApproval } from '../core/approvals.ts';
import { centred, inner, overlayRect } from './geometry.ts';
import type { Model } from './model.ts';
import type { ApprovalDialog } from './overlay-model.ts';
import { cut, exactRows, proseRows } from './rows.ts';
import { deviceName } from './select.ts';
import type { Rect } from './terminal/cells.ts';
import { sanitizeLine, sanitizeText } from './terminal/sanitize.ts';

export interface DialogRow {
  readonly style: 'command' | 'text' | 'label' | 'warning' | 'blank';
  readonly text: string;
  /** It goes on with the line of the row above: drawn as a mark outside the text, where no text can imitate it. */
  readonly wrapped?: true;
}

export interface DialogLayout {
  /** With the border. */
  readonly rect: Rect;
  /** Where the rows are drawn. */
  readonly body: Rect;
  /** One row under the body, inside the border: the notice, or the keys. */
  readonly notice: Rect;
  readonly rows: readonly DialogRow[];
  /** The first row shown, corrected for what there is. */
  readonly scroll: number;
  readonly maxScroll: number;
  /** Rows below the last one shown. */
  readonly below: number;
}

/** Border, and the row of the notice. */
const FRAME_ROWS = 3;

export function dialogLayout(model: Model, dialog: ApprovalDialog): DialogLayout {
  const most = overlayRect(model, dialog);
  const width = Math.max(1, most.width - 4);
  const rows = approvalRows(model, dialog.approval, width);
  const height = Math.max(1, Math.min(most.height, rows.length + FRAME_ROWS));
  const rect = centred(model, most.width, height);
  const box = inner(rect);
  const body = { x: box.x + 1, y: box.y, width, height: Math.max(0, box.height - 1) };
  const maxScroll = Math.max(0, rows.length - body.height);
  const scroll = Math.max(0, Math.min(dialog.scroll, maxScroll));
  return {
    rect,
    body,
    notice: { ...body, y: body.y + body.height, height: 1 },
    rows,
    scroll,
    maxScroll,
    below: Math.max(0, rows.length - scroll - body.height),
  };
}

interface Known {
  readonly width: number;
  readonly device: string;
  readonly rows: readonly DialogRow[];
}
const known = new WeakMap<PendingApproval, Known>();

function approvalRows(model: Pick<Model, 'devices'>, approval: PendingApproval, width: number): readonly DialogRow[] {
  const device = sanitizeLine(deviceName(model, approval.device));
  const before = known.get(approval);
  if (before !== undefined && before.width === width && before.device === device) return before.rows;
  const rows = makeRows(approval, device, width);
  known.set(approval, { width, device, rows });
  return rows;
}

function makeRows({ payload, description, digest }: PendingApproval, device: string, width: number): DialogRow[] {
  const rows: DialogRow[] = [];
  const add = (style: DialogRow['style'], lines: readonly string[]): void => {
    for (const text of lines) rows.push({ style, text });
  };
  // A newline ends a command, the edge of the dialog does not: they must not look alike.
  for (const line of sanitizeText(plainBlanks(payload.command)).split('\n')) {
    cut(line, width).forEach((text, index) => {
      rows.push({ style: 'command', text, ...(index === 0 ? {} : { wrapped: true }) });
    });
  }
  add('blank', ['']);
  if (description !== '') add('text', proseRows(description, width));
  if (payload.enforced !== payload.access) {
    add('warning', proseRows(`asked for ${payload.access}, but ${device} can only enforce ${payload.enforced}`, width));
  } else if (payload.enforced === 'full-access') {
    add('warning', proseRows('full access: nothing limits what it may do', width));
  }
  const facts: readonly (readonly [string, string])[] = [
    ['on', device],
    ['access', payload.enforced],
    ['in', payload.cwd],
    ['with', payload.executable],
    ...(payload.envNames.length === 0 ? [] : [['sets', payload.envNames.join(', ')] as const]),
    ...(payload.timeoutMs === undefined ? [] : [['limit', `${payload.timeoutMs / 1000} s`] as const]),
    ['digest', digest],
  ];
  for (const [label, value] of facts) add('label', exactRows(sanitizeLine(`${label.padEnd(7)}${value}`), width));
  return rows;
}

/** Blanks that a shell does not take for one, or that look like several, shown by number. */
const plainBlanks = (text: string): string =>
  text.replace(
    /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu,
    (blank) => `⟨${blank.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** Everything of a request as one text, for reading in full and for plain terminals. */
export function approvalText(model: Pick<Model, 'devices'>, approval: PendingApproval): string {
  return approvalRows(model, approval, Number.MAX_SAFE_INTEGER)
    .map((row) => row.text)
    .join('\n');
}
