// A page of runs to choose from, with the worst status of a group in its title.

import type { RunsDialog } from '../device-dialogs.ts';
import { overlayRect } from '../geometry.ts';
import { combinedStatus } from '../groups.ts';
import { deviceName, listedRuns } from '../select.ts';
import { openPage } from './dialog.ts';
import { drawNothing } from './nothing.ts';
import { clip, type Paint, select } from './paint.ts';
import { drawRun, runColumns, runTitle } from './run-row.ts';

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
  const status = combinedStatus(runs);
  const box = openPage(paint, rect, clip(paint, what, Math.max(8, rect.width - status.length - 8)), {
    topRight: runs.length === 0 ? undefined : [[status, paint.style('muted')]],
    window: { before: first, shown: Math.min(height, runs.length), after: Math.max(0, runs.length - first - height) },
  });
  if (runs.length === 0) drawNothing(paint, box, ['No run is known here.']);
  const columns = runColumns(model, box.width);
  runs.slice(first, first + height).forEach((run, index) => {
    const at = { ...box, y: box.y + index };
    drawRun(paint, at, run, columns);
    if (first + index === selected) select(paint, at);
  });
}
