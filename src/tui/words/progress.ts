// How far runs are that go on now: the newest word of each, gone when its run is over; and that in few columns or many.

import { isFinal, type Run } from '../../core/runs.ts';
import type { Progress } from '../../protocol/api.ts';
import { type KnownProgress, known } from '../model/known-progress.ts';
import type { Model } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { stirred } from '../model/stirring.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { stringWidth, truncate } from '../terminal/width.ts';
import { formatBytes } from './format.ts';
import { speedOf } from './speed.ts';

/** Of one that nobody knows here, or that is over, nothing is kept. */
export function takeProgress(model: Model, id: string, progress: Progress): Model {
  const run = findRun(model, id);
  if (run === undefined || isFinal(run)) return model;
  const told = new Map([...model.progress, [id, known(model.progress.get(id), progress, model.clock)]]);
  return stirred({ ...model, progress: told }, id);
}

export function forgetProgress(model: Model, run: Run | undefined): Model {
  if (run === undefined || !isFinal(run) || !model.progress.has(run.id)) return model;
  return { ...model, progress: new Map([...model.progress].filter(([id]) => id !== run.id)) };
}

type Told = Pick<Model, 'progress'>;

/** What is told of a run that goes on. */
export function progressOf({ progress }: Told, run: Run): KnownProgress | undefined {
  return isFinal(run) ? undefined : progress.get(run.id);
}

/** `41 %, 410 MB of 1.0 GB, 98 MB/s: a.jpg`, `2 of 5: click "Send"`; undefined where nothing is told. */
export function progressText(model: Told, run: Run): string | undefined {
  const told = progressOf(model, run);
  if (told === undefined) return undefined;
  const parts = measures(told);
  const what = sanitizeLine(told.text);
  return parts.length === 0 ? what : `${parts.join(', ')}: ${what}`;
}

/** `41 %`, `2 of 5`: as little as says something. */
export function progressInShort(model: Told, run: Run): string | undefined {
  const told = progressOf(model, run);
  return told === undefined ? undefined : measures(told)[0];
}

const MOST_BAR = 20;
const LEAST_BAR = 5;
const BAR_SHARE = 0.25;
/** Less of a name says nothing. */
const LEAST_NAME = 8;
const GAP = '  ';

/** `█████░░░░░  41 %  410 MB of 1.0 GB  98 MB/s  a.jpg`: from the left as much as there is room for. */
export function progressRow(told: KnownProgress, width: number): string {
  const share = shareOf(told);
  const columns = Math.max(LEAST_BAR, Math.min(MOST_BAR, Math.floor(width * BAR_SHARE)));
  const filled = share === undefined ? 0 : Math.floor(share * columns);
  const bar = share === undefined ? [] : ['█'.repeat(filled) + '░'.repeat(columns - filled)];
  const [row = '', ...rest] = [...bar, ...measures(told)].reduce<string[]>(
    ([line = '', ...left], part) => {
      const longer = line === '' ? part : line + GAP + part;
      return left.length === 0 && stringWidth(longer) <= width ? [longer] : [line, ...left, part];
    },
    [''],
  );
  const room = width - stringWidth(row) - (row === '' ? 0 : GAP.length);
  const name = sanitizeLine(told.text);
  if (rest.length > 0 || (room < LEAST_NAME && stringWidth(name) > room)) return row;
  return `${row}${row === '' ? '' : GAP}${truncate(name, room, '…')}`;
}

function shareOf({ step, steps, bytes, totalBytes }: Progress): number | undefined {
  if (bytes !== undefined && totalBytes !== undefined && totalBytes > 0) return Math.min(1, bytes / totalBytes);
  // The step that is told of is being done.
  if (step !== undefined && steps !== undefined && steps > 1) return Math.max(0, Math.min(1, (step - 1) / steps));
  return undefined;
}

/** The most telling first. */
function measures({ step, steps, bytes, totalBytes, points = [] }: KnownProgress): string[] {
  const speed = speedOf(points);
  const rate = speed === undefined || speed <= 0 ? [] : [`${formatBytes(Math.round(speed))}/s`];
  if (bytes !== undefined && totalBytes !== undefined && totalBytes > 0) {
    const percent = Math.floor(100 * Math.min(1, bytes / totalBytes));
    return [`${percent} %`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`, ...rate];
  }
  if (step !== undefined && steps !== undefined) return [`${step} of ${steps}`];
  return bytes === undefined ? [] : [formatBytes(bytes), ...rate];
}
