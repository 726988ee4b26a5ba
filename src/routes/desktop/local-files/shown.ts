/** Names of files as people are shown them: a name may hold a line break, or what moves the cursor. */

const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu;

/** Never longer than one line. What could be taken for something else is written as `\\u{…}`. */
export function shown(path: string): string {
  return path.replace(HOSTILE, (character) =>
    character === '\n' ? '\\n' : character === '\t' ? '\\t' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1.2 MB`, by powers of a thousand. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
