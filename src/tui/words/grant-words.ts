// Grants as people say them: what a device may do here, and what this one may do there.

import { GRANTS, type Grant } from '../../core/grants.ts';

/** What another device may do here. */
export const MAY_HERE: Readonly<Record<Grant, string>> = {
  run: 'may run tasks here',
  approve: 'may see and answer approvals here',
  observe: 'may follow the whole thread here',
};

/** The same in few columns. */
export const MAY_HERE_SHORT: Readonly<Record<Grant, string>> = {
  run: 'run tasks here',
  approve: 'answer here',
  observe: 'follow all',
};

/** What another device lets this one do. */
export const LETS_YOU: Readonly<Record<Grant, string>> = {
  run: 'lets you run tasks and follow them',
  approve: 'lets you see and answer its approvals',
  observe: 'lets you follow its whole thread',
};

const SHORT: Readonly<Record<Grant, string>> = { run: 'run', approve: 'approve', observe: 'watch' };

const joined = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** `lets you run and watch`. */
export const heldInShort = (held: readonly Grant[]): string =>
  held.length === 0 ? 'lets you do nothing' : `lets you ${joined(short(held))}`;

/** `may run and watch here`. */
export const givenInShort = (given: readonly Grant[]): string =>
  given.length === 0 ? 'may do nothing here' : `may ${joined(short(given))} here`;

const short = (grants: readonly Grant[]): string[] =>
  GRANTS.filter((grant) => grants.includes(grant)).map((grant) => SHORT[grant]);
