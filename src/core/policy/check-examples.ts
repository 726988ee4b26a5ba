/**
 * Whether rules say what their writers think that they say: each must match its own examples and none of its counter-examples, and be
 * able to match at all. Where paths, requesters and the like are conditions too, an example counts as if they held.
 */

import { areHarmless } from './harmless.ts';
import { couldFit, fitsCertainly } from './match-command.ts';
import { isOperationPattern } from './operation-names.ts';
import { isOriginPattern, ORIGIN_RULE } from './origins.ts';
import { quoteWords } from './phrases.ts';
import type { ShellReading } from './reading.ts';
import { type CompiledRule, compileRule } from './rule-index.ts';
import type { Rule, RuleBody } from './rules.ts';

export interface RuleProblem {
  readonly rule: string;
  /** Its place in the list. */
  readonly place: number;
  /** The key of the rule that is wrong. */
  readonly key: 'name' | 'command' | 'match' | 'noMatch' | 'without' | 'paths' | 'operations' | 'origins';
  /** A phrase: what is wrong. */
  readonly problem: string;
  /** The command line that shows it. */
  readonly example?: string;
}

/** The first problem of each rule that has one. `taken`: names of rules that are there already. */
export function checkExamples(
  rules: readonly RuleBody[],
  read: (text: string) => ShellReading,
  taken: readonly string[] = [],
): readonly RuleProblem[] {
  const names = new Set(taken);
  return rules.flatMap((rule, place) => {
    const repeated = names.has(rule.name);
    names.add(rule.name);
    const problem: Omit<RuleProblem, 'rule' | 'place'> | undefined = repeated
      ? { key: 'name', problem: 'there is another rule with this name' }
      : findProblem(rule, place, read);
    return problem === undefined ? [] : [{ rule: rule.name, place, ...problem }];
  });
}

type Found = Omit<RuleProblem, 'rule' | 'place'>;

function findProblem(rule: RuleBody, place: number, read: (text: string) => ShellReading): Found | undefined {
  const { command, operations, origins, without, paths, match = [], noMatch = [] } = rule;
  if (command !== undefined && (operations !== undefined || origins !== undefined)) {
    const key = operations === undefined ? 'origins' : 'operations';
    return { key, problem: 'a rule is about commands of the shell, or about what is done without it, and not both' };
  }
  const unknown = operations?.find((pattern) => !isOperationPattern(pattern));
  if (unknown !== undefined) {
    return {
      key: 'operations',
      problem: `"${unknown}" fits no operation: they are called as "files.write", "browser.browser_click", "desktop.screenshot" or "cloud.ask"`,
    };
  }
  const wrong = origins?.find((origin) => !isOriginPattern(origin));
  if (wrong !== undefined) return { key: 'origins', problem: `"${wrong}" is no origin: expected ${ORIGIN_RULE}` };
  if (command === undefined && (operations ?? origins) !== undefined && match.length + noMatch.length > 0)
    return {
      key: match.length > 0 ? 'match' : 'noMatch',
      problem: 'examples are command lines, and the rule is about none',
    };
  const dots = command?.indexOf('...') ?? -1;
  if (dots === 0) return { key: 'command', problem: '"..." stands behind the name of a command' };
  if (dots !== -1 && dots !== (command?.length ?? 0) - 1)
    return { key: 'command', problem: '"..." stands at the end, or nowhere' };
  if (without !== undefined && command === undefined)
    return { key: 'without', problem: 'it belongs to a command, and the rule names none' };
  const relative = paths?.find((path) => !/^(\/|~(\/|$))/.test(path));
  if (relative !== undefined) return { key: 'paths', problem: `"${relative}" begins with neither "/" nor "~/"` };
  const fromHome = paths?.find((path) => path.startsWith('~') && path.endsWith('/.'));
  if (fromHome !== undefined)
    return { key: 'paths', problem: `"${fromHome}" ends in "/.", so it has to be an absolute path` };
  let compiled: CompiledRule;
  try {
    compiled = compileRule({ ...rule, source: 'config' }, place);
    if ('source' in rule) compiled = compileRule(rule as Rule, place);
  } catch (error) {
    if (error instanceof RangeError) return { key: 'command', problem: error.message };
    throw error;
  }
  const impossible = whyImpossible(rule, read);
  if (impossible !== undefined) return { key: 'command', problem: `no rule may allow it: ${impossible}` };
  const unmatched = match.find((text) => !matches(compiled, read(text)));
  if (unmatched !== undefined) return { key: 'match', problem: whyNot(compiled, read(unmatched)), example: unmatched };
  const matched = noMatch.find((text) => matches(compiled, read(text)));
  if (matched !== undefined)
    return { key: 'noMatch', problem: 'the rule matches what it says that it does not', example: matched };
  return undefined;
}

/** As if the text were all that an action is. */
function matches({ rule, command }: CompiledRule, reading: ShellReading): boolean {
  if (rule.decision !== 'allow') {
    return command === undefined || [...reading.commands, ...reading.inner].some((each) => couldFit(command, each));
  }
  if (reading.obstacles.length > 0 || reading.commands.length === 0) return false;
  if ((rule.lowersTo !== undefined || rule.unconfined === true) && reading.writes.length > 0) return false;
  return reading.commands.every(
    (each) =>
      (command === undefined || fitsCertainly(command, each)) &&
      (rule.list !== 'harmless' || areHarmless(each.words.map((word) => (word.known ? word.text : '$')))),
  );
}

function whyNot({ rule }: CompiledRule, { obstacles }: ShellReading): string {
  const [obstacle] = obstacles;
  if (rule.decision === 'allow' && obstacle !== undefined) return `no rule may allow this example: ${obstacle}`;
  return 'the rule does not match its own example';
}

/** Tries the simplest commands that the rule is about: if none of them can be allowed, none can. */
function whyImpossible({ decision, command }: RuleBody, read: (text: string) => ShellReading): string | undefined {
  if (decision !== 'allow' || command === undefined) return undefined;
  const more = command.length > 1 && command.at(-1) === '...';
  const patterns = more ? command.slice(0, -1) : command;
  const names = compileRule({ name: '', decision, source: 'config', command: patterns }, 0).command?.words[0]?.literals;
  if (names === undefined) return undefined;
  const rest = patterns.slice(1).map(simplest);
  let why: string | undefined;
  for (const name of names) {
    for (const words of more
      ? [
          [name, ...rest],
          [name, ...rest, 'x'],
          [name, ...rest, '--version'],
        ]
      : [[name, ...rest]]) {
      const [obstacle] = read(quoteWords(words)).obstacles;
      if (obstacle === undefined) return undefined;
      why ??= obstacle;
    }
  }
  return why;
}

/** A word that fits the pattern. */
function simplest(pattern: string): string {
  const [first] =
    compileRule({ name: '', decision: 'allow', source: 'config', command: ['x', pattern] }, 0).command?.words.slice(
      1,
    ) ?? [];
  return first?.alternatives[0]?.map((atom) => (typeof atom === 'string' ? atom : 'x')).join('') ?? 'x';
}
