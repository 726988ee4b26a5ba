// The tasks that wait to be sent, in the order in which they will be, and the row in the composer that counts them.

import { keyOf } from '../keys/keymap.ts';
import type { OverlayOf } from '../model/overlay-model.ts';
import type { WaitingTask } from '../model/waiting-task.ts';
import { overlayRect } from '../rows/geometry.ts';
import { openBox } from './dialog.ts';
import { clip, own, type Paint, type Span, select, writeRow } from './paint.ts';

const STATES = { waiting: 'waits for the peer', sending: 'sending…', held: 'not sent: Enter sends it' } as const;

export function drawWaiting(outer: Paint, overlay: OverlayOf<'waiting'>): void {
  const { waiting } = outer.model.composer;
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), 'Waits to be sent');
  const first = Math.max(0, Math.min(overlay.selected - Math.floor(box.height / 2), waiting.length - box.height));
  waiting.slice(first, first + box.height).forEach((task, index) => {
    const at = { ...box, y: box.y + index, height: 1 };
    writeRow(
      paint,
      { ...at, x: at.x + 1, width: at.width - 2 },
      [
        [
          task.state === 'held' ? `${paint.glyphs.waiting} ` : `${paint.glyphs.queued} `,
          paint.style(task.state === 'held' ? 'warning' : 'muted'),
        ],
        [clip(paint, task.text, at.width), paint.style('code')],
      ],
      box.width < 50
        ? []
        : [
            ...elsewhere(paint, task, Math.floor(box.width / 3)),
            [own(paint, STATES[task.state]), paint.style(task.state === 'held' ? 'warning' : 'muted')],
          ],
    );
    if (first + index === overlay.selected) select(paint, at);
  });
}

/** Where it will run, if that is not the folder of this dashboard. */
function elsewhere(paint: Paint, { cwd }: WaitingTask, width: number): Span[] {
  if (cwd === paint.model.settings.cwd) return [];
  return [[`${clip(paint, `in ${cwd}`, width)}  `, paint.style('warning')]];
}

/** Undefined if nothing waits. */
export function waitingSpans(paint: Paint, waiting: readonly WaitingTask[]): Span[] | undefined {
  if (waiting.length === 0) return undefined;
  const held = waiting.filter(({ state }) => state === 'held').length;
  const parts = [
    ...(waiting.length > held ? [`${waiting.length - held} waiting to be sent`] : []),
    ...(held > 0 ? [`${held} not sent`] : []),
  ];
  return [
    [`${paint.glyphs.waiting} ${parts.join(', ')}`, paint.style('warning')],
    [`  ${keyOf('composer.waiting')} shows ${waiting.length === 1 ? 'it' : 'them'}`, paint.style('muted')],
  ];
}
