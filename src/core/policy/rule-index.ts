/**
 * Rules made ready to be asked thousands of times: their patterns compiled, and a table from the names of commands to the rules that
 * may be about them. Made once for each list of rules, and kept as long as somebody holds that list.
 */

import { compileOrigin, type OriginPattern } from './origins.ts';
import { compilePath, compileWord, type PathPattern, type WordPattern } from './patterns.ts';
import type { Rule } from './rules.ts';

export interface CompiledCommand {
  readonly words: readonly WordPattern[];
  /** Whether any words may follow. */
  readonly more: boolean;
  readonly without: readonly WordPattern[];
}

export interface CompiledRule {
  readonly rule: Rule;
  /** Its place in the list. */
  readonly place: number;
  /** Absent where the rule is about the action as a whole. */
  readonly command?: CompiledCommand;
  readonly paths?: readonly PathPattern[];
  /** Present where the rule is about what is done without a shell. */
  readonly operations?: readonly WordPattern[];
  readonly origins?: readonly OriginPattern[];
}

/** The rules of a list, by what they are about. Each part is in the order of the list. */
export interface RuleTable {
  readonly all: readonly CompiledRule[];
  /** Those about commands with one of these names: without its folder, in small letters. */
  readonly byName: ReadonlyMap<string, readonly CompiledRule[]>;
  /** Those about commands whose names are patterns. */
  readonly anyName: readonly CompiledRule[];
  /** Those about actions as a whole: an `allow` about shell commands and inline code, the others about anything. */
  readonly whole: readonly CompiledRule[];
  /** Those about what is done without a shell. */
  readonly apart: readonly CompiledRule[];
}

export interface RuleIndex {
  readonly allow: RuleTable;
  /** `ask` and `deny`. */
  readonly strict: RuleTable;
}

const indexes = new WeakMap<readonly Rule[], RuleIndex>();

export function indexOf(rules: readonly Rule[]): RuleIndex {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const made = makeIndex(rules);
  indexes.set(rules, made);
  return made;
}

function makeIndex(list: readonly Rule[]): RuleIndex {
  const rules = list.map(compileRule);
  return {
    allow: makeTable(rules.filter(({ rule }) => rule.decision === 'allow')),
    strict: makeTable(rules.filter(({ rule }) => rule.decision !== 'allow')),
  };
}

function makeTable(all: readonly CompiledRule[]): RuleTable {
  const byName = new Map<string, CompiledRule[]>();
  const anyName: CompiledRule[] = [];
  for (const compiled of all) {
    if (compiled.command === undefined) continue;
    const names = compiled.command.words[0]?.literals;
    if (names === undefined) anyName.push(compiled);
    for (const name of new Set(names?.map(plainName))) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [compiled]);
      else same.push(compiled);
    }
  }
  const isApart = ({ operations, origins }: CompiledRule): boolean => operations !== undefined || origins !== undefined;
  return {
    all,
    byName,
    anyName,
    whole: all.filter((rule) => rule.command === undefined && !isApart(rule)),
    apart: all.filter(isApart),
  };
}

/** What a rule about origins alone is about. */
const ANY_STEP = ['browser.*'];

/** Throws a RangeError for patterns with more alternatives than anybody wants, and for origins that are none. */
export function compileRule(rule: Rule, place: number): CompiledRule {
  const { command, without = [], paths, origins } = rule;
  const operations = rule.operations ?? (origins === undefined ? undefined : ANY_STEP);
  return {
    rule,
    place,
    ...(command === undefined ? {} : { command: compileCommand(command, without) }),
    ...(paths === undefined ? {} : { paths: paths.map(compilePath) }),
    ...(operations === undefined ? {} : { operations: operations.map(compileWord) }),
    ...(origins === undefined ? {} : { origins: origins.map(compileOrigin) }),
  };
}

function compileCommand(command: readonly string[], without: readonly string[]): CompiledCommand {
  const more = command.length > 1 && command.at(-1) === '...';
  return {
    words: (more ? command.slice(0, -1) : command).map(compileWord),
    more,
    without: without.map(compileWord),
  };
}

/** The name of a program without its folder, as a disk that knows no capitals finds it. */
export function plainName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase();
}
