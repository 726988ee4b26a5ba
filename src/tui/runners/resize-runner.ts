// Gives attached runs the size of the screen. One request at a time, and the newest size last: the two that make a program draw anew
// take a while, and a size that the screen got meanwhile must not be followed by an older one.

import type { Effect } from '../model/effects.ts';

type Resize = Extract<Effect, { type: 'resize' }>;
type TellSize = (size: Pick<Resize, 'run' | 'cols' | 'rows'>) => Promise<unknown>;

export function createResizer(tellSize: TellSize): (effect: Resize) => void {
  let wanted: Resize | undefined;
  let busy = false;

  const work = async (): Promise<void> => {
    busy = true;
    for (let next = wanted; next !== undefined; next = wanted) {
      wanted = undefined;
      const { run, cols, rows, redraw } = next;
      try {
        // A size that does not change tells the program nothing; one that changes twice makes it draw.
        if (redraw) await tellSize({ run, cols, rows: rows - 1 });
        if (wanted === undefined) await tellSize({ run, cols, rows });
      } catch {
        // The run may have ended meanwhile, or the peer have gone: their own states say so, and the next size is told anew.
      }
    }
    busy = false;
  };

  return (effect) => {
    // What was to make it draw still has to.
    const redraw = effect.redraw || (wanted?.run === effect.run && wanted.redraw);
    wanted = { ...effect, redraw };
    if (!busy) void work();
  };
}
