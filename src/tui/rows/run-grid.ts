// Where the runs of a group stand on its page: in as many columns as there is room for, each with as many rows for its output as
// all of them leave. What is not on the screen costs nothing.

import type { Run } from '../../core/runs.ts';
import type { RunsDialog } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { listedIndex, listedRuns } from '../model/select.ts';
import type { Rect } from '../terminal/cells.ts';
import { inner, overlayRect } from './geometry.ts';

export interface RunGrid {
  readonly columns: number;
  /** The runs on the screen, with the place of each. */
  readonly cells: readonly { readonly run: Run; readonly index: number; readonly rect: Rect }[];
  readonly count: number;
  /** Rows of cells above those that are shown, shown, and below. */
  readonly window: { readonly before: number; readonly shown: number; readonly after: number };
}

const LEAST_WIDTH = 34;
const GAP = 2;
/** The last lines of each, where there is room. */
const OUTPUT_ROWS = 3;
/** Its name and how it stands, its output, and a blank row. */
const MOST_HEIGHT = 1 + OUTPUT_ROWS + 1;
const LEAST_HEIGHT = 2;
/** Below this many rows in all, their names alone say more. */
const LOW = 8;

export function runGrid(model: Model, dialog: RunsDialog): RunGrid {
  const box = inner(overlayRect(model, dialog));
  const runs = listedRuns(model, dialog);
  const columns = gridColumns(model, dialog, runs.length);
  const width = Math.floor((box.width + GAP) / columns);
  const rows = Math.ceil(runs.length / columns);
  const least = box.height < LOW ? 1 : LEAST_HEIGHT;
  const height = Math.max(least, Math.min(MOST_HEIGHT, Math.floor(box.height / Math.max(1, rows))));
  const shown = Math.min(rows, Math.max(1, Math.floor(box.height / height)));
  const selected = Math.floor(listedIndex(model, dialog, runs) / columns);
  const before = Math.max(0, Math.min(selected - Math.floor(shown / 2), rows - shown));
  const cells = runs.slice(before * columns, (before + shown) * columns).map((run, at) => {
    const x = box.x + (at % columns) * width;
    const y = box.y + Math.floor(at / columns) * height;
    const rect = { x, y, width: width - GAP, height: Math.min(height, box.y + box.height - y) };
    return { run, index: before * columns + at, rect };
  });
  return { columns, cells, count: runs.length, window: { before, shown, after: rows - shown - before } };
}

/** A list of the runs of one device has one. */
export function gridColumns(model: Model, dialog: RunsDialog, count: number): number {
  if (dialog.of.type === 'device') return 1;
  const { width } = inner(overlayRect(model, dialog));
  return Math.max(1, Math.min(Math.floor((width + GAP) / LEAST_WIDTH), count));
}
