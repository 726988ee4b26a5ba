/** `dispatch policy list`: every rule of this device, those of its owner and those that are built in. */

import { isDeepStrictEqual } from 'node:util';
import { asDispatchError } from '../core/errors.ts';
import type { Rule, RuleBody } from '../core/policy/rules.ts';
import type { CliContext } from './context.ts';
import { absolutePath } from './own-paths.ts';
import { safe, table } from './print.ts';
import { ruleOrigin, ruleSubject } from './print-rule.ts';
import { widthOf, wrapLines } from './wrap-lines.ts';

/** `whole`: long choices of words are not shortened. */
export async function listRules(context: CliContext, { whole }: { whole: boolean }): Promise<number> {
  const client = await context.connect();
  const [{ rules }, known] = await Promise.all([client.call('policy.list', {}), client.call('devices', {})]);
  if (context.json) {
    context.printJson(rules);
    return 0;
  }
  const now = Date.now();
  const row = (rule: Rule): string[] => [
    `  ${rule.decision}`,
    safe(rule.name),
    ruleSubject(rule, known, whole),
    ruleOrigin(rule, known, now),
  ];
  const groups: readonly [Rule['source'], string][] = [
    ['config', 'Yours:'],
    ['built-in', 'Built in:'],
  ];
  const width = widthOf(context.stdout);
  for (const [source, title] of groups) {
    const own = rules.filter((rule) => rule.source === source);
    if (own.length === 0) continue;
    context.print(title);
    for (const line of wrapLines(table(own.map(row)), width, () => ({ head: 2, column: 6 }))) context.print(line);
  }
  context.note('the strictest rule that matches decides; where none does, a person is asked');
  const changed = await whatChanged(context, rules);
  if (changed !== undefined) context.note(changed);
  return 0;
}

/** What the peer holds is what it read when it started, and what it changed itself; undefined if that is what stands in the file. */
async function whatChanged({ paths }: CliContext, rules: readonly Rule[]): Promise<string | undefined> {
  const held = rules.flatMap(({ source, ...rule }) => (source === 'config' ? [comparable(rule)] : []));
  const [{ loadConfig }, { ruleOf }] = await Promise.all([import('../config/load.ts'), import('../config/rules.ts')]);
  try {
    const written = loadConfig(paths.configFile).config.rules.map((table) => comparable(ruleOf(table)));
    if (isDeepStrictEqual(written, held)) return undefined;
    return 'the rules in config.toml are not these, which hold: the peer reads it when it starts ("dispatch peer stop" ends it)';
  } catch (thrown) {
    return `the file from which these rules came cannot be read any more: ${asDispatchError(thrown).message}`;
  }
}

const comparable = ({ paths, ...rule }: RuleBody): RuleBody =>
  paths === undefined ? rule : { ...rule, paths: paths.map(atHome) };

const atHome = (path: string): string => (/^~(\/|$)/.test(path) ? absolutePath(path) : path);
