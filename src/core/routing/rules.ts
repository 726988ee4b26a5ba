/**
 * Routing rules of a person, `[[routing]]` in config.toml: what plain words mean, and where they go. They are compiled once, the first that
 * fits counts, and none of them sees what begins with a prefix. Whether anything may run is not theirs to say.
 */

import type { AccessLevel } from '../access.ts';
import { type Refusal, refuse } from '../errors.ts';
import { checkCommand, fillCommand } from './fill-command.ts';
import { compileGlob, type Glob, matchGlob } from './globs.ts';
import { kindOfSource, type ParsedTask, questionTask, readWords, type TypedWords, type Vocabulary } from './grammar.ts';

/** Not `cloud-code`: plain words have no language. */
export const RULE_ROUTES = ['cloud-knowledge', 'desktop-local', 'inline'] as const;
export type RuleRoute = (typeof RULE_ROUTES)[number];

export interface RoutingRule {
  readonly name: string;
  /** Patterns for the whole text, of which one must fit. */
  readonly match: readonly string[];
  readonly route?: RuleRoute;
  /** Asks it the text, as a question. */
  readonly connector?: string;
  /** Where it goes if the person names no device. */
  readonly device?: string;
  /** Of a command. */
  readonly access?: AccessLevel;
  /** Runs this instead of what was typed: `{1}` is the text that the first `*` stands for. */
  readonly run?: string;
}

export interface CompiledRule {
  readonly rule: RoutingRule;
  readonly globs: readonly Glob[];
}

/** Why a rule cannot be, with the key that is wrong. */
export type RuleFault = { readonly key: keyof RoutingRule; readonly message: string };

export function faultOf(rule: RoutingRule): RuleFault | undefined {
  const { match, run, route, connector, device, access } = rule;
  const globs = match.map((pattern) => compileGlob(pattern));
  const bad = globs.find((glob) => !glob.ok);
  if (bad?.ok === false) return { key: 'match', message: bad.reason };
  if (run !== undefined) {
    if (route !== undefined && route !== 'desktop-local')
      return { key: 'route', message: `"run" means desktop-local, not ${route}` };
    if (connector !== undefined) return { key: 'connector', message: '"run" needs none' };
    const fewest = Math.min(...globs.map((glob) => (glob.ok ? glob.stars : 0)));
    const checked = checkCommand(run, fewest);
    if (!checked.ok)
      return {
        key: 'run',
        message: [checked.reason, ...(checked.hint === undefined ? [] : [checked.hint])].join(': '),
      };
  }
  if (connector !== undefined && route !== undefined && route !== 'cloud-knowledge')
    return { key: 'connector', message: `${route} has no connectors` };
  const isQuestion = route === 'cloud-knowledge' || connector !== undefined;
  if (access !== undefined && (isQuestion || route === 'inline'))
    return { key: 'access', message: 'only a command has access' };
  if (device !== undefined && route === 'inline')
    return { key: 'device', message: 'an expression runs in this session, not on a device' };
  if ([run, route, connector, device, access].every((value) => value === undefined))
    return { key: 'name', message: 'it sets nothing: expected "run", "route", "connector", "device" or "access"' };
  return undefined;
}

/** Of all rules together: each task is compared with each of them, at every key that is pressed. */
export const MOST_ALTERNATIVES = 1000;
/** Of the text that rules are tried on, in UTF-16 units. */
const LONGEST_TEXT = 10_000;

/** For how many patterns without `{…}` the rule stands. */
export function alternativesOf({ match }: RoutingRule): number {
  return match.map(compileGlob).reduce((sum, glob) => sum + (glob.ok ? glob.choices.length : 0), 0);
}

const COMPILED = new WeakMap<readonly RoutingRule[], readonly CompiledRule[]>();

/** A rule that is at fault is none; config.toml with such a rule is refused before. */
export function compileRules(rules: readonly RoutingRule[]): readonly CompiledRule[] {
  const known = COMPILED.get(rules);
  if (known !== undefined) return known;
  const compiled = rules
    .filter((rule) => faultOf(rule) === undefined)
    .map((rule) => ({ rule, globs: rule.match.map(compileGlob).flatMap((glob) => (glob.ok ? [glob] : [])) }));
  COMPILED.set(rules, compiled);
  return compiled;
}

/** The first rule that fits, and what each `*` stands for. */
export function matchRule(
  rules: readonly CompiledRule[],
  words: string,
): { readonly rule: RoutingRule; readonly texts: readonly string[] } | undefined {
  if (rules.length === 0 || words.length > LONGEST_TEXT) return undefined;
  const lowered = words.toLowerCase();
  // Some letters have more units in lower case: then what was found in one text would be cut from the other in the wrong place.
  const lower = lowered.length === words.length ? lowered : words;
  for (const { rule, globs } of rules) {
    for (const glob of globs) {
      const texts = matchGlob(glob, words, lower);
      if (texts !== undefined) return { rule, texts };
    }
  }
  return undefined;
}

/** The task as the rule has it. A device that the person named stays. */
export function applyRule(
  { words, marks: typed }: TypedWords,
  { rule, texts }: { readonly rule: RoutingRule; readonly texts: readonly string[] },
  vocabulary: Vocabulary,
): ParsedTask | Refusal {
  const because = `your rule "${rule.name}" fits`;
  const named = typed.targets.length > 0 || rule.device === undefined;
  const marks = { ...typed, targets: named ? typed.targets : [rule.device] };
  const by = { ...(named ? {} : { devicesBy: `your rule "${rule.name}"` }) };
  const base = { ok: true, ...marks, ...by, because, decided: because } as const;
  if (rule.run !== undefined) {
    const filled = fillCommand(
      rule.run,
      texts.map((text) => text.trim()),
    );
    if (!filled.ok) return refuse(filled.code, `rule "${rule.name}": ${filled.reason}`, filled.hint);
    return { ...base, kind: 'shell', body: filled.command, access: rule.access ?? 'workspace-write' };
  }
  if (rule.route === 'inline') return { ...base, kind: kindOfSource(words), body: words };
  if (rule.route === 'cloud-knowledge' || rule.connector !== undefined) {
    const question = { ...questionTask({ words, marks }, because), ...by, decided: because };
    if (rule.connector === undefined) return question;
    return { ...question, connector: rule.connector, connectorBy: `your rule "${rule.name}" names` };
  }
  // A device that is named without its @ is found only where none stands for it.
  const bare = readWords({ words, marks: typed }, vocabulary);
  const isNamed = bare.ok && bare.targets.length > 0;
  const read = isNamed ? bare : readWords({ words, marks }, vocabulary);
  if (!read.ok) return read;
  const set = read.kind === 'shell' && rule.access !== undefined ? { ...read, access: rule.access } : read;
  return { ...set, ...(isNamed ? {} : by), because: `${because}; ${set.because}` };
}
