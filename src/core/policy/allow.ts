/**
 * Whether rules allow an action: each of its commands, each file that it writes, with nothing left that cannot be read. Says why not,
 * so that a person who is asked knows what to look at.
 */

import { type AccessLevel, rankOfAccess } from '../access.ts';
import type { ShellAction } from '../actions.ts';
import { pathsFit } from './fit-paths.ts';
import { areHarmless, harmlessCommand } from './harmless.ts';
import { fitsCertainly } from './match-command.ts';
import { operationsFit } from './operations.ts';
import { isInside } from './paths.ts';
import { shownCommand } from './phrases.ts';
import type { PolicyAnswer, PolicyRequest } from './policy-request.ts';
import type { ActionFacts, ShellReading, SimpleCommand } from './reading.ts';
import { type CompiledRule, plainName, type RuleTable } from './rule-index.ts';
import { type Covered, whyNotAllowed } from './why-not.ts';

type IsAbout = (rule: CompiledRule) => boolean;

/** How many reasons a person is given. */
const MOST_REASONS = 3;
/** Programs that start a pager on a terminal, and a pager runs what is typed. */
const PAGING: ReadonlySet<string> = new Set([
  'git',
  'journalctl',
  'systemctl',
  'gh',
  'bat',
  'batcat',
  'npm',
  'aws',
  'gcloud',
  'az',
]);

export function allowAction(request: PolicyRequest, table: RuleTable, isAbout: IsAbout): PolicyAnswer {
  const { action, asked, facts } = request;
  if (action.kind !== 'shell') {
    // What is not for the shell is let through by rules that name it, and by no other.
    const rule =
      action.kind === 'inline'
        ? table.whole.find((each) => isAbout(each))
        : table.apart.find((each) => isAbout(each) && operationsFit(each, action, facts));
    if (rule === undefined) return ask(asked, ['no rule allows it, so a person decides']);
    const why =
      rule.rule.name === 'inline-sandbox'
        ? 'inline code runs in a sandbox that can only read the thread'
        : allows(rule);
    return { verdict: 'allow', access: asked, rule: rule.rule.name, because: [why] };
  }
  if ((action.secrets ?? []).length > 0) return ask(asked, ['it is given secrets, so a person decides']);
  if (asked === 'read-only') {
    const rule = table.whole.find((each) => isAbout(each) && pathsFit(each, facts));
    if (rule !== undefined) {
      const because = [`the sandbox lets it write nothing and reach no network (rule ${rule.rule.name})`];
      return { verdict: 'allow', access: asked, rule: rule.rule.name, because };
    }
  }
  const { reading } = facts;
  const found =
    reading === undefined
      ? allowUnread(request, action, table, isAbout)
      : allowRead(request, action, reading, table, isAbout);
  if (typeof found !== 'string') return found;
  return ask(asked, [found]);
}

/** Where nobody has read the text, there is the list that needs no reading. */
function allowUnread(
  request: PolicyRequest,
  action: ShellAction,
  table: RuleTable,
  isAbout: IsAbout,
): PolicyAnswer | string {
  const words = hasVariables(action) ? undefined : harmlessCommand(action.command);
  const command: SimpleCommand = { words: (words ?? []).map((text) => ({ known: true, text })), assigns: [] };
  const rule = allowing(command, table, isAbout, request.facts).find((each) => each.rule.list === 'harmless');
  if (words === undefined || rule === undefined) return 'no rule allows it, so a person decides';
  if (rule.rule.unconfined === true) return mayBeUnconfined(request) ?? allowed('full-access', [{ command, rule }]);
  return allowed(lowered(rule, request) ?? request.asked, [{ command, rule }]);
}

