// How far runs are, in plain lines: rarely enough to listen to, and at least what was told last when there is something new to tell.

import { isFinal, type Run } from '../../core/runs.ts';
import type { Progress } from '../../protocol/api.ts';
import { type KnownProgress, known } from '../model/known-progress.ts';
import { progressText } from '../words/progress.ts';

/** Between two lines about the same run, in milliseconds. */
export const SAID_EVERY_MS = 5000;

export interface PlainProgress {
  /** The line to print; undefined while there is nothing new to listen to. `now`: milliseconds of a clock that does not go back. */
  line(run: Run | undefined, progress: Progress, now: number): string | undefined;
  forget(run: Run): void;
}

export function createPlainProgress(): PlainProgress {
  const told = new Map<string, { readonly progress: KnownProgress; readonly saidAt: number; readonly said: string }>();
  return {
    line(run, progress, now) {
      if (run === undefined || isFinal(run)) return undefined;
      const before = told.get(run.id);
      const next = known(before?.progress, progress, now);
      const text = progressText({ progress: new Map([[run.id, next]]) }, run) ?? '';
      // What is over soon is told of by its end.
      const saidAt = before?.saidAt ?? now;
      const says = now - saidAt >= SAID_EVERY_MS && text !== before?.said;
      told.set(run.id, { progress: next, saidAt: says ? now : saidAt, said: says ? text : (before?.said ?? '') });
      return says ? `Run ${run.number}: ${text}` : undefined;
    },
    forget: ({ id }) => void told.delete(id),
  };
}
