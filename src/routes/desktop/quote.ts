/** Text that programs and pages wrote, as one line that cannot pretend to be anything else: quoted, and what is invisible spelled out. */

/** Control characters, those that turn text around, those that nobody sees, and those that end a line. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}\u115f\u1160\u3164\uffa0]|[\u{e0100}-\u{e01ef}]/gu;

/** In double quotes. What is left out at the end is told. */
export function quote(text: string, most = 200): string {
  const characters = Array.from(text);
  const shown = characters.slice(0, most).join('').replace(/["\\]/g, '\\$&').replace(UNSEEN, spell);
  const left = characters.length - most;
  return left > 0 ? `"${shown}" and ${left} more characters` : `"${shown}"`;
}

/** A word of a class or a role: bare where it is harmless. */
export function word(text: string): string {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,60}$/u.test(text) ? text : quote(text, 60);
}

function spell(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
    case '\r':
      return '\\r';
    default:
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  }
}
