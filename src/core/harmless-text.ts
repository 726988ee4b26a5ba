/**
 * Text of others, so that nothing in it steers a terminal, turns the direction of text, or stands there unseen: such characters are
 * written out as they are spelt. New lines and tabs stay, and so do joiners and selectors where emoji and scripts need them.
 */

import { lazily } from './lazily.ts';

/** What belongs to the text around it: selectors of emoji, joiners in emoji and in scripts that have them, the tags of a flag. */
const IN_PLACE = [
  String.raw`(?<=[\p{Emoji}--[0-9#*]])[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]{0,2})\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[[\p{L}\p{M}]&&[\u0600-\u1cff]])[\u200c\u200d](?=[[\p{L}\p{M}]&&[\u0600-\u1cff]])`,
  String.raw`(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]{0,6})[\u{e0020}-\u{e007f}]`,
].join('|');
/** Controls, format characters, separators of lines, lone surrogates, and whatever fonts are told to ignore. */
const ACTIVE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
const foundPattern = lazily(() => new RegExp(String.raw`(?<kept>${IN_PLACE}|[\n\t])|\r\n|${ACTIVE}`, 'gv'));
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** What the next piece may still give another meaning: half a line break, half a character, a joiner. */
const UNDECIDED = /(?:\r|(?:\u200c|\u200d|\ufe0f)?[\ud800-\udbff]?)$/;
/** How far what belongs to a character may stand before it, with room to spare. */
const CONTEXT = 64;

export function harmlessText(text: string): string {
  return spelt(text, 0);
}

/** For text that comes in pieces: however it is divided, the same comes out. */
export interface HarmlessText {
  push(piece: string): string;
  /** What was held back until it was known that nothing follows. */
  end(): string;
}

export function createHarmlessText(): HarmlessText {
  let before = '';
  let held = '';
  const take = (text: string): string => {
    const out = spelt(before + text, before.length);
    before = (before + text).slice(-CONTEXT);
    return out;
  };
  return {
    push(piece) {
      const text = held + piece;
      held = UNDECIDED.exec(text)?.[0] ?? '';
      return take(text.slice(0, text.length - held.length));
    },
    end() {
      const rest = held;
      held = '';
      return take(rest);
    },
  };
}

function spelt(text: string, from: number): string {
  if (PLAIN.test(text)) return text.slice(from);
  let out = '';
  let at = from;
  const pattern = foundPattern();
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    out += text.slice(at, found.index) + (found.groups?.kept ?? spelling(found[0]));
    at = found.index + found[0].length;
  }
  return out + text.slice(at);
}

function spelling(found: string): string {
  if (found === '\r\n') return '\n';
  const code = (found.codePointAt(0) as number).toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
}
