// An entry as it stands in the thread: its rows, and above the first of a day one that says which day that is.

import { type Timestamp, wallTime } from '../../core/clock.ts';
import type { Model, ShownEntry } from '../model/model.ts';
import { formatDay, startOfDay } from '../words/format.ts';
import type { EntryRow } from './entry-row.ts';
import { entryRows } from './entry-rows.ts';

/** `width`: the inner width of the thread pane. Nothing if there is no such entry. */
export function threadRows(model: Model, index: number, width: number): readonly EntryRow[] {
  const entry = model.thread.entries[index];
  if (entry === undefined) return [];
  const rows = entryRows(model, entry, width);
  const day = dayAbove(model, entry, index);
  return day === undefined ? rows : [{ kind: 'day', text: `── ${day} ──` }, ...rows];
}

function dayAbove({ thread, now }: Model, entry: ShownEntry, index: number): string | undefined {
  const at = beganAt(entry);
  if (at === undefined) return undefined;
  // What comes before the first is not known while there is more; and that today is today need not be said.
  if (index === 0) return thread.moreBefore || isSameDay(at, now) ? undefined : formatDay(at, now);
  const previous = thread.entries[index - 1];
  const before = previous === undefined ? undefined : beganAt(previous);
  return before === undefined || isSameDay(at, before) ? undefined : formatDay(at, now);
}

/** A place begins with its time. */
const TIMED = /^[0-9a-f]{12}-/;

/** By its place, so that days follow each other as entries do. */
function beganAt({ key }: ShownEntry): number | undefined {
  return TIMED.test(key) ? wallTime(key as string as Timestamp) : undefined;
}

const isSameDay = (a: number, b: number): boolean => startOfDay(a) === startOfDay(b);
