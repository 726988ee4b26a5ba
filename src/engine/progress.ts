/**
 * How far runs are, for whoever looks now. Nothing of it is kept: it goes a few times a second at most, the newest always, and the end of
 * a run ends it.
 */

import type { RunId } from '../core/ids.ts';
import type { Progress } from '../protocol/api.ts';
import type { Clock } from './ports.ts';

const EVERY_MS = 200;
const MOST_TEXT = 500;

export type ProgressListener = (run: RunId, progress: Progress) => void;

export interface ProgressHub {
  tell(run: RunId, progress: Progress): void;
  /** The run is over: what was not told yet is not news any more. */
  forget(run: RunId): void;
  onProgress(listener: ProgressListener): () => void;
}

interface Telling {
  toldAt: number;
  later?: { readonly cancel: () => void; progress: Progress };
}

export function createProgressHub({ clock }: { readonly clock: Clock }): ProgressHub {
  const listeners = new Set<ProgressListener>();
  const runs = new Map<RunId, Telling>();

  const tellNow = (run: RunId, telling: Telling, progress: Progress): void => {
    telling.toldAt = clock.now();
    for (const listener of [...listeners]) listener(run, progress);
  };

  return {
    tell(run, { text, ...rest }) {
      const progress = { text: text.slice(0, MOST_TEXT), ...rest };
      const telling = runs.get(run) ?? { toldAt: Number.NEGATIVE_INFINITY };
      runs.set(run, telling);
      if (telling.later !== undefined) {
        telling.later.progress = progress;
        return;
      }
      const due = telling.toldAt + EVERY_MS;
      if (clock.now() >= due) {
        tellNow(run, telling, progress);
        return;
      }
      const cancel = clock.at(due, () => {
        const newest = telling.later?.progress ?? progress;
        delete telling.later;
        tellNow(run, telling, newest);
      });
      telling.later = { cancel, progress };
    },
    forget(run) {
      runs.get(run)?.later?.cancel();
      runs.delete(run);
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
