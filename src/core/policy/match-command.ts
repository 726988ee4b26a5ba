/**
 * Whether a command fits the pattern of a rule. There are two questions, and the doubt falls on the other side in each: may this be
 * allowed (only what is certain fits), and may this be what is forbidden (whatever could be fits).
 */

import { fitsWord, type WordPattern } from './patterns.ts';
import type { SimpleCommand, Word } from './reading.ts';
import { type CompiledCommand, plainName } from './rule-index.ts';

/** In more words than these, nobody looks for commands one by one: they may be any. */
export const MOST_WORDS = 1000;

/** What one evaluation may still look at; below zero it is in doubt, so that no text, however long, keeps the peer busy. */
export interface Effort {
  left: number;
}

/** Words held against patterns: some tens of milliseconds. */
const MOST_EFFORT = 300_000;
export const newEffort = (): Effort => ({ left: MOST_EFFORT });

/** For `allow`: the command is certainly one of those that the rule is about. */
export function fitsCertainly({ words: patterns, more, without }: CompiledCommand, { words }: SimpleCommand): boolean {
  if (words.length < patterns.length || (!more && words.length > patterns.length)) return false;
  // From the last on: rules about one program differ there.
  for (let index = patterns.length - 1; index >= 0; index--) {
    const word = words[index] as Word;
    if (!word.known || !fitsWord(patterns[index] as WordPattern, word.text)) return false;
  }
  if (without.length === 0) return true;
  return words
    .slice(1)
    .every((word) =>
      word.known ? !without.some((pattern) => fitsWord(pattern, word.text)) : word.operand && without.every(isOption),
    );
}

/** A pattern that fits nothing but options, which a word that is certainly none cannot fit. */
function isOption({ alternatives }: WordPattern): boolean {
  return alternatives.every(([first]) => first === '-');
}

/**
 * For `ask` and `deny`: the command, or one that it starts, could be one of those that the rule is about. Options and their values in
 * between save nobody; a word that is only known when it runs may be any number of words.
 */
export function couldFit(pattern: CompiledCommand, command: SimpleCommand, effort: Effort = newEffort()): boolean {
  if (command.wraps === true && command.words.length > MOST_WORDS) return true;
  const last = command.wraps === true ? command.words.length : 1;
  for (let from = 0; from < last; from++) {
    effort.left -= 1;
    if (effort.left < 0 || couldFitAt(pattern, command, from, effort)) return true;
  }
  return false;
}

function couldFitAt(
  { words: patterns, more, without }: CompiledCommand,
  command: SimpleCommand,
  from: number,
  effort: Effort,
): boolean {
  const { words, wraps } = command;
  const [namePattern, ...others] = patterns;
  const name = words[from];
  if (namePattern === undefined || name === undefined || !couldBeNamed(namePattern, name)) return false;
  if (name.known && wraps !== true) {
    const behind = words.slice(from + 1);
    if (behind.some((word) => word.known && without.some((each) => fitsWord(each, word.text)))) return false;
  }
  // Which words may come next, after those that have found their pattern.
  let reached = skipOptions(new Set([name.known ? from + 1 : from]), words);
  if (!name.known) reached.add(from + 1);
  for (const pattern of others) {
    const next = new Set<number>();
    effort.left -= reached.size;
    if (effort.left < 0) return true;
    for (const at of reached) {
      const word = words[at];
      if (word === undefined) continue;
      if (!word.known) {
        next.add(at);
        next.add(at + 1);
      } else if (fitsWord(pattern, word.text)) next.add(at + 1);
    }
    reached = skipOptions(next, words);
    if (reached.size === 0) return false;
  }
  return more || wraps === true || reached.has(words.length);
}

function couldBeNamed(pattern: WordPattern, word: Word): boolean {
  if (!word.known) return true;
  if (fitsWord(pattern, word.text)) return true;
  const plain = plainName(word.text);
  if (pattern.literals === undefined) return fitsWord(pattern, plain);
  return pattern.literals.some((literal) => plainName(literal) === plain && !pathsDiffer(literal, word.text));
}

/** A rule about `/opt/x/tool` is not about `/usr/bin/tool`; about a bare `tool` it could be. */
function pathsDiffer(literal: string, text: string): boolean {
  return (
    literal.includes('/') && text.includes('/') && literal.toLowerCase() !== text.toLowerCase() && text.startsWith('/')
  );
}

/** With an option its value may be skipped too, and with a word that is not known nothing may be there. */
function skipOptions(reached: Set<number>, words: readonly Word[]): Set<number> {
  for (const at of reached) {
    const word = words[at];
    if (word === undefined) continue;
    if (!word.known) reached.add(at + 1);
    else if (word.text.startsWith('-') && word.text !== '-') {
      reached.add(at + 1);
      if (at + 1 < words.length) reached.add(at + 2);
    }
  }
  return reached;
}
