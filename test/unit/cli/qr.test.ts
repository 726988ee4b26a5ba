import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrLines } from '../../../src/cli/qr.ts';

const TEXT = 'DISPATCH1:0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const COLOURS = '\u001b[38;5;16;48;5;231m';
/** Which halves of a cell a character fills. */
const HALVES: Record<string, readonly [boolean, boolean]> = {
  ' ': [false, false],
  '▄': [false, true],
  '▀': [true, false],
  '█': [true, true],
};

/** The modules as a camera sees them; the colour of the ink is dark or not. */
function read(lines: readonly string[], inkIsDark: boolean): boolean[][] {
  return lines.flatMap((line) => {
    const halves = [...line].map((char) => HALVES[char] ?? [false, false]);
    return [0, 1].map((half) => halves.map((cell) => cell[half] === inkIsDark));
  });
}

describe('a QR code', () => {
  const { data, size } = encode(TEXT, { ecc: 'L', border: 4 });

  it('shows every module, dark ink on a light ground, whatever the colours of the terminal', () => {
    const lines = qrLines(TEXT, { columns: size, colours: true }) ?? [];
    for (const line of lines) expect(line).toMatch(/^\u001b\[38;5;16;48;5;231m[ ▀▄█]+\u001b\[0m$/u);
    const plain = lines.map((line) => line.slice(COLOURS.length, -4));
    expect(read(plain, true).slice(0, size)).toEqual(data);
  });

  it('without colours has light ink, for a dark ground', () => {
    const lines = qrLines(TEXT, { columns: size, colours: false }) ?? [];
    expect(lines.join('')).not.toContain('\u001b');
    expect(read(lines, false).slice(0, size)).toEqual(data);
  });

  it('is left out where it does not fit', () => {
    expect(qrLines(TEXT, { columns: size - 1, colours: true })).toBeUndefined();
  });
});
