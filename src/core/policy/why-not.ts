/** Why rules do not allow an action that can be read: which of its commands no rule allows, or what the one that comes closest wants. */

import { unmet } from './conditions.ts';
import { pathsFit } from './fit-paths.ts';
import { fitsCertainly } from './match-command.ts';
import { shownCommand, shownPhrase } from './phrases.ts';
import type { PolicyRequest } from './policy-request.ts';
import type { ShellReading, SimpleCommand } from './reading.ts';
import { type CompiledRule, plainName, type RuleTable } from './rule-index.ts';
import { placeText } from './rule-words.ts';

/** A command, and the rules that certainly allow it, whatever they lower it to. */
export interface Covered {
  readonly command: SimpleCommand;
  readonly rules: readonly CompiledRule[];
}

const DECIDES = 'so a person decides';

export function whyNotAllowed(
  covered: readonly Covered[],
  request: PolicyRequest,
  table: RuleTable,
  { writes }: ShellReading,
): string {
  const { asked } = request;
  const alone = covered.filter(({ rules }) => rules.length === 0).map(({ command }) => command);
  // What no rule is about at all goes before what one nearly allows.
  const nearest = alone.map((command) => ({ command, why: whyNearly(command, request, table) }));
  const found = nearest.find(({ why }) => why === undefined) ?? nearest[0];
  if (found !== undefined) {
    return found.why === undefined
      ? `no rule allows ${shownCommand(found.command)} with ${asked}, ${DECIDES}`
      : `${found.why}, ${DECIDES}`;
  }
  const written = writes.map(({ word }) => (word.known ? word.text : word.source)).find((text) => text !== '/dev/null');
  const reading = covered.filter(({ rules }) => rules.every(({ rule }) => rule.lowersTo !== undefined));
  const [first] = reading;
  if (first === undefined) return `no rule allows all of it with ${asked}, ${DECIDES}`;
  const shown = shownCommand(first.command);
  if (written !== undefined)
    return `${shown} only reads, but the line writes to ${shownPhrase(written)}, which no rule allows, ${DECIDES}`;
  const lowest = first.rules[0]?.rule.lowersTo;
  if (lowest !== undefined && !request.device.enforces.includes(lowest))
    return `${shown} only reads as far as its words tell, and there is no sandbox to keep it to that, ${DECIDES}`;
  const seeing = covered.find(({ rules }) => rules.every(({ rule }) => rule.unconfined === true));
  if (seeing !== undefined && covered.length > 1)
    return `${shownCommand(seeing.command)} has to run outside of the sandbox, and not beside anything else, ${DECIDES}`;
  return `${shown} is allowed where it can only read, and not beside what may do more, ${DECIDES}`;
}

/** The rule that would allow a command but for a condition, as a phrase; undefined if there is none. */
function whyNearly(command: SimpleCommand, request: PolicyRequest, table: RuleTable): string | undefined {
  const [name] = command.words;
  if (name?.known !== true) return undefined;
  const about = [...(table.byName.get(plainName(name.text)) ?? []), ...table.anyName, ...table.whole]
    .filter(({ rule, command: pattern }) => {
      if (rule.list === 'harmless' || unmet(rule, request).includes('route')) return false;
      if (rule.source === 'built-in' && pattern === undefined) return false;
      return pattern === undefined || fitsCertainly(pattern, command);
    })
    .map((compiled) => ({ compiled, wants: wantsOf(compiled, request) }))
    .filter(({ wants }) => wants.length > 0)
    .sort((a, b) => a.wants.length - b.wants.length || isBuiltIn(a.compiled) - isBuiltIn(b.compiled));
  const [nearest] = about;
  if (nearest === undefined) return undefined;
  const { compiled, wants } = nearest;
  const shown = shownCommand(command);
  if (compiled.rule.lowersTo !== undefined)
    return request.device.enforces.includes(compiled.rule.lowersTo)
      ? `${shown} runs at once only where it is not asked for with ${request.asked}`
      : `${shown} only reads as far as its words tell, and there is no sandbox to keep it to that`;
  return `the rule "${compiled.rule.name}" would allow ${shown}, but ${wants.join(', and ')}`;
}

/** What a rule wants that is not so. It tells another device nothing of what else the rule says. */
function wantsOf(compiled: CompiledRule, request: PolicyRequest): string[] {
  const { rule } = compiled;
  const { requester, device, asked, facts } = request;
  const wants: string[] = [];
  for (const condition of unmet(rule, request)) {
    if (condition === 'over') wants.push('it has expired');
    else if (condition === 'orphaned') wants.push('the device that gave it may not approve here any more');
    else if (condition === 'requester') wants.push(`not when ${requester.kind}@${requester.name} asks`);
    else wants.push(`only up to ${rule.access ?? 'workspace-write'}, and not with ${asked}`);
  }
  if (!pathsFit(compiled, facts)) {
    // Its folders are for the device itself to know.
    const only = requester.device === device.id ? ` (only in ${(rule.paths ?? []).map(placeText).join(', ')})` : '';
    wants.push(`not in this folder or with paths like these${only}`);
  }
  return wants;
}

function isBuiltIn({ rule }: CompiledRule): number {
  return rule.source === 'built-in' ? 1 : 0;
}
