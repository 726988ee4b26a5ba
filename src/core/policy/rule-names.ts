/** Names for rules that nobody has named. */

import type { Rule } from './rules.ts';

const LONGEST_NAME = 60;

/** Made of what the rule is about, and other than those of the rules that are there. */
export function nameFor(words: readonly string[], rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ name }) => name));
  const made =
    words
      .join('-')
      .replace(/[^A-Za-z0-9._]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, LONGEST_NAME)
      .replace(/-+$/, '') || 'rule';
  for (let number = 1; ; number++) {
    const name = number === 1 ? made : `${made}-${number}`;
    if (!taken.has(name)) return name;
  }
}
