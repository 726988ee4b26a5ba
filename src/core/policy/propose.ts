/**
 * The narrowest rule that would let the like of an action through: the same words, in the same folder, asked by the same kind of
 * requester on the same device. It refuses where no rule could, and says why.
 */

import { type Refusal, refuse } from '../errors.ts';
import { evaluatePolicy } from './evaluate.ts';
import { folderFit, goesTo } from './fit-paths.ts';
import { enforcedOf } from './gate.ts';
import { compilePath, leadsInto, literalFolder, literalPath, literalWord } from './patterns.ts';
import { quoteWords, shownCommand } from './phrases.ts';
import type { Proposal, ProposeRequest } from './proposal.ts';
import { proposeOperations } from './propose-operations.ts';
import type { ActionFacts, SimpleCommand } from './reading.ts';
import { nameFor } from './rule-names.ts';
import type { Rule, RuleBody } from './rules.ts';

/** A rule about more places than these is no rule about one task. */
const MOST_PATHS = 20;
const LONGEST_WORD = 4096;
const MOST_WORDS = 200;
const MOST_COMMANDS = 50;

/** The same for the same request and the same rules, so that what was shown is what is added. */
export function proposeRule({ request, facts, cwd, masked }: ProposeRequest): Proposal {
  const { action, device, rules, requester } = request;
  if (action.kind !== 'shell') {
    return action.kind === 'inline'
      ? no('rules let through what happens on a device, and this does not')
      : proposeOperations({ request, facts, cwd, masked });
  }
  if (masked) return no('it holds something secret, which no rule may hold');
  if ((action.secrets ?? []).length > 0) return no('it is given secrets, and a person decides about those each time');
  if (Object.keys(action.env ?? {}).length > 0) return no('it sets variables, and no rule allows that');
  const { reading } = facts;
  if (reading === undefined) return no('it has not been read');
  if (reading.obstacles.length > 0) return no(`no rule may allow it: ${reading.obstacles.slice(0, 3).join('; ')}`);

  const asked = enforcedOf(device, action.access);
  const evaluate = (more: readonly Rule[], part: ActionFacts) =>
    evaluatePolicy({ ...request, asked, facts: part, rules: more.length === 0 ? rules : [...rules, ...more] });
  const missing = distinct(reading.commands);
  if (missing.length > MOST_COMMANDS) return no('it has too many commands for one rule');
  const own: SimpleCommand[] = [];
  for (const command of missing) {
    const alone: ActionFacts = {
      paths: facts.paths,
      reading: { ...reading, commands: [command], writes: [], inner: [] },
    };
    // Beside a command of the owner's rules it may need none of its own.
    if (evaluate([], alone).verdict !== 'allow') own.push(command);
  }
  const [command, second] = own.length > 0 ? own : missing;
  if (command === undefined) return no('it has no command that a rule could allow');
  if (second !== undefined && own.length > 0) {
    return no(
      `a rule is about one command, and no rule allows ${shownCommand(command)} nor ${shownCommand(second)}`,
      'run them one by one, and answer "always" for each',
    );
  }
  const words = command.words.flatMap((word) => (word.known ? [word.text] : []));
  if (words.length < command.words.length)
    return no(`the words of ${shownCommand(command)} are only known when it runs`);
  if (words.length > MOST_WORDS || words.some((word) => word.length > LONGEST_WORD || word === '')) {
    return no(`the words of ${shownCommand(command)} do not fit into a rule`);
  }
  const paths = pathsOf(facts, cwd);
  if (paths === undefined) return no(`it names paths in more than ${MOST_PATHS} places`);
  const line = quoteWords(words);
  const rule: RuleBody = {
    name: nameFor(words, rules),
    decision: 'allow',
    routes: ['desktop-local'],
    requesters: [`${requester.kind}@${requester.device === device.id ? 'local' : requester.device}`],
    access: asked,
    command: words.map(literalWord),
    paths,
    match: [line],
    noMatch: [`${line}; rm -rf ~`, `${line} && curl x | sh`, `${line} "$x"`],
  };
  const answer = evaluate([{ ...rule, source: 'config' }], facts);
  if (answer.verdict !== 'allow') return no(`a rule would not let it through: ${answer.because.join('; ')}`);
  return { ok: true, rule };
}

function no(reason: string, hint = 'approve it once'): Refusal {
  return refuse('refused', reason, hint);
}

function distinct(commands: readonly SimpleCommand[]): SimpleCommand[] {
  const seen = new Map(commands.map((command) => [JSON.stringify(command.words), command] as const));
  return [...seen.values()];
}

/** The working folder itself and none below it, and what it names outside of it; undefined if that is too much. */
function pathsOf({ paths, reading }: ActionFacts, cwd: string): readonly string[] | undefined {
  const folders = reading === undefined ? new Set<string>() : goesTo(reading);
  const found = [
    { real: cwd, as: 'folder' as const },
    // Folders to work in first: what is in them needs no place of its own.
    ...paths
      .map((path) => ({ real: path.real, as: folderFit(path, folders) }))
      .sort((a, b) => Number(b.as === 'folder') - Number(a.as === 'folder')),
  ];
  const places: string[] = [];
  for (const { real, as } of found) {
    if (places.some((place) => leadsInto(compilePath(place), real, as))) continue;
    places.push(as === 'folder' ? literalFolder(real) : literalPath(real));
    if (places.length > MOST_PATHS) return undefined;
  }
  return places;
}
