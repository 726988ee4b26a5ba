/** `dispatch policy check`: what the checks of a device make of a command. Nothing runs. */

import { resolve } from 'node:path';
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
  const params = paramsOf(context, args);
  const client = await context.connect();
  const answer = await client.call('policy.check', params);
  if (context.json) context.printJson(asJson(answer));
  else for (const line of asLines(answer, params)) context.print(line);
  return 0;
}

/** Of a command: what is not for the shell is asked about in words of its own. */
type Asked = Extract<Params<'policy.check'>, { command: string }>;

function paramsOf({ env }: CliContext, args: Arguments): Asked {
  const command = shellText(args.rest ?? []);
  if (command.trim() === '')
    throw new DispatchError('usage', 'expected: policy check -- COMMAND…', { hint: 'dispatch policy check -- ls -l' });
  const on = args.text('on')?.replace(/^@/, '');
  const device = on === 'local' ? undefined : on;
  const access = args.text('access');
  const cwd = args.text('cwd');
  const as =
    args.text('as') === undefined ? (isAgent(env) ? 'agent' : undefined) : requesterKind(args.text('as') ?? '');
  return {
    command,
    access: accessLevel('--access', access ?? 'workspace-write', HELP),
    // A folder of this machine says nothing on another.
    ...(device === undefined
      ? { cwd: resolve(cwd ?? process.cwd()) }
      : { device, ...(cwd === undefined ? {} : { cwd }) }),
    ...(as === undefined ? {} : { as }),
  };
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

function asLines({ verdict, check, rule, because, access, hint }: Result<'policy.check'>, asked: Asked): string[] {
  const reach = asked.access === access ? access : `${access} (asked for ${asked.access})`;
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