function allowRead(
  request: PolicyRequest,
  action: ShellAction,
  reading: ShellReading,
  table: RuleTable,
  isAbout: IsAbout,
): PolicyAnswer | string {
  const { asked, facts } = request;
  if (reading.obstacles.length > 0) {
    const [first = '', ...others] = reading.obstacles.slice(0, MOST_REASONS);
    return `no rule may allow it: ${[first, ...others].join('; ')}`;
  }
  if (hasVariables(action)) return 'it sets variables, so a person decides';
  if (reading.commands.length === 0) return 'it has no command that a rule could allow';
  const written = unsafeWrite(reading, request);
  if (written !== undefined) return written;
  const rules = reading.commands.map((command) => ({ command, rules: allowing(command, table, isAbout, facts) }));

  // 1. The owner's own rules, at the level that was asked for.
  const own = rules.map(({ command, rules: found }) => ({
    command,
    rule: found.find(({ rule }) => rule.lowersTo === undefined && rule.unconfined !== true),
  }));
  const missing = own.find(({ rule }) => rule === undefined);
  const paging = mayPage(action)
    ? reading.commands.find(({ words: [name] }) => name?.known === true && PAGING.has(plainName(name.text)))
    : undefined;
  if (missing === undefined && paging === undefined) return allowed(asked, own);

  // 2. All of it by rules that lower it.
  const lowest = lowerAll(rules, request, reading);
  if (lowest !== undefined) return lowest;

  // 3. One harmless command that has to see the machine itself.
  const [only] = rules;
  const seeing = only?.rules.find(({ rule }) => rule.unconfined === true);
  if (only !== undefined && seeing !== undefined && harmlessCommand(action.command) !== undefined)
    return mayBeUnconfined(request) ?? allowed('full-access', [{ command: only.command, rule: seeing }]);

  // 4. The owner's own beside what is harmless, or only reads in a sandbox.
  if (paging !== undefined && missing === undefined)
    return `${shownCommand(paging)} may start a pager, which runs what is typed`;
  if (own.some(({ rule }) => rule !== undefined) && paging === undefined) {
    const mixed = rules.map(({ command, rules: found }) => ({
      command,
      rule: found.find((each) => mayStandBeside(each, request, reading)),
    }));
    if (mixed.every(({ rule }) => rule !== undefined)) return allowed(asked, mixed);
  }
  return whyNotAllowed(rules, request, table, reading);
}

/** The rules that certainly allow one command, whatever they lower it to. */
function allowing(command: SimpleCommand, table: RuleTable, isAbout: IsAbout, facts: ActionFacts): CompiledRule[] {
  const [name] = command.words;
  if (name?.known !== true) return [];
  const candidates = [...(table.byName.get(plainName(name.text)) ?? []), ...table.anyName, ...table.whole];
  return candidates
    .filter(
      (each) =>
        (each.command === undefined || fitsCertainly(each.command, command)) &&
        (each.rule.list !== 'harmless' || isHarmless(command)) &&
        isAbout(each) &&
        pathsFit(each, facts),
    )
    .sort((a, b) => a.place - b.place);
}

/** Why a harmless command may not run outside of the sandbox; undefined if it may. */
function mayBeUnconfined({ device, asked, facts }: PolicyRequest): string | undefined {
  const besides = 'in the sandbox it would tell of the sandbox and not of the machine';
  if (device.maxAccess !== 'full-access') return `${besides}, and nothing may run outside of it here`;
  // Where nothing is confined, no run has been kept from putting another program in its place.
  if (asked === 'full-access' && device.enforces.every((level) => level === 'full-access')) return undefined;
  if (facts.untouched !== true)
    return `${besides}, and outside of it a file that runs may write to could stand in for it, so a person decides`;
  return undefined;
}

function isHarmless({ words, assigns }: SimpleCommand): boolean {
  return assigns.length === 0 && areHarmless(words.map((word) => (word.known ? word.text : '$')));
}

function lowerAll(
  commands: readonly Covered[],
  request: PolicyRequest,
  reading: ShellReading,
): PolicyAnswer | string | undefined {
  const found = commands.map(({ command, rules }) => ({
    command,
    rule: rules.find(({ rule }) => rule.lowersTo !== undefined),
  }));
  const levels = found.map(({ rule }) => (rule === undefined ? undefined : lowered(rule, request)));
  if (found.some(({ rule }) => rule === undefined)) return undefined;
  if (reading.writes.some(({ word }) => !isNull(word))) return undefined;
  if (levels.every((level) => level !== undefined)) {
    const [least] = [...levels].sort((a, b) => rankOfAccess(a) - rankOfAccess(b));
    return allowed(least as AccessLevel, found);
  }
  // Without a sandbox there is the short list alone, and of one plain command.
  const harmless = request.action.kind === 'shell' && harmlessCommand(request.action.command) !== undefined;
  return harmless && found.every(({ rule }) => rule?.rule.list === 'harmless')
    ? allowed(request.asked, found)
    : undefined;
}

