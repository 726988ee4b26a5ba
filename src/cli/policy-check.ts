/** `dispatch policy check`: what the checks of a device make of a command, or of an action. Nothing runs. */

import { resolve } from 'node:path';
import type { AccessLevel } from '../core/access.ts';
import type { Action } from '../core/actions.ts';
import type { Actor } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import { CHECKS } from '../core/policy/gate.ts';
import type { Params, Result } from '../protocol/api.ts';
import { accessLevel } from './access-level.ts';
import { isAgent, REQUESTER_KINDS } from './agent.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { safe, table } from './print.ts';
import { shellText } from './shell-words.ts';

const HELP = 'dispatch policy --help';

export async function checkCommand(context: CliContext, args: Arguments): Promise<number> {
  const params = args.text('action') === undefined ? aboutCommand(args) : await aboutAction(context, args);
  const as = requesterOf(context, args);
  const client = await context.connect();
  const answer = await client.call('policy.check', { ...params, ...(as === undefined ? {} : { as }) });
  if (context.json) context.printJson(asJson(answer));
  else for (const line of asLines(answer, 'access' in params ? params.access : undefined)) context.print(line);
  return 0;
}

function aboutCommand(args: Arguments): Params<'policy.check'> {
  const command = shellText(args.rest ?? []);
  if (command.trim() === '')
    throw new DispatchError('usage', 'expected: policy check -- COMMAND…', { hint: 'dispatch policy check -- ls -l' });
  const place = deviceOf(args);
  const access = args.text('access');
  const cwd = args.text('cwd');
  return {
    command,
    access: accessLevel('--access', access ?? 'workspace-write', HELP),
    // A folder of this machine says nothing on another.
    ...(place.device === undefined
      ? { cwd: resolve(cwd ?? process.cwd()) }
      : { ...place, ...(cwd === undefined ? {} : { cwd }) }),
  };
}

/** What is in it is for the peer to check. */
async function aboutAction({ stdin }: CliContext, args: Arguments): Promise<Params<'policy.check'>> {
  const odd = ['access', 'cwd'].find((option) => args.text(option) !== undefined);
  if (args.rest !== undefined || odd !== undefined)
    throw new DispatchError('usage', `--action goes without ${odd === undefined ? 'a COMMAND' : `--${odd}`}`, {
      hint: 'an action says itself what it does, and where',
    });
  const file = args.text('action') ?? '';
  const [{ parseJsonObject }, { readSource }] = await Promise.all([
    import('../core/steps.ts'),
    import('./read-source.ts'),
  ]);
  const where = file === '-' ? 'standard input' : file;
  return {
    action: parseJsonObject((await readSource(file, stdin)).toString('utf8'), where) as Action,
    ...deviceOf(args),
  };
}

/** Empty for this one. */
function deviceOf(args: Arguments): { device?: string } {
  const on = args.text('on')?.replace(/^@/, '');
  return on === undefined || on === 'local' ? {} : { device: on };
}

function requesterOf({ env }: CliContext, args: Arguments): Actor['kind'] | undefined {
  const as = args.text('as');
  if (as !== undefined) return requesterKind(as);
  return isAgent(env) ? 'agent' : undefined;
}

function requesterKind(text: string): Actor['kind'] {
  const kind = REQUESTER_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new DispatchError('usage', `--as ${text}: expected one of ${REQUESTER_KINDS.join(', ')}`, { hint: HELP });
}

/** Scripts depend on it. */
function asJson({ verdict, check, rule, because, access, hint }: Result<'policy.check'>): Record<string, unknown> {
  return {
    decision: verdict,
    ...(rule === undefined ? {} : { rule }),
    because,
    check,
    access,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** `asked`: the access that was asked for, where one was. */
function asLines(
  { verdict, check, rule, because, access, hint }: Result<'policy.check'>,
  asked: AccessLevel | undefined,
): string[] {
  const reach = asked === undefined || asked === access ? access : `${access} (asked for ${asked})`;
  const [first = '', ...others] = because.map(safe);
  return table([
    ['decision', verdict],
    ['check', `${check} (${CHECKS.indexOf(check) + 1} of ${CHECKS.length})`],
    ...(rule === undefined ? [] : [['rule', safe(rule)]]),
    ['because', first],
    ...others.map((line) => ['', line]),
    ...(verdict === 'deny' ? [] : [['access', reach]]),
    ...(hint === undefined ? [] : [['hint', safe(hint)]]),
  ]);
}
