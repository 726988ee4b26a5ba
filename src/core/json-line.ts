/** JSON for scripts that is as harmless where a person sees it: nothing in it acts on a terminal, reorders text or stands there unseen. */

/** What JSON lets stand as it is, and terminals may obey: DEL and C1, bidi controls, what has no width, line separators, tags. */
const ACTIVE =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** One document on one line; parsing gives exactly the value. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(ACTIVE, (character) => character.split('').map(escaped).join(''));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
