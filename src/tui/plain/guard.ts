// Whether a typed line may answer an approval: it was typed by a person, after the whole request had been printed, on the
// request as it was printed. The same promises as those of the dialog, for lines instead of keys.

import type { PendingApproval } from '../../core/approvals.ts';

/** What was begun sooner than this after a request was printed was not meant for it. */
export const DEAF_MS = 350;

/** Keys that come closer than this to each other are a paste, or a program. */
export const ALONE_MS = 50;
/** A held key comes again within this time. */
const REPEAT_MS = 750;

/** Which single key answers a question that was printed when the guard was made: one that was pressed once, alone and later. */
export function createKeyGuard(now: () => number): { take(input: string): boolean } {
  let deafUntil = now() + DEAF_MS;
  let last: { readonly text: string; readonly at: number } | undefined;
  return {
    take(input) {
      const at = now();
      const before = last;
      // Of a burst the last key may be the one that is held.
      last = { text: [...input].at(-1) ?? '', at };
      const alone = [...input].length === 1 || /^\x1b[[O]?[0-9;]*[A-Za-z~]$/.test(input);
      const soon = before !== undefined && at - before.at < ALONE_MS;
      const held = before !== undefined && before.text === last.text && at - before.at < REPEAT_MS;
      if (at >= deafUntil && alone && !soon && !held) return true;
      deafUntil = at + DEAF_MS;
      return false;
    },
  };
}

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
