// The last look at a screen for a terminal that shows ASCII alone: lines, arrows, blocks and dots become what stands for them
// there, wherever they came from. Letters of other scripts stay as they are: nothing stands for them.
import type { CellGrid } from './cells.ts';

/** Each is one column wide, and so is what takes its place. */
const SIGNS = new Map<string, string>(
  Object.entries({
    '…': '.',
    '·': '-',
    '•': '*',
    '—': '-',
    '–': '-',
    '×': 'x',
    '‘': "'",
    '’': "'",
    '“': '"',
    '”': '"',
    '⏎': '|',
    '→': '>',
    '←': '<',
    '↑': '^',
    '↓': 'v',
    '↔': '|',
    '█': '#',
    '▓': '#',
    '▒': ':',
    '░': '.',
    '▀': '"',
    '▄': '_',
  }),
);

const BOX = { first: 0x2500, last: 0x257f } as const;
const ACROSS = '─━┄┅┈┉╌╍═╴╶╸╺╼╾';
const DOWN = '│┃┆┇┊┋╎╏║╵╷╹╻╽╿';
/** Pictures of control characters, which stand for what must not be sent. */
const CONTROL = { first: 0x2400, last: 0x2426 } as const;

export function foldToAscii({ chars }: CellGrid): void {
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] as string;
    if (char > '~') chars[at] = folded(char);
  }
}

function folded(char: string): string {
  const sign = SIGNS.get(char);
  if (sign !== undefined) return sign;
  const code = char.charCodeAt(0);
  if (char.length === 1 && code >= BOX.first && code <= BOX.last)
    return ACROSS.includes(char) ? '-' : DOWN.includes(char) ? '|' : '+';
  return char.length === 1 && code >= CONTROL.first && code <= CONTROL.last ? '?' : char;
}
