// When the next frame is drawn: what a key changed at once, what a run printed when its turn comes. So nobody who types waits
// because something else has just been drawn, and a run that prints as fast as it can costs no more than a person can see.

import type { MessageBody } from '../model/messages.ts';

export interface Frames {
  /** Draws soon; how soon depends on what it is for. */
  request(cause: MessageBody['type']): void;
  now(): void;
  close(): void;
}

/** Least time between the frame before and one for a key: events that come by the hundred, as those of a mouse, share frames. */
const INPUT_MS = 4;
const FRAME_MS = 1000 / 60;
const OUTPUT_MS = 1000 / 30;

function leastGap(cause: MessageBody['type']): number {
  switch (cause) {
    case 'input':
    case 'resized':
      return INPUT_MS;
    case 'tail':
    case 'output':
      return OUTPUT_MS;
    default:
      return FRAME_MS;
  }
}

export function createFrames(draw: () => void): Frames {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let soon: NodeJS.Immediate | undefined;

  const forget = (): void => {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = undefined;
    soon = undefined;
    due = Number.POSITIVE_INFINITY;
  };
  const now = (): void => {
    forget();
    draw();
    drawnAt = performance.now();
  };

  return {
    now,
    request(cause) {
      const at = performance.now();
      const wanted = Math.max(at, drawnAt + leastGap(cause));
      if (soon !== undefined || wanted >= due) return;
      forget();
      if (wanted <= at) soon = setImmediate(now);
      else {
        due = wanted;
        timer = setTimeout(now, wanted - at);
      }
    },
    close: forget,
  };
}
