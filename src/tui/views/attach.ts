// Attached to a run: its terminal fills the screen, and the first row says how to leave it.

import { isFinal, type Run } from '../../core/runs.ts';
import { describeStatus } from '../format.ts';
import { attachRect, overlayRect } from '../geometry.ts';
import type { AttachDialog } from '../overlay-model.ts';
import { linkLost } from '../presence.ts';
import { findRun } from '../select.ts';
import { inverse } from '../terminal/theme.ts';
import { keyOf } from './nothing.ts';
import { clip, own, type Paint, type Span, write } from './paint.ts';
import { runTitle } from './run-row.ts';

const LEAST_NAME = 8;

export function drawAttach(paint: Paint, dialog: AttachDialog): void {
  const { model, grid } = paint;
  const rect = attachRect(model);
  grid.fill(overlayRect(model, dialog), ' ', paint.style('text'));
  const bar = inverse(paint.style('text'));
  grid.fill({ x: 0, y: 0, width: model.size.width, height: 1 }, ' ', bar);
  const { port } = dialog.output;
  if (port !== undefined) {
    const cursor = dialog.phase === 'open' && dialog.scrollBack === 0;
    port.draw(grid, rect, { scrollBack: dialog.scrollBack, defaultAttr: paint.style('text'), cursor });
  }
  const width = model.size.width - 2;
  const run = findRun(model, dialog.run);
  // The key comes before what went wrong: that may be long, and is cut instead.
  const lost = run === undefined || dialog.phase !== 'open' ? undefined : linkLost(model, run);
  const ends = own(
    paint,
    ending(dialog, run, model.clock < dialog.deafUntil) + (lost === undefined ? '' : ` — ${lost}`),
  );
  const name = run === undefined ? 'a run' : `${run.number} ${runTitle(run)}`;
  const wanted = dialog.phase === 'opening' ? 'attaching to ' : dialog.phase === 'open' ? 'attached to ' : '';
  // The way out is always on the screen: words and name give way.
  const start = width - wanted.length - ends.length >= LEAST_NAME ? wanted : '';
  const spans: Span[] = [[`${start}${clip(paint, name, Math.max(2, width - start.length - ends.length))}${ends}`, bar]];
  write(paint, 1, 0, spans, width);
}

function ending({ phase, message, scrollBack }: AttachDialog, run: Run | undefined, deaf: boolean): string {
  const key = keyOf('attach.detach');
  switch (phase) {
    case 'ended':
      return ` is over${run === undefined || !isFinal(run) ? '' : ` (${describeStatus(run)})`} — ${deaf ? key : 'Enter'} goes back`;
    case 'failed':
      return ` — ${key} goes back — ${message ?? 'it cannot be attached'}`;
    case 'opening':
      return `… — ${key} goes back`;
    case 'open':
      return scrollBack === 0 ? ` — ${key} detaches` : ` — ${key} detaches — ${scrollBack} rows back`;
  }
}
