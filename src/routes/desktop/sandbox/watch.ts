/**
 * Watches over runs that may write: what each of them must not change is written down in Dispatch's own folder before it starts, and
 * settled when it has ended, also if the peer that started it is gone by then.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';
import { lookOnce, type Step, trailOf } from './trail.ts';
import { type Settlement, settlePlace, type Watched, watchPlace } from './watched-places.ts';

export interface Watch {
  /** To be called when all of its processes are gone: mends what was changed, and says so in sentences. */
  settle(): readonly string[];
}

export interface Watcher {
  /** To be called before it starts. Throws what the system says where the list cannot be written. */
  begin(run: WatchedRun): Watch;
  /** The same as `settle`, for a run of a peer that was lost. What it says is left among the artifacts of the run. */
  settleLost(run: string): void;
}

export interface WatchedRun {
  readonly run: string;
  /** Absolute paths. */
  readonly places: readonly string[];
  /** Of which no copy may be made. */
  readonly secret: (path: string) => boolean;
  readonly writable: readonly string[];
  readonly artifactsDir: string;
}

interface List extends Pick<WatchedRun, 'writable' | 'artifactsDir'> {
  readonly watched: readonly Watched[];
}

/** `folder` is private, and hidden from all runs. Without one nothing is kept: what is found is removed. */
export function createWatcher(home: string, folder: string | undefined): Watcher {
  /**
   * What runs that overlap started from: what one of them has left must not count as having been there before another. How many runs
   * hold to it is counted.
   */
  const shared = new Map<string, { watched: Watched; runs: number }>();
  const listOf = (run: string): string | undefined => (folder === undefined ? undefined : join(folder, `${run}.json`));
  const moved = folder === undefined ? undefined : join(folder, 'moved');

  const hold = (place: string, watch: () => Watched): Watched => {
    const known = shared.get(place) ?? { watched: watch(), runs: 0 };
    known.runs += 1;
    shared.set(place, known);
    return known.watched;
  };
  const letGo = (place: string, changed: boolean): void => {
    const known = shared.get(place);
    if (known === undefined) return;
    known.runs -= 1;
    if (known.runs === 0) shared.delete(place);
    else if (changed) known.watched = { ...known.watched, before: trailOf(place) };
  };

  return {
    begin({ run, places, secret, writable, artifactsDir }) {
      const looking = lookOnce(home);
      const canWrite = ({ path }: Step): boolean => writable.some((folder) => isInside(folder, path));
      const watched = places.flatMap((place) => {
        const held = hold(place, () => watchPlace(place, looking, secret));
        if (held.before.some(canWrite)) return [held];
        letGo(place, false);
        return [];
      });
      const list: List = { writable, artifactsDir, watched };
      const file = listOf(run);
      if (file !== undefined && folder !== undefined && watched.length > 0) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(file, JSON.stringify(list), { mode: 0o600 });
      }
      let over = false;
      return {
        settle() {
          if (over) return [];
          over = true;
          const settlement: Settlement = { writable, folder: moved, sameBoot: true };
          const lookAgain = lookOnce(home);
          const said = watched.flatMap((held) => {
            const sentences = settlePlace(shared.get(held.path)?.watched ?? held, settlement, lookAgain);
            letGo(held.path, sentences.length > 0);
            return sentences;
          });
          if (file !== undefined) rmSync(file, { force: true });
          return said;
        },
      };
    },
    settleLost(run) {
      const file = listOf(run);
      const list = file === undefined ? undefined : readList(file);
      if (file === undefined || list === undefined) return;
      const settlement: Settlement = { writable: list.writable, folder: moved, sameBoot: false };
      const said = list.watched.flatMap((watched) => settlePlace(watched, settlement));
      if (said.length > 0) tell(list.artifactsDir, said);
      rmSync(file, { force: true });
    },
  };
}

/** A list that is not whole was being written when the peer was lost: its run had not begun. */
function readList(file: string): List | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as List;
  } catch {
    return undefined;
  }
}

/** Its output is closed. The name cannot be guessed, so that no link takes its place. */
function tell(artifactsDir: string, sentences: readonly string[]): void {
  const name = `left-by-this-run-${crypto.randomUUID()}.txt`;
  try {
    writeFileSync(join(artifactsDir, name), `${sentences.join('\n')}\n`, { flag: 'wx' });
  } catch {
    // It has taken its folder away.
  }
}
