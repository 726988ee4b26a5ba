// The small dialogs: a reason, a question, where to save, which signal.

import { formatBytes } from '../format.ts';
import { overlayRect } from '../geometry.ts';
import type { Model } from '../model.ts';
import type { OverlayOf } from '../overlay-model.ts';
import { whyOffline } from '../presence.ts';
import { findRun } from '../select.ts';
import { SIGNALS } from '../signals.ts';
import type { Rect } from '../terminal/cells.ts';
import { wrap } from '../terminal/width.ts';
import { drawField, keySpans, openBox } from './dialog.ts';
import { clip, own, type Paint, select, write } from './paint.ts';
import { runTitle } from './run-row.ts';

const padded = (box: Rect): Rect => ({ ...box, x: box.x + 1, width: Math.max(1, box.width - 2) });
const lastRow = (box: Rect): Rect => ({ ...box, y: box.y + Math.max(0, box.height - 1) });

export function drawReason(outer: Paint, overlay: OverlayOf<'reason'>): void {
  const { model } = outer;
  const approval = model.approvals.find(({ id }) => id === overlay.approval);
  const { paint, box } = openBox(outer, overlayRect(model, overlay), 'Reject, and say why');
  const at = padded(box);
  const what = approval === undefined ? '' : clip(paint, approval.payload.command, at.width);
  if (box.height > 2) write(paint, at.x, at.y, [[what, paint.style('code')]], at.width);
  drawField(
    paint,
    { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) },
    overlay.editor,
    'the reason goes to whoever asked',
  );
  drawLast(paint, at, overlay.notice, [
    ['reason.send', 'reject'],
    ['reason.close', 'back'],
  ]);
}

export function drawSave(outer: Paint, overlay: OverlayOf<'save'>): void {
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), 'Save a file');
  const at = padded(box);
  const size = formatBytes(overlay.artifact.sizeBytes);
  const name = clip(paint, overlay.artifact.name, at.width - size.length - 4);
  if (box.height > 2) {
    write(
      paint,
      at.x,
      at.y,
      [
        [`${paint.glyphs.artifact} `, paint.style('info')],
        [name, paint.style('text')],
        [`  ${size}`, paint.style('muted')],
      ],
      at.width,
    );
  }
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'where to save it');
  drawLast(paint, at, overlay.notice, [
    ['save.confirm', 'save'],
    ['save.close', 'back'],
  ]);
}

export function drawRename(outer: Paint, overlay: OverlayOf<'rename'>): void {
  const title = `A name for ${clip(outer, overlay.name, 32)}`;
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), title);
  const at = padded(box);
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'what to call it');
  drawLast(paint, at, overlay.sending ? own(paint, 'renaming…') : overlay.notice, [
    ['rename.send', 'rename'],
    ['rename.close', 'back'],
  ]);
}

export function drawRevoke(outer: Paint, overlay: OverlayOf<'revoke'>): void {
  const name = clip(outer, overlay.name, 32);
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), `Revoke ${name}?`);
  const at = padded(box);
  const says = `What it has running here is ended, and it is let in again only by pairing anew. Type its name: ${name}`;
  const room = Math.max(0, box.height - 2);
  wrap(says, at.width)
    .slice(-room)
    .forEach((row, index) => {
      write(paint, at.x, at.y + index, [[row, paint.style('text')]], at.width);
    });
  drawField(paint, { ...at, y: at.y + room }, overlay.editor, 'its name');
  drawLast(paint, at, overlay.sending ? own(paint, 'revoking…') : overlay.notice, [
    ['revoke.send', 'revoke'],
    ['revoke.close', 'back'],
  ]);
}

function drawLast(paint: Paint, box: Rect, notice: string | undefined, keys: Parameters<typeof keySpans>[1]): void {
  const at = lastRow(box);
  const spans =
    notice === undefined ? keySpans(paint, keys) : [[clip(paint, notice, at.width), paint.style('warning')] as const];
  write(paint, at.x, at.y, spans, at.width);
}

export function drawConfirm(outer: Paint, overlay: OverlayOf<'confirm'>): void {
  const { model } = outer;
  const { question, deafUntil } = overlay;
  const title = question.type === 'quit' ? 'Leave the dashboard?' : 'Cancel this run?';
  const { paint, box } = openBox(outer, overlayRect(model, overlay), title);
  const at = padded(box);
  const running = model.runs.filter(({ status }) => status === 'running').length;
  const goesOn =
    running === 0
      ? 'Nothing runs now.'
      : running === 1
        ? 'One run goes on without it.'
        : `${running} runs go on without it.`;
  const rows =
    question.type === 'quit'
      ? wrap(goesOn, at.width).map((text) => ({ text, style: 'text' as const }))
      : [
          { text: clip(paint, question.title, at.width), style: 'code' as const },
          {
            text: clip(paint, cancelMeans(model, question.run), at.width),
            style: 'text' as const,
          },
        ];
  rows.slice(0, Math.max(0, box.height - 1)).forEach(({ text, style }, index) => {
    write(paint, at.x, at.y + index, [[text, paint.style(style)]], at.width);
  });
  const listens = model.clock >= deafUntil;
  const keys = keySpans(paint, [
    ['confirm.yes', 'yes', listens],
    ['confirm.no', 'no'],
  ]);
  write(paint, at.x, lastRow(at).y, keys, at.width);
}

function cancelMeans(model: Model, id: string): string {
  const run = findRun(model, id);
  const device = model.devices.find((other) => other.id === run?.device);
  const offline = device === undefined || device.local ? undefined : whyOffline(device, model.now);
  if (run?.offeredAt !== undefined && device !== undefined && offline !== undefined)
    return `${device.name} is ${offline}: it is told when it is back.`;
  return run?.startedAt === undefined ? 'It has not begun yet.' : 'Its processes are stopped.';
}

export function drawSignals(outer: Paint, overlay: OverlayOf<'signal'>): void {
  const { model } = outer;
  const rect = overlayRect(model, overlay);
  const run = findRun(model, overlay.run);
  const title = run === undefined ? 'Signal' : `Signal to ${run.number} ${clip(outer, runTitle(run), rect.width)}`;
  const { paint, box } = openBox(outer, rect, title);
  const first = Math.max(0, Math.min(overlay.selected - Math.floor(box.height / 2), SIGNALS.length - box.height));
  const width = Math.max(...SIGNALS.map(({ name }) => name.length));
  SIGNALS.slice(first, first + box.height).forEach(({ name, help }, index) => {
    const at = { ...box, y: box.y + index };
    write(
      paint,
      at.x + 1,
      at.y,
      [
        [name.padEnd(width), paint.style(name === 'SIGKILL' ? 'error' : 'text')],
        [`  ${help}`, paint.style('muted')],
      ],
      at.width - 2,
    );
    if (first + index === overlay.selected) select(paint, at);
  });
}
