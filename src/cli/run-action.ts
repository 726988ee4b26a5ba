/** What `dispatch run` was told to do, as an action. */

import { resolve } from 'node:path';
import type { ShellAction } from '../core/actions.ts';
import { DispatchError } from '../core/errors.ts';
import { accessLevel } from './access-level.ts';
import type { Arguments } from './command.ts';
import { shellText } from './shell-words.ts';

const TIMEOUT_MAX_S = 30 * 86_400;

/** `devices`: those that were named; undefined for this one. Throws `usage`. */
export function actionOf(
  args: Arguments,
  words: readonly string[],
  stdin: boolean,
  tty: ShellAction['tty'],
  devices: readonly string[] | undefined,
): ShellAction {
  const text = shellText(words);
  if (text.trim() === '')
    throw new DispatchError('usage', 'there is no command to run', {
      hint: 'dispatch run -- COMMAND, for example: dispatch run -- uname -a',
    });
  const access = accessLevel('--access', args.text('access') ?? 'workspace-write', 'dispatch run --help');
  const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
  const env = Object.fromEntries(args.list('env').map(splitVariable));
  const secrets = [...new Set(args.list('secret').map(secretName))];
  return {
    kind: 'shell',
    command: text,
    access,
    ...folderOf(args.text('cwd'), devices === undefined),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    ...(tty === undefined ? {} : { tty }),
    ...(stdin ? { stdin } : {}),
  };
}

/** A folder of this machine says nothing on another: there only what was asked for counts, as it was written. */
function folderOf(cwd: string | undefined, isHere: boolean): { cwd?: string } {
  if (isHere) return { cwd: resolve(cwd ?? process.cwd()) };
  return cwd === undefined ? {} : { cwd };
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1)
    throw new DispatchError('usage', `--env ${text}: expected NAME=VALUE`, {
      hint: 'dispatch run --env LANG=C -- locale',
    });
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** Its value is never given here: a name with "=" would be somebody trying to. */
function secretName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new DispatchError('usage', '--secret: expected the name of a secret, without its value', {
    hint: 'dispatch run --secret API_TOKEN -- ./deploy.sh',
  });
}
