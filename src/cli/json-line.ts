/** JSON for scripts that is as harmless where a person sees it: nothing in it acts on a terminal or reorders text. */

/** What JSON lets stand as it is, and terminals may obey: DEL and C1, bidi controls, what has no width, line separators. */
const ACTIVE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One document on one line; parsing gives exactly the value. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(ACTIVE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
