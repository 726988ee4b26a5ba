/** Looks for options among the words of a command, taking what is not known for the worst. */

import type { Word } from '../../../core/policy/reading.ts';

/** What a program's words would make it do besides its own work. */
export interface Finding {
  readonly reason: string;
  /** True if other commands stand in its words. */
  readonly wraps: boolean;
}

export type Check = (args: readonly Word[]) => Finding | undefined;

/** The texts of the words that are known. */
export function knownTexts(words: readonly Word[]): string[] {
  return words.flatMap((word) => (word.known ? [word.text] : []));
}

/** None of the options may fit `bad`. */
export function without(bad: RegExp, reason: string): Check {
  return (args) => {
    const found = knownTexts(args).find((text) => bad.test(text));
    if (found !== undefined) return { reason: `${reason} (${found.slice(0, 40)})`, wraps: true };
    return args.some(mayBeOption) ? mayBe(reason) : undefined;
  };
}

/** Where a list says what is known to be fine: of anything else nobody here knows what it does. */
export const cannotTell = (name: string): string => `it is not known whether "${name}" would run another command`;

/** All options must fit `good`: for programs with so many that a list of the bad ones would never be whole. */
export function only(good: RegExp, reason: string, operand: RegExp = /^/): Check {
  return (args) => {
    const found = knownTexts(args).find((text) => !(text.startsWith('-') && text !== '-' ? good : operand).test(text));
    if (found !== undefined) return { reason: `${reason} (${found.slice(0, 40)})`, wraps: true };
    return args.some(mayBeOption) ? mayBe(reason) : undefined;
  };
}

/** The first word that is no option must be one of these. */
export function subcommands(names: string, reason: string, options: RegExp = /^$/): Check {
  const known = new Set(names.split(/\s+/));
  return (args) => {
    for (const word of args) {
      if (!word.known) return mayBe(reason);
      if (known.has(word.text)) return undefined;
      if (!options.test(word.text)) return { reason: `${reason} (${word.text.slice(0, 40)})`, wraps: true };
    }
    return undefined;
  };
}

/** The first finding of several. */
export function all(...checks: readonly Check[]): Check {
  return (args) => {
    for (const check of checks) {
      const finding = check(args);
      if (finding !== undefined) return finding;
    }
    return undefined;
  };
}

export function mayBeOption(word: Word): boolean {
  return !word.known && !word.operand;
}

export function mayBe(reason: string): Finding {
  return { reason: `${reason}, where a word that is only known when it runs says so`, wraps: false };
}
