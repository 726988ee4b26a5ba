/** Reads JSON of a service: what is no JSON is told as that, and what stops in the middle as a connection that ended too early. */

import type { DispatchError } from '../../../core/errors.ts';
import type { Excerpt, Failures } from './failures.ts';

const MOST_QUOTED = 8192;

/** `what` it is, for the message. `atEnd`: it is the last that came, so if it is broken, then because the rest did not come. */
export function parseAnswer(text: string, what: string, failures: Failures, atEnd = false): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(text, what, failures, atEnd || isCutOff(text, error as Error));
  }
}

/** How a value looks, for a message; too deep a one cannot be shown. */
export function excerptOf(value: unknown): Excerpt {
  try {
    return excerptOfText(JSON.stringify(value) ?? '');
  } catch {
    return { text: '(nested too deeply to be shown)', cut: false };
  }
}

function notJson(text: string, what: string, failures: Failures, isCut: boolean): DispatchError {
  if (text.trim() === '') return failures.ofShape(`${what} is empty`, excerptOfText(text));
  return isCut ? failures.endedEarly(what) : failures.ofShape(`${what} is not whole JSON`, excerptOfText(text));
}

function excerptOfText(text: string): Excerpt {
  return { text: text.slice(0, MOST_QUOTED), cut: text.length > MOST_QUOTED };
}

/** V8 tells it in words, or with a position that is the end. */
function isCutOff(text: string, { message }: Error): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  if (/end of JSON input|Unterminated/.test(message)) return true;
  return Number(/at position (\d+)/.exec(message)?.[1]) >= text.length;
}
