// Turns the bytes of a terminal into events: keys, pastes, mouse, focus and replies, each with the bytes that made it.
// However the bytes are cut, the events are the same. It never lets a paste become keys, nor a reply become text.

import type { InputEvent } from './input-event.ts';
import { createPasteCollector, isRestOfPaste } from './input-paste.ts';
import { scanToken } from './input-scan.ts';

export type { InputEvent };

export interface InputTokenizer {
  write(bytes: Uint8Array): void;
  /** Takes what is pending as complete, as the time-out would. */
  flush(): void;
  /** Forgets what is pending and stops the timer. */
  close(): void;
}

export interface InputTokenizerOptions {
  /** How long a lone ESC may be the beginning of something; 50 ms if not given. */
  escapeTimeoutMs?: number;
  /** Calls back once after that many milliseconds, unless the function it answers is called first. */
  setTimer?: (callback: () => void, milliseconds: number) => () => void;
}

const DEFAULT_ESCAPE_TIMEOUT_MS = 50;
// A sequence that has begun is waited for longer, so that a slow line does not turn its rest into typed text.
const SEQUENCE_TIMEOUT_FACTOR = 10;
// A paste of which nothing more comes for so long has lost its end, and would take every key from now on.
const PASTE_TIMEOUT_FACTOR = 40;

const realTimer = (callback: () => void, milliseconds: number) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

export function createInputTokenizer(
  emit: (event: InputEvent, raw: Uint8Array, alone: boolean) => void,
  options: InputTokenizerOptions = {},
): InputTokenizer {
  const escapeTimeoutMs = options.escapeTimeoutMs ?? DEFAULT_ESCAPE_TIMEOUT_MS;
  const setTimer = options.setTimer ?? realTimer;
  let batch: [event: InputEvent, raw: Uint8Array][] = [];
  const paste = createPasteCollector((text, raw) => batch.push([{ type: 'paste', text }, raw]));
  let pending: Uint8Array = new Uint8Array(0);
  let swallowing: 'csi' | 'string' | undefined;
  let cancelTimer: (() => void) | undefined;
  let armed: 'escape' | 'sequence' | 'paste' | undefined;
  let continued = false;
  /** A paste was given up, and nothing has come since. */
  let gaveUp = false;
  let mayBeLate = false;

  function disarm() {
    cancelTimer?.();
    cancelTimer = undefined;
    armed = undefined;
  }

  function arm(wait: 'escape' | 'sequence' | 'paste', progressed: boolean) {
    // The time of a begun sequence counts from its beginning: typing on cannot keep it open.
    if (armed === wait && wait === 'sequence' && !progressed) return;
    disarm();
    armed = wait;
    cancelTimer = setTimer(() => {
      cancelTimer = undefined;
      armed = undefined;
      if (wait !== 'paste') return drain(true);
      endPaste();
      gaveUp = true;
    }, escapeTimeoutMs * { escape: 1, sequence: SEQUENCE_TIMEOUT_FACTOR, paste: PASTE_TIMEOUT_FACTOR }[wait]);
  }

  function endPaste() {
    paste.end(pending);
    pending = new Uint8Array(0);
    tellBatch(false);
  }

  /**
   * What one read held is told together: a key that came with anything else was not pressed on its own. Nor was one behind the
   * end of something that had been left open: that may have eaten what came before it; nor the first one behind a paste that was
   * given up: it may belong to that.
   */
  function tellBatch(rest: boolean) {
    const told = batch;
    batch = [];
    const typed = told.filter(([event]) => event.type === 'key' || event.type === 'paste').length;
    const only = (told.length === 1 || !continued) && !mayBeLate;
    continued = false;
    mayBeLate = false;
    for (const [event, raw] of told) emit(event, raw, typed === 1 && only && !rest);
  }

  function drain(final: boolean) {
    let at = 0;
    let wait: 'escape' | 'sequence' | undefined;
    while (at < pending.length || paste.active) {
      if (paste.active) {
        at = paste.take(pending, at);
        if (paste.active) break;
        continue;
      }
      if (swallowing) {
        const skipped = skipSwallowed(pending, at, swallowing);
        at = skipped.at;
        if (!skipped.ended) break;
        swallowing = undefined;
        continue;
      }
      const token = scanToken(pending, at, final);
      if (token.incomplete) {
        wait = token.incomplete;
        break;
      }
      const raw = pending.slice(at, at + token.length);
      at += token.length;
      swallowing = token.swallow;
      if (token.event === 'paste-start') paste.start(raw);
      else batch.push([token.event, raw]);
    }
    pending = pending.subarray(at);
    if (wait) arm(wait, at > 0);
    else if (paste.active) arm('paste', true);
    else disarm();
    tellBatch(wait !== undefined || paste.active);
  }

  return {
    write(bytes) {
      continued = pending.length > 0;
      if (gaveUp) {
        gaveUp = false;
        mayBeLate = true;
        if (isRestOfPaste(bytes)) paste.start(new Uint8Array(0));
      }
      pending = pending.length === 0 ? bytes.slice() : join(pending, bytes);
      drain(false);
    },
    flush() {
      drain(true);
      disarm();
      if (paste.active) endPaste();
    },
    close() {
      disarm();
      pending = new Uint8Array(0);
      paste.reset();
      swallowing = undefined;
      continued = false;
      gaveUp = false;
      mayBeLate = false;
    },
  };
}

/** Goes to the end of a sequence that grew beyond all measure; what it said is lost, but it does not become keys. */
function skipSwallowed(bytes: Uint8Array, from: number, kind: 'csi' | 'string'): { at: number; ended: boolean } {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x1b) return { at, ended: true };
    if (kind === 'csi' ? byte >= 0x40 && byte <= 0x7e : byte === 0x07) return { at: at + 1, ended: true };
    if (byte === 0x18 || byte === 0x1a) return { at: at + 1, ended: true };
  }
  return { at: bytes.length, ended: false };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
