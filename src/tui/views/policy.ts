// The rules of this device, and the field in which a command is checked against them.

import type { Verdict } from '../../core/policy/rules.ts';
import type { CheckDialog, PolicyDialog } from '../model/policy-dialogs.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import {
  checkRows,
  firstPolicyRow,
  type PolicyRow,
  policyBody,
  policyRows,
  RULE_LABEL_WIDTH,
} from '../rows/policy-rows.ts';
import type { StyleName } from '../terminal/theme.ts';
import { drawField, keySpans, openBox, openPage } from './dialog.ts';
import { clip, own, type Paint, type Span, select, write } from './paint.ts';

const TONES: Readonly<Record<Verdict, StyleName>> = { allow: 'success', ask: 'warning', deny: 'error' };

export function drawPolicy(paint: Paint, dialog: PolicyDialog): void {
  const { model } = paint;
  const body = policyBody(model, dialog);
  const rows = policyRows(model, dialog, body.width);
  const first = firstPolicyRow(rows, dialog.selected, body.height);
  const own_ = dialog.rules?.filter(({ source }) => source === 'config').length ?? 0;
  const count = dialog.rules === undefined ? '' : ` ${own_} of yours, ${dialog.rules.length - own_} built-in`;
  openPage(
    paint,
    overlayRect(model, dialog),
    clip(paint, `Rules of this device${count === '' ? '' : `:${count}`}`, body.width),
    {
      window: {
        before: first,
        shown: Math.min(rows.length - first, body.height),
        after: Math.max(0, rows.length - first - body.height),
      },
    },
  );
  if (dialog.rules === undefined || dialog.message !== undefined) {
    write(paint, body.x, body.y, [[own(paint, dialog.message ?? 'loading…'), paint.style('muted')]], body.width);
    if (dialog.rules === undefined) return;
  }
  rows.slice(first, first + body.height).forEach((row, index) => {
    const at = { ...body, y: body.y + index };
    write(paint, at.x, at.y, spansOf(paint, row), at.width);
    if (row.style === 'rule' && row.rule === dialog.selected) select(paint, at);
  });
}

/** `decision.padEnd(6)` begins the row of a rule. */
const DECISION = /^(allow|ask|deny) +/;

function spansOf(paint: Paint, { style, text }: PolicyRow): Span[] {
  if (style === 'rule') {
    const decision = DECISION.exec(text)?.[0] ?? '';
    const tone = TONES[decision.trim() as Verdict] ?? 'text';
    return [
      [decision, paint.style(tone)],
      [text.slice(decision.length), paint.style('text')],
    ];
  }
  const label = text.slice(0, RULE_LABEL_WIDTH + 2);
  return [
    [label, paint.style('muted')],
    [text.slice(label.length), paint.style('text')],
  ];
}

export function drawCheck(outer: Paint, dialog: CheckDialog): void {
  const rect = overlayRect(outer.model, dialog);
  const { paint, box } = openBox(outer, rect, 'What would this device do?');
  const at = { ...inner(rect), x: box.x + 1, width: Math.max(1, box.width - 2) };
  drawField(paint, at, dialog.editor, 'a command');
  const rows = checkRows(dialog, at.width);
  const room = Math.max(0, box.height - 3);
  const verdict = dialog.asked?.answer?.verdict;
  rows.slice(0, room).forEach((row, index) => {
    const last = index === room - 1 && rows.length > room;
    const tone = verdict === undefined ? 'muted' : index === 0 ? 'code' : 'text';
    write(
      paint,
      at.x,
      at.y + 2 + index,
      [[own(paint, last ? '… enlarge the window to read the rest' : row), paint.style(tone)]],
      at.width,
    );
  });
  if (verdict !== undefined) {
    const words = rows.findIndex((row) => /^(runs at once|will ask|refused)/.test(row));
    if (words >= 0 && words < room)
      write(paint, at.x, at.y + 2 + words, [[own(paint, rows[words] ?? ''), paint.style(TONES[verdict])]], at.width);
  }
  const spans: readonly Span[] =
    dialog.notice === undefined
      ? keySpans(paint, [
          ['check.send', 'check'],
          ['check.close', 'back'],
        ])
      : [[clip(paint, dialog.notice, at.width), paint.style('warning')]];
  if (box.height > 1) write(paint, at.x, box.y + box.height - 1, spans, at.width);
}
