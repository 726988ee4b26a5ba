// The approval dialog: exactly the rows of dialog-layout, the command in a block of its own, what is left to read, and the
// keys, which look as they are: of no use until everything was shown.

import type { Run } from '../../core/runs.ts';
import { type DialogRow, dialogLayout } from '../dialog-layout.ts';
import { canAnswer, canApprove } from '../keymap-enabled.ts';
import type { ApprovalDialog } from '../overlay-model.ts';
import { mayAnswer } from '../presence.ts';
import { deviceName, findRun } from '../select.ts';
import type { Attr } from '../terminal/cells.ts';
import { attrBg, attrFlags, INVERSE, TERMINAL_COLOUR } from '../terminal/cells.ts';
import { bold, withBg } from '../terminal/theme.ts';
import { keySpans, openBox } from './dialog.ts';
import { clip, onGround, own, type Paint, type Span, write } from './paint.ts';
import { timeLeft } from './sides.ts';

export function drawApprovalDialog(outer: Paint, dialog: ApprovalDialog): void {
  const { model } = outer;
  const { rect, body, notice, rows, scroll, below } = dialogLayout(model, dialog);
  const run = findRun(model, dialog.approval.runId);
  const ground = onGround(outer, 'dialog');
  const [left, tone] = timeLeft(ground, dialog.approval);
  const { paint } = openBox(outer, rect, titleSpans(ground, dialog, run, titleRoom(rect.width, left)), {
    topRight: [[`${left} left`, tone]],
    window: { before: scroll, shown: body.height, after: below },
  });
  rows.slice(scroll, scroll + body.height).forEach((row, index) => {
    drawBodyRow(paint, body.x, body.y + index, body.width, row);
  });
  write(paint, notice.x, notice.y, noticeSpans(paint, dialog, below, rows.length), notice.width);
}

/** Below this the time that is left is not shown beside the title. */
const ROOMY = 60;
const LEAST_COMMAND = 8;

const titleRoom = (width: number, left: string): number => width - 8 - (width < ROOMY ? 0 : left.length + 8);

/** Where and what, and its number last: it is what gives way. */
function titleSpans(paint: Paint, { approval }: ApprovalDialog, run: Run | undefined, room: number): Span[] {
  const title = paint.style('titleFocused');
  const where = clip(paint, deviceName(paint.model, approval.device), Math.max(8, Math.floor(room / 2)));
  const start = `Approve on ${where}: `;
  const number = run === undefined ? '' : ` ${paint.glyphs.separator} run ${run.number}`;
  const end = room - start.length - number.length < LEAST_COMMAND ? '' : number;
  const command = clip(paint, approval.title, Math.max(LEAST_COMMAND, room - start.length - end.length));
  return [
    [`${paint.glyphs.waiting} `, paint.style('warning')],
    [`${start}${command}${end}`, title],
  ];
}

/** `label.padEnd(7)` of dialog-layout. */
const LABEL = /^(access|in|with|sets|limit|digest) +/;

function drawBodyRow(paint: Paint, x: number, y: number, width: number, { style, text, wrapped }: DialogRow): void {
  switch (style) {
    case 'command': {
      const attr = commandAttr(paint);
      paint.grid.fill({ x: x - 1, y, width: width + 2, height: 1 }, ' ', attr);
      if (wrapped === true) paint.grid.write(x - 1, y, own(paint, '↪'), attr, 1);
      paint.grid.write(x, y, text, attr, width);
      return;
    }
    case 'label': {
      const label = LABEL.exec(text)?.[0] ?? '';
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

function noticeSpans(paint: Paint, dialog: ApprovalDialog, below: number, all: number): Span[] {
  const { model, glyphs } = paint;
  if (dialog.phase.type !== 'open') {
    return [[own(paint, dialog.phase.decision === 'approve' ? 'approving…' : 'rejecting…'), paint.style('info')]];
  }
  const may = mayAnswer(model, dialog.approval);
  if (may !== true) return [[clip(paint, may, 400), paint.style('warning')]];
  if (dialog.notice !== undefined) return [[clip(paint, dialog.notice, 400), paint.style('warning')]];
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
  const listens = canAnswer(model) === true;
  return keySpans(paint, [
    ['approval.approve', 'approve once', canApprove(model) === true],
    ['approval.reject', 'reject', listens],
    ['approval.reject-reason', 'with a reason', listens],
    ['approval.leave', 'leave pending'],
  ]);
}
