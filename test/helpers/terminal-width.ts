// Teaches the test terminal the widths of a modern one: emoji sequences, flags and presentation selectors are one
// wide picture. It is for reading screens in tests, and refuses to guess at fonts.
import type { IUnicodeVersionProvider } from '@xterm/headless';
import { stringWidth } from '../../src/tui/terminal/width.ts';

const ZWJ = 0x200d;
const VS16 = 0xfe0f;
const PAIRED = 1 << 22;
const isRegional = (code: number) => code >= 0x1f1e6 && code <= 0x1f1ff;
const isSkinTone = (code: number) => code >= 0x1f3fb && code <= 0x1f3ff;

// xterm.js packs: bit 0 joins the cell before, bits 1 and 2 the width, the rest is ours to carry along.
const pack = (state: number, width: number, joins: boolean) => (state << 3) | (width << 1) | (joins ? 1 : 0);
const widthOf = (properties: number) => ((properties >> 1) & 3) as 0 | 1 | 2;
const stateOf = (properties: number) => properties >> 3;

const wcwidth = (code: number): 0 | 1 | 2 => stringWidth(String.fromCodePoint(code)) as 0 | 1 | 2;

export const modernWidths: IUnicodeVersionProvider = {
  version: 'modern',
  wcwidth,
  charProperties(code, preceding) {
    const before = stateOf(preceding) & ~PAIRED;
    const widthBefore = widthOf(preceding);
    const joinable = preceding !== 0 && widthBefore > 0;
    if (joinable && code === VS16) return pack(code, 2, true);
    if (joinable && isRegional(code) && isRegional(before) && (stateOf(preceding) & PAIRED) === 0) {
      return pack(code | PAIRED, 2, true);
    }
    const width = wcwidth(code);
    if (joinable && (width === 0 || before === ZWJ || isSkinTone(code))) {
      return pack(code, before === ZWJ || isSkinTone(code) ? 2 : widthBefore, true);
    }
    return pack(code, width, false);
  },
};