/** The level that a rule lowers this to, where the device can keep it to that. */
function lowered({ rule }: CompiledRule, { asked, device }: PolicyRequest): AccessLevel | undefined {
  const { lowersTo } = rule;
  if (lowersTo === undefined || !device.enforces.includes(lowersTo) || rankOfAccess(lowersTo) > rankOfAccess(asked))
    return undefined;
  return lowersTo;
}

function mayStandBeside({ rule }: CompiledRule, { asked }: PolicyRequest, reading: ShellReading): boolean {
  if (rule.lowersTo === undefined && rule.unconfined !== true) return true;
  // What a built-in command prints is what somebody else wrote: it is not put into files unasked.
  if (reading.writes.some(({ word }) => !isNull(word))) return false;
  if (rule.unconfined === true) return asked === 'full-access';
  return rule.list === 'harmless' || (rule.beside === true && asked !== 'full-access');
}

/** Why the files that the shell opens for writing are a person's business. */
function unsafeWrite({ writes, moves }: ShellReading, { facts, device }: PolicyRequest): string | undefined {
  for (const { word } of writes) {
    if (isNull(word)) continue;
    if (!word.known) return `where it writes is only known when it runs: ${word.source}`;
    if (moves && !word.text.startsWith('/')) return `where it writes depends on where it goes: ${word.text}`;
    const found = facts.paths.filter(({ written, use }) => use === 'write' && written === word.text);
    if (found.length === 0) return `where it writes is not known: ${word.text}`;
    for (const { written, real } of found) {
      const folder = device.folders.find((each) => isInside(each, real));
      if (folder === undefined) {
        // Where a link leads that lies out of reach is not told.
        return `it writes to ${written}, which is in no reachable folder`;
      }
      if (/(^|\/)\./.test(real.slice(folder.length)))
        return `it writes to ${real}: files with a dot steer other programs`;
    }
  }
  return undefined;
}

function isNull(word: ShellReading['writes'][number]['word']): boolean {
  return word.known && word.text === '/dev/null';
}

function hasVariables({ env }: ShellAction): boolean {
  return env !== undefined && Object.keys(env).length > 0;
}

function mayPage({ tty, stdin }: ShellAction): boolean {
  return tty !== undefined && stdin === true;
}

function allows({ rule }: CompiledRule): string {
  return `the rule "${rule.name}" allows ${rule.routes === undefined ? 'it' : rule.routes.join(', ')}`;
}

function allowed(
  access: AccessLevel,
  by: readonly { command: SimpleCommand; rule: CompiledRule | undefined }[],
): PolicyAnswer {
  const because = by.map(({ command, rule }) => {
    const name = rule?.rule.name ?? '';
    if (rule?.rule.unconfined === true)
      return `${shownCommand(command)} with these arguments only reads the state of the machine, which no sandbox shows (rule ${name})`;
    if (rule?.rule.lowersTo !== undefined)
      return `${shownCommand(command)} with these arguments only reads (rule ${name})`;
    return `the rule "${name}" allows ${shownCommand(command)}`;
  });
  const unique = [...new Set(because)];
  const shown =
    unique.length > MOST_REASONS
      ? [...unique.slice(0, MOST_REASONS), `and ${unique.length - MOST_REASONS} more`]
      : unique;
  return {
    verdict: 'allow',
    access,
    rule: by.find(({ rule }) => rule?.rule.source === 'config')?.rule?.rule.name ?? by[0]?.rule?.rule.name ?? '',
    because: shown,
  };
}

function ask(access: AccessLevel, because: readonly string[]): PolicyAnswer {
  return { verdict: 'ask', access, because };
}
