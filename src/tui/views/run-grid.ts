// The page of a group: the runs of one task side by side, each with its device, how it stands, its time, and what it said last.

import { deviceNameInShort } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import type { RunsDialog } from '../model/device-dialogs.ts';
import { groupProgress } from '../model/groups.ts';
import { listedIndex, listedRuns } from '../model/select.ts';
import { overlayRect } from '../rows/geometry.ts';
import { runGrid } from '../rows/run-grid.ts';
import type { Rect } from '../terminal/cells.ts';
import { stringWidth } from '../terminal/width.ts';
import { lostSince } from '../words/presence.ts';
import { progressText } from '../words/progress.ts';
import { openPage } from './dialog.ts';
import { drawNothing } from './nothing.ts';
import { clip, own, type Paint, type Span, select, write, writeRow } from './paint.ts';
import { runGlyph, runTime, runTitle, stateSpan } from './run-row.ts';

/** Columns of the upper border for the task, and what is around it. */
const LEAST_TITLE = 16;

export function drawRunGrid(paint: Paint, dialog: RunsDialog): void {
  const { model } = paint;
  const rect = overlayRect(model, dialog);
  const { cells, window } = runGrid(model, dialog);
  const all = listedRuns(model, { of: dialog.of });
  const [one] = all;
  const isLost = (run: Run): boolean => lostSince(model, run) !== undefined;
  const said = groupProgress(all, isLost).map((text) => own(paint, text));
  const progress = said.find((text) => text.length <= rect.width - LEAST_TITLE) ?? said.at(-1) ?? '';
  const what = `${one === undefined ? 'Runs' : runTitle(one)}${dialog.failedOnly === true ? ': those that failed' : ''}`;
  const box = openPage(paint, rect, clip(paint, what, Math.max(8, rect.width - progress.length - 8)), {
    topRight: all.length === 0 ? undefined : [[progress, paint.style('muted')]],
    window,
  });
  if (cells.length === 0)
    drawNothing(paint, box, [dialog.failedOnly === true ? 'None of them has failed.' : 'No run is known here.']);
  const selected = listedIndex(model, dialog);
  const number = Math.max(0, ...cells.map(({ run }) => String(run.number).length));
  for (const cell of cells) {
    drawCell(paint, cell.rect, cell.run, number);
    const last = Math.min(cell.rect.height, 1 + linesOf(paint, cell.run, cell.rect.height - 1).length);
    for (let row = 0; cell.index === selected && row < last; row += 1)
      select(paint, { ...cell.rect, y: cell.rect.y + row });
  }
}

function drawCell(paint: Paint, at: Rect, run: Run, number: number): void {
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, run);
  const [state, tone] = stateSpan(paint, run);
  const time = runTime(paint.model, run);
  const stands: Span[] = [[state, tone], ...(time === '' ? [] : [[`  ${time}`, muted] as const])];
  const name = clip(
    paint,
    deviceNameInShort(paint.model, run.device),
    Math.max(8, at.width - number - 4 - stringWidth(state) - time.length - 2),
  );
  writeRow(
    paint,
    at,
    [
      [`${glyph} `, paint.style(style)],
      [`${String(run.number).padStart(number)} `, muted],
      [name, paint.style('text')],
    ],
    stands,
    12,
  );
  linesOf(paint, run, at.height - 1).forEach(([text, attr], index) => {
    write(paint, at.x + 2, at.y + 1 + index, [[clip(paint, text, at.width - 2), attr]], at.width - 2);
  });
}

/** How far it is, the result, why it failed, and the last lines that came; a cell with room ends in a blank row. */
function linesOf(paint: Paint, run: Run, rows: number): Span[] {
  const most = rows > 2 ? rows - 1 : rows;
  const { model } = paint;
  const far = progressText(model, run);
  const first: Span[] =
    far !== undefined
      ? [[far, paint.style('info')]]
      : run.status === 'completed' && run.result !== undefined
        ? [[run.result, paint.style('text')]]
        : run.status === 'failed'
          ? [[run.message, paint.style('error')]]
          : [];
  const tail = (model.tails.get(run.id)?.lines ?? []).filter((line) => line.trim() !== '');
  const muted = paint.style('muted');
  // What it said last comes before why it failed, which its state says in short.
  const said = tail.slice(-Math.max(1, most - first.length)).map((line): Span => [line, muted]);
  return [...said, ...first].slice(0, Math.max(0, most));
}
