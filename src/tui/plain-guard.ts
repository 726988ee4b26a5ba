// Whether a typed line may answer an approval: it was typed by a person, after the whole request had been printed, on the
// request as it was printed. The same promises as those of the dialog, for lines instead of keys.

import type { PendingApproval } from '../core/approvals.ts';

/** What was begun sooner than this after a request was printed was not meant for it. */
export const DEAF_MS = 350;

/** How a line came to be. */
export interface TypedLine {
  /** When its first character came, Unix milliseconds. */
  readonly begunAt: number;
  /** The Enter that ended it came alone: not at the end of a paste, nor in a burst. */
  readonly enteredAlone: boolean;
}

export interface Shown {
  readonly digest: string;
  readonly at: number;
}

export function createLineWatch(now: () => number): { feed(chunk: string): void; take(): TypedLine } {
  let begunAt: number | undefined;
  let last = '';
  return {
    /** Every piece of input, as the terminal gave it. */
    feed(chunk) {
      begunAt ??= now();
      last = chunk;
    },
    /** Called when a line is complete. */
    take() {
      const line = { begunAt: begunAt ?? now(), enteredAlone: /^(?:\r\n?|\n)$/.test(last) };
      begunAt = undefined;
      return line;
    },
  };
}

/** Whether the request has to be printed before it can be answered: it never was, or it was another one. */
export const mustBeShown = (approval: PendingApproval, shown: Shown | undefined): boolean =>
  shown?.digest !== approval.digest;

/** Why the line does not answer; undefined if it does. */
export function whyNotAnswer(
  approval: PendingApproval,
  shown: Shown | undefined,
  line: TypedLine,
  now: number,
): string | undefined {
  if (shown === undefined || mustBeShown(approval, shown)) return 'it has not been shown as it is now; here it is';
  if (!line.enteredAlone) return 'a paste does not answer; type it, and press Enter by itself';
  if (line.begunAt < shown.at + DEAF_MS)
    return 'that was begun before the request was printed; read it, then type again';
  if (now >= approval.expiresAt) return 'it has expired; retry the run to be asked again';
  return undefined;
}
