// The dialogs in which a request is answered: exactly the rows of dialog-layout, the command in a block of its own, what is left
// to read, and the keys, which look as they are: of no use until everything was shown.

import { deviceName } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import { canAnswer, canApprove, canApproveAlike, canAssent, canDecide, canEdit } from '../keys/enabled.ts';
import type { Answer, ApprovalDialog, AssentDialog } from '../model/answer-dialogs.ts';
import { findRun } from '../model/select.ts';
import { type DialogLayout, dialogLayout } from '../rows/dialog-layout.ts';
import type { DialogRow } from '../rows/dialog-row.ts';
import { laidOut } from '../rows/preview-layout.ts';
import { LABEL_WIDTH } from '../rows/request-rows.ts';
import type { Attr } from '../terminal/cells.ts';
import { attrBg, attrFlags, INVERSE, TERMINAL_COLOUR } from '../terminal/cells.ts';
import { bold, withBg } from '../terminal/theme.ts';
import { alikeTo } from '../update/assents.ts';
import { whyNotEdited } from '../update/editing.ts';
import { givesAnswer } from '../words/presence.ts';
import { fittingKeys, type KeyHint, openBox } from './dialog.ts';
import { clip, onGround, own, type Paint, type Span, write } from './paint.ts';
import { drawRow, lookOf } from './preview.ts';
import { timeLeft } from './sides.ts';

export function drawApprovalDialog(outer: Paint, dialog: ApprovalDialog): void {
  const layout = dialogLayout(outer.model, dialog);
  const run = findRun(outer.model, dialog.approval.runId);
  const ground = onGround(outer, 'dialog');
  const [left] = timeLeft(ground, dialog.approval);
  drawReading(outer, dialog, layout, titleSpans(ground, dialog, run, titleRoom(layout.rect.width, left)));
}

/** The second question, over the request that it is about. */
export function drawAssent(outer: Paint, dialog: AssentDialog): void {
  const layout = dialogLayout(outer.model, dialog);
  const ground = onGround(outer, 'dialog');
  const where = clip(ground, deviceName(outer.model, dialog.approval.device), Math.floor(layout.rect.width / 3));
  drawReading(outer, dialog, layout, [
    [`${ground.glyphs.waiting} `, ground.style('warning')],
    [own(ground, assentTitle(dialog, where)), ground.style('titleFocused')],
  ]);
}

function assentTitle({ to }: AssentDialog, where: string): string {
  switch (to.type) {
    case 'for-run':
      return `Approve for this run on ${where}: for how long?`;
    case 'always':
      return `Always on ${where}? Read the rule`;
    case 'alike':
      return `Approve all ${to.requests.length}?`;
  }
}

function drawReading(
  outer: Paint,
  dialog: ApprovalDialog | AssentDialog,
  { rect, body, notice, noticeRows, rows, scroll, below }: DialogLayout,
  title: readonly Span[],
): void {
  const [left, tone] = timeLeft(onGround(outer, 'dialog'), dialog.approval);
  const { paint } = openBox(outer, rect, title, {
    topRight: [[`${left} left`, tone]],
    window: { before: scroll, shown: body.height, after: below },
  });
  rows.slice(scroll, scroll + body.height).forEach((row, index) => {
    drawBodyRow(paint, body.x, body.y + index, body.width, row);
  });
  noticeRows.slice(1, notice.height).forEach((row, index) => {
    write(paint, notice.x, notice.y + 1 + index, [[own(paint, row), paint.style('warning')]], notice.width);
  });
  const spans = noticeSpans(paint, dialog, { below, rows: rows.length, notice: noticeRows[0] }, notice.width);
  write(paint, notice.x, notice.y, spans, notice.width);
}

/** Below this the time that is left is not shown beside the title. */
const ROOMY = 60;
const LEAST_COMMAND = 8;

const titleRoom = (width: number, left: string): number => width - 8 - (width < ROOMY ? 0 : left.length + 8);

/** Where and what, and its number last: it is what gives way. */
function titleSpans(paint: Paint, { approval }: ApprovalDialog, run: Run | undefined, room: number): Span[] {
  const title = paint.style('titleFocused');
  const where = clip(paint, deviceName(paint.model, approval.device), Math.max(8, Math.floor(room / 2)));
  const start = `${givesAnswer(paint.model, approval) ? 'Approve' : 'Asked'} on ${where}: `;
  const number = run === undefined ? '' : ` ${paint.glyphs.separator} run ${run.number}`;
  const end = room - start.length - number.length < LEAST_COMMAND ? '' : number;
  const command = clip(paint, approval.title, Math.max(LEAST_COMMAND, room - start.length - end.length));
  return [
    [`${paint.glyphs.waiting} `, paint.style('warning')],
    [`${start}${command}${end}`, title],
  ];
}

