/** Holds the owner's rules against their own examples, read as this device reads commands. */

import { DispatchError } from '../core/errors.ts';
import { checkExamples, type RuleProblem } from '../core/policy/check-examples.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import { readShell } from '../routes/desktop/shell-reading/read-shell.ts';

/**
 * Throws for the first rule that does not say what its writer thinks it says: `config` where it stands in the file, `invalid` where it is
 * to be added. `taken`: names that are there already.
 */
export function checkRules(
  rules: readonly RuleBody[],
  where: { readonly taken: readonly string[]; readonly inFile: boolean },
): void {
  const [problem] = checkExamples(rules, readShell, where.taken);
  if (problem === undefined) return;
  if (!where.inFile) {
    throw new DispatchError('invalid', sentenceOf(problem), { hint: 'docs/CONFIG.md tells what rules match' });
  }
  throw new DispatchError('config', sentenceOf(problem), {
    hint: 'mend the rule in config.toml, or leave it out; docs/CONFIG.md tells what rules match',
  });
}

function sentenceOf({ rule, key, problem, example }: RuleProblem): string {
  const where = `the rule "${rule}" (${key === 'noMatch' ? 'no_match' : key})`;
  return example === undefined ? `${where}: ${problem}` : `${where}: ${problem}: ${example}`;
}
