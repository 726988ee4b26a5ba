/** A rule, as the options of `dispatch policy add` describe it. */

import { ROUTES, type Route } from '../core/actions.ts';
import { closest } from '../core/closest.ts';
import { DispatchError } from '../core/errors.ts';
import { isOperationPattern } from '../core/policy/operation-names.ts';
import { isOriginPattern, ORIGIN_RULE } from '../core/policy/origins.ts';
import { type RuleBody, VERDICTS } from '../core/policy/rules.ts';
import { accessLevel } from './access-level.ts';
import type { Arguments } from './command.ts';
import { globForConfig } from './own-paths.ts';

const HELP = 'dispatch policy --help';
/** "And any further words", at the end of a command. */
const MORE = '...';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const NAME_MAX = 60;
/** A year. */
const TTL_MAX_S = 365 * 86_400;
/** Who asks, where it is no particular device. */
const REQUESTERS: readonly string[] = ['human', 'assistant', 'agent'];

export interface RuleSurroundings {
  /** Names of the rules that there are. */
  readonly taken: readonly string[];
  readonly devices: readonly { readonly id: string; readonly name: string }[];
  readonly cwd: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Throws `usage`. */
export function ruleFromArgs(args: Arguments, around: RuleSurroundings): RuleBody {
  const decision = decisionOf(args);
  const command = commandOf(args.rest ?? []);
  const requesters = args.list('requester').map((name) => requesterOf(name, around));
  const routes = args.list('route').map(routeOf);
  const access = args.text('access');
  const operations = args.list('operation').map(operationOf);
  if (command.length > 0 && operations.length > 0)
    throw usage('a rule is about commands of the shell or about --operation, and not both', 'make two rules of it');
  const origins = args.list('origin').map(originOf);
  const paths = args.list('path').map((path) => globForConfig(path, around.cwd));
  if (
    [command, operations, origins, requesters, routes, paths].every(({ length }) => length === 0) &&
    access === undefined
  )
    throw usage(
      'a rule about nothing in particular would be about everything',
      'name a COMMAND after --, or give --operation, --origin, --requester, --access, --path or --route',
    );
  const ttl = args.number('ttl', { min: 1, max: TTL_MAX_S });
  const some = <K extends string, T>(key: K, values: readonly T[]): { [key in K]?: readonly T[] } =>
    (values.length === 0 ? {} : { [key]: values }) as { [key in K]?: readonly T[] };
  return {
    name: nameOf(
      args.text('name'),
      [decision, ...(command.length > 0 ? command : [...operations, ...requesters, access ?? ''])],
      around,
    ),
    decision,
    ...some('routes', routes),
    ...some('requesters', requesters),
    ...(access === undefined ? {} : { access: accessLevel('--access', access, HELP) }),
    ...some('command', command),
    ...some('operations', operations),
    ...some('origins', origins),
    ...some('without', args.list('without')),
    ...some('paths', paths),
    ...some('match', args.list('match')),
    ...some('noMatch', args.list('no-match')),
    ...(ttl === undefined ? {} : { expiresAt: around.now + ttl * 1000 }),
  };
}

function decisionOf(args: Arguments): RuleBody['decision'] {
  const [decision, second] = VERDICTS.filter((verdict) => args.flag(verdict));
  if (decision === undefined) throw usage('the decision is missing: expected --allow, --ask or --deny', HELP);
  if (second !== undefined) throw usage(`--${decision} and --${second} are different decisions: give one`, HELP);
  return decision;
}

function commandOf(words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  if (first !== undefined && others.length === 0 && /\s/.test(first.trim()))
    throw usage(`"${first}" is one word with blanks in it`, `write the words one by one: -- ${first.trim()}`);
  if (words.slice(0, -1).includes(MORE)) throw usage(`"${MORE}" stands at the end, or nowhere`, HELP);
  if (first === MORE) throw usage(`"${MORE}" follows the name of a command`, HELP);
  if (words.includes('')) throw usage('a word of the command is empty', HELP);
  return words;
}

/** A device that is not known is more likely a typing mistake than one that is to come. */
function requesterOf(typed: string, { devices }: RuleSurroundings): string {
  const name = typed.replace(/^@/, '');
  if (REQUESTERS.includes(name)) return name;
  // By its id: a device may take another name, and another one its name.
  const idOf = (which: string): string | undefined =>
    which === 'local' ? which : devices.find((device) => device.id === which || device.name === which)?.id;
  const whole = idOf(name);
  if (whole !== undefined) return whole;
  const [kind = '', place] = name.split('@');
  const device = place === undefined ? undefined : idOf(place);
  if (device !== undefined && REQUESTERS.includes(kind)) return `${kind}@${device}`;
  const known = [...REQUESTERS, ...devices.map((device) => device.name)];
  const close = closest(name, known);
  throw usage(
    `--requester ${typed}: expected one of ${known.join(', ')}`,
    close === undefined ? HELP : `did you mean ${close}?`,
  );
}

function operationOf(text: string): string {
  if (isKnown(text)) return text;
  throw usage(`--operation ${text}: it fits no operation`, 'such as files.write, "files.{move,copy}" or "desktop.*"');
}

function originOf(text: string): string {
  if (isOriginPattern(text)) return text;
  throw usage(`--origin ${text}: it is no origin`, `expected ${ORIGIN_RULE}`);
}

function isKnown(operation: string): boolean {
  try {
    return isOperationPattern(operation);
  } catch (error) {
    if (error instanceof RangeError) return false; // no pattern at all
    throw error;
  }
}

function routeOf(text: string): Route {
  const route = ROUTES.find((known) => known === text);
  if (route !== undefined) return route;
  const close = closest(text, ROUTES);
  throw usage(
    `--route ${text}: expected one of ${ROUTES.join(', ')}`,
    close === undefined ? HELP : `did you mean ${close}?`,
  );
}

/** As it was given, or made from what the rule says; one that is taken gets a number. */
function nameOf(given: string | undefined, words: readonly string[], { taken }: RuleSurroundings): string {
  if (given !== undefined) {
    if (NAME.test(given)) return given;
    throw usage(`--name ${given}: expected letters, digits, ".", "_" and "-", at most 100`, HELP);
  }
  const made = words
    .filter((word) => word !== MORE)
    .join('-')
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .slice(0, NAME_MAX)
    .replace(/^[^A-Za-z0-9]+|-+$/g, '');
  if (!taken.includes(made)) return made;
  for (let number = 2; ; number++) if (!taken.includes(`${made}-${number}`)) return `${made}-${number}`;
}

function usage(message: string, hint: string): DispatchError {
  return new DispatchError('usage', message, { hint });
}
