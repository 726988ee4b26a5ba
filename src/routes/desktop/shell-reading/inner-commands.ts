/**
 * What a command may start by itself, guessed from its words: for rules that forbid or ask, which had better know too much. A guess
 * is no permission: nothing that is found here ever makes an action allowed.
 */

import type { ShellReading, SimpleCommand, Word } from '../../../core/policy/reading.ts';

/** Beyond it nobody looks, and anything may be there. */
const MOST_WORDS = 1000;
const ANYTHING: SimpleCommand = { words: [{ known: false, source: '…', operand: false }], assigns: [] };

/** The commands in the words of one that starts others. `read` reads a text within; absent where it is too deep already. */
export function commandsWithin(
  command: SimpleCommand,
  read: ((text: string) => ShellReading) | undefined,
): SimpleCommand[] {
  if (command.words.length > MOST_WORDS) return [ANYTHING];
  const found: SimpleCommand[] = [];
  for (const word of command.words.slice(1)) {
    if (!word.known || /^[A-Za-z0-9_./-]*$/.test(word.text)) continue;
    found.push(...guessCommands(word.text));
    if (!/[\s;&|()<>`"'$\\{}]/.test(word.text)) continue;
    if (read === undefined) return [ANYTHING];
    const { commands, inner } = read(word.text);
    found.push(...commands, ...inner);
  }
  return found;
}

/** A text as a row of words, any of which may begin a command. */
export function guessCommands(text: string): SimpleCommand[] {
  const texts = text.split(/[^A-Za-z0-9_./:@%+,~*-]+/).filter((part) => part !== '');
  if (texts.length > MOST_WORDS) return [ANYTHING];
  const words = texts.map((part): Word => ({ known: true, text: part }));
  return words.length === 0 ? [] : [{ words, assigns: [], wraps: true }];
}
