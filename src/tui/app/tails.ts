// The last lines of a run's output, for the thread: of one that runs as they come, of one that is over once. Only the end
// is fetched, and only a few lines are kept.

import type { ControlClient } from '../../control/client/client.ts';
import { asDispatchError } from '../../core/errors.ts';
import type { TailSubscription } from '../model/effects.ts';
import type { Tail } from '../model/model.ts';
import { KEPT_TAIL_ROWS } from '../rows/entry-rows.ts';
import { stripAnsi } from '../terminal/sanitize.ts';
import { closeOnAbort } from './stream-close.ts';

/** Enough bytes for the last lines, escape sequences and all. */
const TAIL_BYTES = 8 * 1024;
/** A tail moves at most this often. */
const SHOW_MS = 100;
/** Longer lines are cut: a tail is a glance. */
const MAX_LINE = 500;

export interface OpenTail {
  /** The peer or the device could not be reached: to be opened again when it can. */
  readonly failed: boolean;
  close(): void;
}

export function openTail(client: ControlClient, wanted: TailSubscription, show: (tail: Tail) => void): OpenTail {
  const stop = new AbortController();
  let kept: Uint8Array = new Uint8Array(0);
  let timer: NodeJS.Timeout | undefined;
  let failed = false;

  const tell = (done: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!stop.signal.aborted) show({ lines: lastLines(kept), done });
  };
  const follow = async (): Promise<void> => {
    const offset = wanted.live ? 0 : Math.max(0, wanted.bytes - TAIL_BYTES);
    const opened = await client.output({ run: wanted.run, offset, maxLag: TAIL_BYTES });
    closeOnAbort(opened.chunks, stop.signal);
    for await (const { bytes } of opened.chunks) {
      if (stop.signal.aborted) return;
      kept = lastBytes(kept, bytes);
      if (wanted.live) timer ??= setTimeout(() => tell(false), SHOW_MS);
    }
    tell(true);
  };
  follow().catch((error: unknown) => {
    // After a lost connection it is opened again; a run whose output is gone has none to show.
    failed = asDispatchError(error).code === 'unavailable';
    if (!failed) tell(true);
  });
  return {
    get failed() {
      return failed;
    },
    close() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

function lastBytes(before: Uint8Array, more: Uint8Array): Uint8Array {
  if (more.length >= TAIL_BYTES) return more.slice(more.length - TAIL_BYTES);
  const keep = before.subarray(Math.max(0, before.length + more.length - TAIL_BYTES));
  const both = new Uint8Array(keep.length + more.length);
  both.set(keep);
  both.set(more, keep.length);
  return both;
}

/** Entering and leaving the alternate screen (DECSET 47, 1047, 1049). */
const SCREEN = /\x1b\[\?(?:47|1047|1049)([hl])/g;
/** Cursor addressing: what is drawn so is a screen and not lines. */
const ADDRESSED = /\x1b\[\d+;\d+[Hf]/g;
const MANY_ADDRESSED = 4;

/** What full-screen programs drew is left out: it makes no sense as lines. */
function withoutScreens(text: string): string {
  let lines = '';
  let from = 0;
  let inside = false;
  for (const { 0: sequence, 1: way, index } of text.matchAll(SCREEN)) {
    if (way === 'l') lines = inside ? lines : '';
    else if (!inside) lines += text.slice(from, index);
    inside = way === 'h';
    from = index + sequence.length;
  }
  if (!inside) lines += text.slice(from);
  return (lines.match(ADDRESSED)?.length ?? 0) >= MANY_ADDRESSED ? '' : lines;
}

export function lastLines(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(bytes);
  // The first line of a cut text began before it.
  const whole = bytes.length >= TAIL_BYTES ? text.slice(text.indexOf('\n') + 1) : text;
  return stripAnsi(withoutScreens(whole))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-KEPT_TAIL_ROWS)
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE).toWellFormed()}…` : line));
}
