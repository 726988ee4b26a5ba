// A page of runs to choose from, with the worst status of a group in its title.

import type { Run } from '../../core/runs.ts';
import type { RunsDialog } from '../model/device-dialogs.ts';
import { combinedStatus } from '../model/groups.ts';
import { deviceName, listedRuns } from '../model/select.ts';
import { overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { lostSince } from '../words/presence.ts';
import { progressText } from '../words/progress.ts';
import { openPage } from './dialog.ts';
import { drawNothing } from './nothing.ts';
import { clip, type Paint, type Span, select, write } from './paint.ts';
import {
  cell,
  deviceWidth,
  drawRun,
  GAP,
  runColumns,
  runGlyph,
  runTime,
  runTitle,
  STATUS,
  stateSpan,
  TIME,
} from './run-row.ts';

export function drawRunList(paint: Paint, dialog: RunsDialog): void {
  const { model } = paint;
  const rect = overlayRect(model, dialog);
  const runs = listedRuns(model, dialog);
  const height = Math.max(0, rect.height - 2);
  const selected = Math.max(0, Math.min(dialog.selected, runs.length - 1));
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), runs.length - height));
  const [one] = runs;
  const what =
    dialog.of.type === 'device'
      ? `Runs on ${deviceName(model, dialog.of.device)}`
      : one === undefined
        ? 'Runs'
        : runTitle(one);
  const status = combinedStatus(runs, (run) => lostSince(model, run) !== undefined);
  const box = openPage(paint, rect, clip(paint, what, Math.max(8, rect.width - status.length - 8)), {
    topRight: runs.length === 0 ? undefined : [[status, paint.style('muted')]],
    window: { before: first, shown: Math.min(height, runs.length), after: Math.max(0, runs.length - first - height) },
  });
  if (runs.length === 0) drawNothing(paint, box, ['No run is known here.']);
  const columns = runColumns(model, box.width);
  runs.slice(first, first + height).forEach((run, index) => {
    const at = { ...box, y: box.y + index };
    if (dialog.of.type === 'group') drawMember(paint, at, run, columns.number);
    else drawRun(paint, at, run, columns);
    if (first + index === selected) select(paint, at);
  });
}

/** A run of a group: what all of them run is in the title, so here is where, how it stands, and what it said last. */
function drawMember(paint: Paint, at: Rect, run: Run, number: number): void {
  const { model } = paint;
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, run);
  const [state, tone] = stateSpan(paint, run);
  const [said, attr] = lastWords(paint, run);
  const head: Span[] = [
    [glyph, paint.style(style)],
    [` ${String(run.number).padStart(number)} `, muted],
    [cell(paint, deviceName(model, run.device), deviceWidth(model)), paint.style('text')],
    [' '.repeat(GAP), muted],
    [cell(paint, state, Math.min(STATUS, Math.max(0, at.width - number - deviceWidth(model) - 5))), tone],
  ];
  const used = write(paint, at.x, at.y, head, at.width);
  const room = at.width - used - GAP;
  const time = runTime(model, run);
  if (room < TIME) return;
  write(paint, at.x + used + GAP + TIME - Math.min(TIME, time.length), at.y, [[time, muted]], TIME);
  const rest = room - TIME - GAP;
  if (rest > 0) write(paint, at.x + at.width - rest, at.y, [[clip(paint, said, rest), attr]], rest);
}

/** How far it is, the result, why it failed, or the last line that came. */
function lastWords(paint: Paint, run: Run): Span {
  const far = progressText(paint.model, run);
  if (far !== undefined) return [far, paint.style('info')];
  const line = paint.model.tails.get(run.id)?.lines.findLast((text) => text.trim() !== '');
  if (run.status === 'completed' && run.result !== undefined) return [run.result, paint.style('text')];
  if (line !== undefined) return [line, paint.style('muted')];
  return [run.status === 'failed' ? run.message : '', paint.style('error')];
}
