// A page of the runs of one device to choose from; those of one task have a page of their own.

import { deviceName } from '../../core/devices.ts';
import type { RunsDialog } from '../model/device-dialogs.ts';
import { combinedStatus } from '../model/groups.ts';
import { listedIndex, listedRuns } from '../model/select.ts';
import { overlayRect } from '../rows/geometry.ts';
import { lostSince } from '../words/presence.ts';
import { openPage } from './dialog.ts';
import { drawNothing } from './nothing.ts';
import { clip, type Paint, select } from './paint.ts';
import { drawRunGrid } from './run-grid.ts';
import { drawRun, runColumns } from './run-row.ts';

export function drawRunList(paint: Paint, dialog: RunsDialog): void {
  if (dialog.of.type === 'group') {
    drawRunGrid(paint, dialog);
    return;
  }
  const { model } = paint;
  const rect = overlayRect(model, dialog);
  const runs = listedRuns(model, dialog);
  const height = Math.max(0, rect.height - 2);
  const selected = listedIndex(model, dialog, runs);
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), runs.length - height));
  const what = `Runs on ${deviceName(model, dialog.of.device)}`;
  const status = combinedStatus(runs, (run) => lostSince(model, run) !== undefined);
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
