/**
 * Overwrites the secrets that a run was given where it prints them, before anything is kept or followed. Lengths and offsets stay.
 * It holds back only what may be the beginning of one, and not for long: a prompt must be seen.
 */

import { createByteMatcher } from './byte-matcher.ts';
import type { OutputWriter } from './ports.ts';
import { spellingsOf } from './secret-spellings.ts';

/** What an executor writes to. */
type Output = Pick<OutputWriter, 'write' | 'pressure' | 'onDrain'>;

export interface MaskedOutput extends Output {
  /** Lets go what is held, at the end: nothing follows that could make it a secret. */
  flush(): void;
}

const STAR = 0x2a;
const IDLE_MS = 20;
/** So much of a secret's beginning is no accident any more: it is masked even where the rest does not come, or comes late. */
const TELLING_BYTES = 8;

/** Passes everything on as it is where there are no values. Values of fewer than four characters are not looked for. */
export function maskOutput(output: Output, values: readonly string[]): MaskedOutput {
  const spellings = spellingsOf(values);
  if (spellings.length === 0) {
    return {
      write: (bytes) => output.write(bytes),
      get pressure() {
        return output.pressure;
      },
      onDrain: (listener) => output.onDrain(listener),
      flush() {},
    };
  }
  const matcher = createByteMatcher(spellings);
  /** The last bytes as they came: a secret may have begun in them. */
  let tail: Uint8Array = EMPTY;
  /** The same as they may be seen if nothing follows. */
  let seen: Uint8Array = EMPTY;
  /** How many of them were passed on already, and how many belong to a secret that began before them. */
  let passed = 0;
  let covered = 0;
  let timer: NodeJS.Timeout | undefined;

  const letGo = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (passed === tail.length) return;
    const rest = tail.length >= TELLING_BYTES ? new Uint8Array(tail.length).fill(STAR) : seen;
    output.write(rest.subarray(passed));
    passed = tail.length;
  };

  const write = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    const all = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
    const held = matcher.heldAt(all);
    const end = all.length - held;
    let masked: Uint8Array | undefined;
    let reach = covered;
    const cover = (from: number, to: number): void => {
      masked ??= Uint8Array.from(all); // what came belongs to whoever wrote it
      masked.fill(STAR, from, to);
      if (from < end) reach = Math.max(reach, to); // one that is held whole will be found again
    };
    if (covered > 0) cover(0, covered);
    matcher.search(all, cover);
    if (end > passed) output.write((masked ?? all).subarray(passed, end));
    passed = Math.max(0, passed - end);
    covered = Math.max(0, reach - end);
    tail = held === 0 ? EMPTY : Uint8Array.from(all.subarray(end));
    seen = masked === undefined ? tail : masked.subarray(end);
    if (passed === tail.length) {
      clearTimeout(timer);
      timer = undefined;
    } else if (timer === undefined) timer = setTimeout(letGo, IDLE_MS);
    else timer.refresh();
  };

  return {
    write,
    get pressure() {
      return output.pressure;
    },
    onDrain: (listener) => output.onDrain(listener),
    flush() {
      letGo();
      tail = EMPTY;
      passed = 0;
      covered = 0;
    },
  };
}

const EMPTY = new Uint8Array(0);
