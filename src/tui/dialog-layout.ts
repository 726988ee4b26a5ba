// The approval dialog as rows: what is drawn, how far it can be scrolled, and so what has been seen. The view draws exactly
// this, and the guard of "y" counts exactly this. Nothing of the request is left out or cut.

import type { PendingApproval } from '../core/approvals.ts';
import type { Run } from '../core/runs.ts';
import { whoAsks } from './asking.ts';
import { centred, inner, overlayRect } from './geometry.ts';
import type { Model } from './model.ts';
import type { ApprovalDialog } from './overlay-model.ts';
import { cut, exactRows, proseRows } from './rows.ts';
import { deviceName, findRun } from './select.ts';
import type { Rect } from './terminal/cells.ts';
import { sanitizeLine, sanitizeText } from './terminal/sanitize.ts';

export interface DialogRow {
  readonly style: 'who' | 'command' | 'text' | 'label' | 'warning' | 'blank';
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
  const room = Math.max(0, most.height - FRAME_ROWS);
  const rows = fitting(approvalRows(model, dialog.approval, findRun(model, dialog.approval.runId), width), room);
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

interface Rows {
  readonly rows: readonly DialogRow[];
  /** What all of the above comes to, for comparing; it says nothing that the rows do not say. */
  readonly digest: readonly DialogRow[];
}

/** The digest stands where nothing has to be scrolled for it. */
const fitting = ({ rows, digest }: Rows, room: number): readonly DialogRow[] =>
  rows.length + digest.length <= room ? [...rows, ...digest] : rows;

interface Known extends Rows {
  readonly width: number;
  readonly device: string;
  readonly who: string;
}
const known = new WeakMap<PendingApproval, Known>();

function approvalRows(
  model: Pick<Model, 'devices'>,
  approval: PendingApproval,
  run: Run | undefined,
  width: number,
): Rows {
  const device = sanitizeLine(deviceName(model, approval.device));
  const who = whoAsks(model, approval, run);
  const before = known.get(approval);
  if (before !== undefined && before.width === width && before.device === device && before.who === who) return before;
  const made = { width, device, who, ...makeRows(approval, device, who, width) };
  known.set(approval, made);
  return made;
}

function makeRows({ payload, description, digest }: PendingApproval, device: string, who: string, width: number): Rows {
  const rows: DialogRow[] = [];
  const add = (style: DialogRow['style'], lines: readonly string[]): void => {
    for (const text of lines) rows.push({ style, text });
  };
  const fact = (label: string, value: string): readonly string[] =>
    exactRows(sanitizeLine(`${label.padEnd(7)}${value}`), width);
  // Before the command: no command, however long, puts it out of sight.
  add('who', proseRows(who, width));
  // A newline ends a command, the edge of the dialog does not: they must not look alike.
  for (const line of sanitizeText(plainBlanks(payload.command)).split('\n')) {
    cut(line, width).forEach((text, index) => {
      rows.push({ style: 'command', text, ...(index === 0 ? {} : { wrapped: true }) });
    });
  }
  add('blank', ['']);
  if (payload.enforced !== payload.access) {
    add('warning', proseRows(`asked for ${payload.access}, but ${device} can only enforce ${payload.enforced}`, width));
  } else if (payload.enforced === 'full-access') {
    add('warning', proseRows('full access: nothing limits what it may do', width));
  }
  const facts: readonly (readonly [string, string])[] = [
    ['access', payload.enforced],
    ['in', payload.cwd],
    ['with', payload.executable],
    ...(payload.envNames.length === 0 ? [] : [['sets', payload.envNames.join(', ')] as const]),
    ...(payload.timeoutMs === undefined ? [] : [['limit', `${payload.timeoutMs / 1000} s`] as const]),
  ];
  for (const [label, value] of facts) add('label', fact(label, value));
  const why = unsaid(description, payload.cwd);
  if (why !== '') add('text', proseRows(why, width));
  return { rows, digest: fact('digest', digest).map((text) => ({ style: 'label', text })) };
}

/** What a description says besides what the rows say already: what runs on which device, and where. */
function unsaid(description: string, cwd: string): string {
  const end = description.indexOf(` in ${cwd}. `);
  if (end === -1 || !/^Run (?:a shell command|inline code) on \S+$/.test(description.slice(0, end))) return description;
  return description.slice(end + ` in ${cwd}. `.length);
}

/** Blanks that a shell does not take for one, or that look like several, shown by number. */
const plainBlanks = (text: string): string =>
  text.replace(
    /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu,
    (blank) => `⟨${blank.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** Everything of a request as one text, for reading in full and for plain terminals. */
export function approvalText(model: Pick<Model, 'devices'>, approval: PendingApproval, run: Run | undefined): string {
  const { rows, digest } = approvalRows(model, approval, run, Number.MAX_SAFE_INTEGER);
  return [...rows, ...digest].map((row) => row.text).join('\n');
}
