/**
 * Splits text into the words that search knows. Entries and queries are split alike; the number and the length of words are
 * bounded, so that no entry can fill the index.
 */

import { lazily } from '../lazily.ts';

const MAX_WORDS = 64;
const MAX_WORD_CHARS = 32;
/** Far more than MAX_WORDS words of ordinary text. */
const MAX_TEXT_CHARS = 16_384;

/**
 * Letters and digits with the marks that belong to them. Han and kana are written without spaces between words: each
 * character is a word of its own there, so that a part of a sentence is found.
 */
const wordPattern = lazily(
  () =>
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv,
);

/** The distinct words of the text, lower-case, in the order in which they first stand there. */
export function wordsOf(text: string): readonly string[] {
  const words = new Set<string>();
  for (const [match] of text.slice(0, MAX_TEXT_CHARS).normalize('NFKC').toLowerCase().matchAll(wordPattern())) {
    words.add(match.length <= MAX_WORD_CHARS ? match : [...match].slice(0, MAX_WORD_CHARS).join(''));
    if (words.size === MAX_WORDS) break;
  }
  return [...words];
}
