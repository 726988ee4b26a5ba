/** How commands stand in what is told to people: short, and in one line. */

import type { SimpleCommand, Word } from './reading.ts';

const LONGEST = 80;

export function shownCommand({ words }: Pick<SimpleCommand, 'words'>): string {
  return shownPhrase(`\`${words.map(textOf).join(' ')}\``);
}

/** In one line, and cut with a sign where it is long. */
export function shownPhrase(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…${line.startsWith('`') ? '`' : ''}` : line;
}

function textOf(word: Word): string {
  if (!word.known) return word.source;
  return /^[A-Za-z0-9_./:,@%+=*{}~^-]+$/.test(word.text) ? word.text : `'${word.text.replaceAll("'", "'\\''")}'`;
}

/** The words as shell text that means just them. */
export function quoteWords(words: readonly string[]): string {
  return words
    .map((word) =>
      /^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
    )
    .join(' ');
}
