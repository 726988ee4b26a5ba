// Attached to a run: its terminal fills the screen, and the first row says how to leave it.

import { isFinal, type Run } from '../../core/runs.ts';
import { keyOf } from '../keys/keymap.ts';
import type { Model } from '../model/model.ts';
import { rowsBelow } from '../model/output-view.ts';
import type { AttachDialog } from '../model/overlay-model.ts';
import { findRun } from '../model/select.ts';
import { attachRect, overlayRect } from '../rows/geometry.ts';
import { inverse } from '../terminal/theme.ts';
import { describeStatus, formatClock } from '../words/format.ts';
import { whyNotSent } from '../words/presence.ts';
import { clip, own, type Paint, type Span, write } from './paint.ts';
import { runTitle } from './run-row.ts';

const LEAST_NAME = 8;

export function drawAttach(paint: Paint, dialog: AttachDialog): void {
  const { model, grid } = paint;
  const rect = attachRect(model);
  grid.fill(overlayRect(model, dialog), ' ', paint.style('text'));
  const run = findRun(model, dialog.run);
  const unsent = dialog.phase === 'open' ? unsentWords(model, dialog, run) : [];
  const bar = unsent.length > 0 ? paint.style('badgeWarning') : inverse(paint.style('text'));
  grid.fill({ x: 0, y: 0, width: model.size.width, height: 1 }, ' ', bar);
  const { port } = dialog.output;
  const below = rowsBelow(dialog.output, dialog.anchor, rect);
  if (port !== undefined) {
    const cursor = dialog.phase === 'open' && dialog.anchor === undefined;
    port.draw(grid, rect, { scrollBack: below, defaultAttr: paint.style('text'), cursor });
  }
  const width = model.size.width - 2;
  // The key comes before what went wrong: that may be long, and is cut instead.
  const [full, short] = endings(dialog, below, run, model.clock < dialog.deafUntil);
  const start = full.length + 2 <= width ? full : short;
  const said = unsent.find((words) => start.length + words.length + 3 + LEAST_NAME <= width) ?? unsent.at(-1);
  const ends = own(paint, said === undefined ? start : `${start} — ${said}`);
  const name = run === undefined ? 'a run' : `${run.number} ${runTitle(run)}`;
  const wanted = dialog.phase === 'opening' ? 'attaching to ' : dialog.phase === 'open' ? 'attached to ' : '';
  // The way out is always on the screen: words and name give way.
  const how = width - wanted.length - ends.length >= LEAST_NAME ? wanted : '';
  const spans: Span[] = [[`${how}${clip(paint, name, Math.max(2, width - how.length - ends.length))}${ends}`, bar]];
  write(paint, 1, 0, spans, width);
}

/** That keys do not go out, and since when they did not: the longest first. */
function unsentWords(model: Model, { sends, unsentSince }: AttachDialog, run: Run | undefined): string[] {
  const why = run === undefined ? undefined : whyNotSent(model, run);
  const since = unsentSince === undefined ? '' : ` since ${formatClock(unsentSince)}`;
  if (why !== undefined || !sends) {
    const { full, short } = why ?? { full: 'its input is being opened', short: 'opening' };
    const all = since === '' ? 'what you type is not sent' : `nothing you typed${since} was sent`;
    return [`${all}: ${full}`, `not sent${since}: ${short}`, `not sent: ${short}`];
  }
  return since === '' ? [] : [`what you typed${since} was not sent`, `not sent${since}`];
}

/** In full, and where there is no room for that: the key is in both. */
function endings(
  { phase, message, anchor }: AttachDialog,
  below: number,
  run: Run | undefined,
  deaf: boolean,
): readonly [full: string, short: string] {
  const key = keyOf('attach.detach');
  const alone = (text: string): readonly [string, string] => [text, text];
  switch (phase) {
    case 'ended': {
      const status = run === undefined || !isFinal(run) ? '' : ` (${describeStatus(run)})`;
      const back = `${deaf ? key : 'Enter'} goes back`;
      return [` is over${status} — ${back}`, ` is over — ${back}`];
    }
    case 'failed':
      return alone(` — ${key} goes back — ${message ?? 'it cannot be attached'}`);
    case 'opening':
      return alone(`… — ${key} goes back`);
    case 'open':
      return [` — ${key} detaches${anchor === undefined ? '' : ` — ${below} rows back`}`, ` — ${key} detaches`];
  }
}
