/** `dispatch policy`: the rules of this device, and what they make of a command. */

import { ACCESS_LEVELS } from '../../core/access.ts';
import { ROUTES } from '../../core/actions.ts';
import { closest } from '../../core/closest.ts';
import { DispatchError } from '../../core/errors.ts';
import { REQUESTER_KINDS } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';

const HELP = 'dispatch policy --help';

/** Which options go with which of them. */
const ADD = [
  'name',
  'allow',
  'ask',
  'deny',
  'requester',
  'route',
  'access',
  'operation',
  'path',
  'without',
  'match',
  'no-match',
  'ttl',
  'yes',
];
const OPTIONS: Readonly<Record<'list' | 'check' | 'add' | 'remove', readonly string[]>> = {
  list: [],
  check: ['access', 'action', 'cwd', 'on', 'as'],
  add: ADD,
  remove: [],
};
const SUBCOMMANDS = Object.keys(OPTIONS);

export const command: Command = {
  usage: 'policy list | check [OPTIONS] -- COMMAND… | add --allow|--ask|--deny [OPTIONS] [-- WORD…] | remove NAME',
  summary: 'List, explain, add and remove the rules that say what runs here without a question, and what never does.',
  details: [
    'The strictest rule that matches decides: deny before ask before allow; where none matches, a person is asked. An allow rule',
    'has to match every command of a line, and never matches what it cannot read, such as a wrapper, or a redirect elsewhere.',
    'check tells which of the seven checks decides about a command, by which rule, and why; nothing runs. list, add and remove',
    'are about this device; list --verbose shortens nothing. In add, each WORD may hold * (any text) and {a,b}, a backslash takes',
    'the next character as it is, and a last ... stands for any further words. The rule is shown, and added when you say so. All',
    'conditions must hold; --match and --no-match are examples that it is checked with.',
  ].join('\n'),
  options: {
    allow: { type: 'boolean', help: 'add: let it run' },
    ask: { type: 'boolean', help: 'add: ask, whatever else allows it' },
    deny: { type: 'boolean', help: 'add: never' },
    name: { type: 'string', value: 'NAME', help: 'add: what to call the rule (made from the words if absent)' },
    access: {
      type: 'string',
      value: 'LEVEL',
      words: ACCESS_LEVELS,
      help: 'add: allow up to, or ask and deny from this level; check: asked for (default workspace-write)',
    },
    requester: { type: 'string', multiple: true, value: 'WHO', help: 'add: human, assistant, agent, or a device' },
    operation: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'add: what is done without a shell, such as files.write or "desktop.*"',
    },
    origin: {
      type: 'string',
      multiple: true,
      value: 'ORIGIN',
      help: 'add: only for pages there, such as https://example.org',
    },
    action: {
      type: 'string',
      value: 'FILE',
      help: 'check: an action as JSON, and no command; "-" is standard input',
    },
    route: { type: 'string', multiple: true, value: 'ROUTE', words: ROUTES, help: 'add: only for that route' },
    path: {
      type: 'string',
      multiple: true,
      value: 'GLOB',
      help: 'add: allow where all paths that it names are in one; ask, deny: any',
    },
    without: { type: 'string', multiple: true, value: 'WORD', help: 'add: a word that must not follow the command' },
    match: { type: 'string', multiple: true, value: 'LINE', help: 'add: a command line that the rule must match' },
    'no-match': { type: 'string', multiple: true, value: 'LINE', help: 'add: one that it must not match' },
    ttl: { type: 'string', value: 'S', help: 'add: the rule counts for S seconds' },
    yes: { type: 'boolean', short: 'y', help: 'add: do not ask' },
    on: { type: 'string', value: 'DEVICE', help: 'check: ask another device, which answers for itself' },
    cwd: { type: 'string', value: 'D', help: 'check: working folder (default: this one; on another device its home)' },
    as: {
      type: 'string',
      value: 'WHO',
      words: REQUESTER_KINDS,
      help: 'check: as if a human, assistant, agent or device asked',
    },
  },
  examples: [
    'dispatch policy list',
    'dispatch policy check -- ls -l',
    "dispatch policy check --as agent --json -- 'ls; rm -rf build'",
    "dispatch policy add --allow --path '~/src/app/**' -- npm test",
    "dispatch policy add --allow '--without=--output*' -- git log ...",
    'dispatch policy add --deny --requester agent -- git push ...',
    'dispatch policy add --allow --operation desktop.screenshot --requester laptop',
    'dispatch policy remove allow-npm-test',
  ],
  completes: ['list', 'check', 'add', 'remove'],
  completesAfter: { remove: 'rules', list: [], add: [], check: [] },
  async run(context, args) {
    const [what, ...others] = args.positionals;
    if (what !== 'list' && what !== 'check' && what !== 'add' && what !== 'remove') throw unknown(what);
    refuseForeignOptions(what, args);
    if (what === 'remove') {
      const [name, second] = [...others, ...(args.rest ?? [])];
      if (name === undefined) throw usage('NAME is missing');
      if (second !== undefined) throw usage(`one NAME at a time, but "${second}" came too`);
      const { removeRule } = await import('../policy-change.ts');
      return removeRule(context, name);
    }
    const [surplus] = what === 'list' ? [...others, ...(args.rest ?? [])] : others;
    if (surplus !== undefined)
      throw what === 'list' ? usage(`"${surplus}" is too much`) : usage(`"${surplus}": the command stands after "--"`);
    if (what === 'list') return (await import('../policy-list.ts')).listRules(context, { whole: args.flag('verbose') });
    if (what === 'add') return (await import('../policy-change.ts')).addRule(context, args);
    return (await import('../policy-check.ts')).checkCommand(context, args);
  },
};

function refuseForeignOptions(what: keyof typeof OPTIONS, args: Arguments): void {
  for (const option of Object.keys(command.options)) {
    const given = args.flag(option) || args.text(option) !== undefined || args.list(option).length > 0;
    if (!given || OPTIONS[what].includes(option)) continue;
    const home = SUBCOMMANDS.filter((name) => OPTIONS[name as keyof typeof OPTIONS].includes(option));
    throw usage(`--${option} does not go with policy ${what}, but with policy ${home.join(' and ')}`);
  }
}

function unknown(what: string | undefined): DispatchError {
  const close = what === undefined ? undefined : closest(what, SUBCOMMANDS);
  return new DispatchError(
    'usage',
    `policy${what === undefined ? '' : ` ${what}`}: expected ${SUBCOMMANDS.join(', ')}`,
    {
      hint: close === undefined ? HELP : `did you mean ${close}? ${HELP}`,
    },
  );
}

function usage(message: string): DispatchError {
  return new DispatchError('usage', message, { hint: HELP });
}