function drawBodyRow(paint: Paint, x: number, y: number, width: number, row: DialogRow): void {
  const { style, text, wrapped, picture } = row;
  switch (style) {
    case 'picture': {
      if (picture === undefined) return;
      const { document, row: number, ...size } = picture;
      const drawn = laidOut(document, { ...size, ...lookOf(paint), whole: true })[number];
      if (drawn !== undefined) drawRow(paint, { x, y, width }, drawn);
      return;
    }
    case 'command': {
      const attr = commandAttr(paint);
      paint.grid.fill({ x: x - 1, y, width: width + 2, height: 1 }, ' ', attr);
      if (wrapped === true) paint.grid.write(x - 1, y, own(paint, '↪'), attr, 1);
      paint.grid.write(x, y, text, attr, width);
      return;
    }
    case 'label': {
      const label = text.slice(0, LABEL_WIDTH);
      write(
        paint,
        x,
        y,
        [
          [label, paint.style('muted')],
          [text.slice(label.length), paint.style('text')],
        ],
        width,
      );
      return;
    }
    case 'who':
      write(paint, x, y, [[text, bold(paint.style('text'))]], width);
      return;
    case 'warning':
      write(paint, x, y, [[text, bold(paint.style('warning'))]], width);
      return;
    case 'removed':
      write(paint, x, y, [[text, paint.style('error')]], width);
      return;
    case 'added':
      write(paint, x, y, [[text, paint.style('success')]], width);
      return;
    case 'same':
      write(paint, x, y, [[own(paint, text), paint.style('muted')]], width);
      return;
    case 'choices':
      write(paint, x, y, [[text, bold(paint.style('accent'))]], width);
      return;
    case 'text':
    case 'blank':
      write(paint, x, y, [[text, paint.style('text')]], width);
      return;
  }
}

/** On a ground of its own where the theme has one. */
function commandAttr(paint: Paint): Attr {
  const selected = paint.theme.style('selected');
  const code = bold(paint.style('code'));
  return (attrFlags(selected) & INVERSE) !== 0 || attrBg(selected) === TERMINAL_COLOUR ? code : withBg(code, selected);
}

function noticeSpans(
  paint: Paint,
  dialog: ApprovalDialog | AssentDialog,
  { below, rows: all, notice }: { below: number; rows: number; notice: string | undefined },
  width: number,
): Span[] {
  const { glyphs } = paint;
  if (dialog.phase.type !== 'open') return [[own(paint, sendingWords(dialog.phase.answer)), paint.style('info')]];
  if (notice !== undefined) return [[own(paint, notice), paint.style('warning')]];
  if (below > 0) {
    const rows = below === 1 ? '1 more row' : `${below} more rows`;
    return [[`${glyphs.down} ${rows}: read to the end`, paint.style('warning')]];
  }
  if (dialog.seen.rows > 0 && dialog.seen.rows < all && dialog.seenEndAt === undefined) {
    return [
      [
        own(paint, `↑ rows from ${dialog.seen.rows + 1} were not shown yet: go back and read them`),
        paint.style('warning'),
      ],
    ];
  }
  return fittingKeys(paint, dialog.kind === 'assent' ? assentKeys(paint, dialog) : approvalKeys(paint, dialog), width);
}

function sendingWords(given: Answer): string {
  if ('alike' in given) return `approving all ${given.alike.length}…`;
  switch (given.decision) {
    case 'approve':
      return 'approving…';
    case 'approve-for-run':
      return 'approving for this run…';
    case 'approve-always':
      return 'approving always…';
    case 'reject':
      return 'rejecting…';
  }
}

type Keys = KeyHint[];

/** What its device does not take is not offered; what cannot be pressed yet looks so. */
function approvalKeys({ model }: Paint, { approval }: ApprovalDialog): Keys {
  const { decisions } = approval;
  const on = (check: typeof canAnswer): boolean => check(model) === true;
  const keys: Keys = [
    ['approval.approve', 'approve once', on(canApprove)],
    ['approval.reject', 'reject', on(canAnswer)],
  ];
  if (decisions.includes('approve-for-run'))
    keys.push(['approval.for-run', 'for this run', on(canDecide('approve-for-run'))]);
  if (decisions.includes('approve-always')) keys.push(['approval.always', 'always', on(canDecide('approve-always'))]);
  const alike = alikeTo(model, approval).length;
  if (alike > 1) keys.push(['approval.alike', `all ${alike} alike`, on(canApproveAlike)]);
  if (whyNotEdited(model, approval, findRun(model, approval.runId)) === undefined)
    keys.push(['approval.edit', 'edit', on(canEdit)]);
  return [
    ...keys,
    ['approval.leave', 'leave pending'],
    ['approval.reject-reason', 'reject with a reason', on(canAnswer)],
  ];
}

function assentKeys({ model }: Paint, { to }: AssentDialog): Keys {
  const yes: Keys[number] = ['assent.yes', to.type === 'always' ? 'yes, always' : 'yes', canAssent(model) === true];
  if (to.type !== 'for-run') return [yes, ['assent.leave', 'back']];
  return [yes, ['term.shorter', 'shorter'], ['term.longer', 'longer'], ['assent.leave', 'back']];
}
