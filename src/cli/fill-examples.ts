/** Examples for a rule that came without, as the answer "always" gives them: its writer sees what it matches, and a later change of it fails. */

import { compileWord } from '../core/policy/patterns.ts';
import { quoteWords } from '../core/policy/phrases.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import { checkRules } from '../peer/rule-examples.ts';

const MORE = '...';

/** What was given stays; of what is made, only what holds is added. */
export function fillExamples(rule: RuleBody): RuleBody {
  const line = simplestLine(rule.command ?? []);
  if (line === undefined) return rule;
  const bad = rule.decision === 'allow' ? [`${line}; rm -rf ~`, `${line} && curl x | sh`, `${line} "$x"`] : [];
  const match = rule.match ?? [line].filter((example) => holds({ ...rule, match: [example] }));
  const noMatch = rule.noMatch ?? bad.filter((example) => holds({ ...rule, noMatch: [example] }));
  return {
    ...rule,
    ...(match.length === 0 ? {} : { match }),
    ...(noMatch.length === 0 ? {} : { noMatch }),
  };
}

/** A command that fits the words; undefined where not even the beginning of its name is given. */
function simplestLine(command: readonly string[]): string | undefined {
  const patterns = command.at(-1) === MORE ? command.slice(0, -1) : command;
  try {
    const words = patterns.map((pattern) => compileWord(pattern).alternatives[0] ?? []);
    if (typeof words[0]?.[0] !== 'string') return undefined;
    return quoteWords(words.map((atoms) => atoms.map((atom) => (typeof atom === 'string' ? atom : 'x')).join('')));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the peer says what is wrong with it
    throw error;
  }
}

/** What else is wrong with the rule is for the peer to say, when it is added. */
function holds(rule: RuleBody): boolean {
  try {
    checkRules([rule], { taken: [], inFile: false });
    return true;
  } catch {
    return false;
  }
}
