/** A QR code for a terminal: two modules a cell. A camera wants dark on light, whatever the colours of the terminal are. */

import { encode } from 'uqr';

/** Modules of light around it: what the standard asks for, ISO/IEC 18004. */
const QUIET_ZONE = 4;
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const RESET = '\u001b[0m';

/** Lines, or undefined where it does not fit into so many columns. Without colours it is drawn for a dark background. */
export function qrLines(text: string, options: { columns: number; colours: boolean }): string[] | undefined {
  const { data, size } = encode(text, { ecc: 'L', border: QUIET_ZONE });
  if (size > options.columns) return undefined;
  const ink = (y: number, x: number): boolean => (data[y]?.[x] ?? false) === options.colours;
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = '';
    for (let x = 0; x < size; x++) line += BLOCKS[Number(ink(y, x)) * 2 + Number(y + 1 < size && ink(y + 1, x))];
    lines.push(options.colours ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
  }
  return lines;
}

/** By which half has ink: neither, the lower, the upper, both. */
const BLOCKS = [' ', '▄', '▀', '█'] as const;
