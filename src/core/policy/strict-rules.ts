/** Whether an `ask` or `deny` rule could be meant by an action. What only running it would tell counts. */

import type { Action } from '../actions.ts';
import { couldFit, type Effort, MOST_WORDS, newEffort } from './match-command.ts';
import { operationMeant } from './operations.ts';
import { leadsInto } from './patterns.ts';
import { shownCommand } from './phrases.ts';
import type { ActionFacts, ShellReading, SimpleCommand } from './reading.ts';
import { type CompiledRule, plainName, type RuleTable } from './rule-index.ts';

export interface Doubt {
  /** False if only running it would tell whether the rule is about it. */
  readonly certain: boolean;
  /** What of the action the rule is about. */
  readonly what: string;
}

/** Undefined if the rule is certainly not about the action. */
export function couldApply(
  compiled: CompiledRule,
  facts: ActionFacts,
  action: Action,
  effort: Effort = newEffort(),
): Doubt | undefined {
  const { command, paths } = compiled;
  let what = 'this';
  let certain = true;
  if (command !== undefined) {
    if (action.kind !== 'shell') return undefined;
    const { reading } = facts;
    if (reading === undefined) certain = false;
    else {
      const found = commandsOf(reading).find((each) => couldFit(command, each, effort));
      if (found === undefined) return undefined;
      what = shownCommand(found);
      if (effort.left < 0) certain = false;
    }
  }
  if (compiled.operations !== undefined) {
    if (action.kind === 'shell') return undefined;
    const meant = operationMeant(compiled, action, facts);
    if (meant === undefined) return undefined;
    what = meant.what;
    certain = meant.certain;
  }
  if (paths === undefined) return { certain, what };
  const inside = facts.paths.find(({ real, use }) =>
    paths.some((pattern) => leadsInto(pattern, real, use === 'folder' ? 'folder' : undefined)),
  );
  if (inside !== undefined) return { certain, what: what === 'this' ? inside.real : what };
  return pathsAreKnown(facts, action) ? undefined : { certain: false, what };
}

/** Those that may be about it, by the names of its commands alone, in the order of the list. */
export function candidates(table: RuleTable, { reading }: ActionFacts): readonly CompiledRule[] {
  if (table.all.length === 0 || reading === undefined) return table.all;
  const found = new Set([...table.whole, ...table.anyName]);
  for (const { words, wraps } of commandsOf(reading)) {
    if (wraps === true && words.length > MOST_WORDS) return table.all;
    for (const word of wraps === true ? words : words.slice(0, 1)) {
      if (!word.known) return table.all;
      for (const compiled of table.byName.get(plainName(word.text)) ?? []) found.add(compiled);
    }
  }
  return [...found].sort((a, b) => a.place - b.place);
}

function commandsOf({ commands, inner }: ShellReading): readonly SimpleCommand[] {
  return inner.length === 0 ? commands : [...commands, ...inner];
}

function pathsAreKnown({ reading }: ActionFacts, action: Action): boolean {
  if (action.kind !== 'shell') return true;
  if (reading === undefined || reading.moves || reading.obstacles.length > 0) return false;
  const files = [...reading.writes, ...reading.reads].map(({ word }) => word);
  return [...files, ...reading.commands.flatMap(({ words }) => words)].every(({ known }) => known);
}
