/** `dispatch run`: a command on a device, its output here, its exit status ours. */

import { resolve } from 'node:path';
import type { ControlClient } from '../../control/client/client.ts';
import type { AccessLevel, ShellAction } from '../../core/actions.ts';
import { DispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { complaintOf, exitStatusOf } from '../exit-status.ts';
import { newId } from '../ids.ts';
import { safe } from '../print.ts';
import { shellText } from '../shell-words.ts';
import { hasStandardInput } from '../standard-input.ts';

const DAY_S = 86_400;

export const command: Command = {
  usage: 'run [OPTIONS] -- COMMAND…',
  summary: 'Run a command, copy its output to standard output, and exit as it did.',
  details: [
    'One word after -- is shell text; several are run as they are. Standard input goes to the command when it is not a',
    'terminal. Without --tty both outputs of the command arrive on standard output, in order. Ctrl-C cancels the run.',
    'If policy asks, the run waits until somebody approves it: here with --yes, in a dashboard, or with "dispatch approve".',
  ].join('\n'),
  options: {
    on: { type: 'string', value: 'DEVICE', help: 'where: a name, an id prefix, or "local"' },
    access: { type: 'string', value: 'LEVEL', help: 'read-only, workspace-write (default) or full-access' },
    cwd: { type: 'string', value: 'D', help: 'working folder (default: this one)' },
    env: { type: 'string', multiple: true, value: 'K=V', help: 'a variable for the command; its value is not kept' },
    timeout: { type: 'string', value: 'S', help: 'stop it after S seconds' },
    tty: { type: 'boolean', short: 't', help: 'give the command a terminal' },
    'no-stdin': { type: 'boolean', short: 'n', help: 'the command reads nothing' },
    detach: { type: 'boolean', short: 'd', help: 'print the id and come back at once' },
    yes: { type: 'boolean', short: 'y', help: 'approve what this run asks for' },
    'no-wait': { type: 'boolean', help: 'fail instead of waiting for an approval' },
  },
  examples: [
    'dispatch run -- uname -a',
    "dispatch run --yes -- 'git log --oneline | head -5'",
    'dispatch run --tty --yes -- vi notes.txt',
    'tar c src | dispatch run --yes -- tar tv',
    'dispatch run --detach --yes -- npm test',
  ],
  run: runCommand,
};

async function runCommand(context: CliContext, args: Arguments): Promise<number> {
  const words = [...args.positionals, ...(args.rest ?? [])];
  if (args.rest === undefined && words.length > 0) {
    throw new DispatchError('usage', 'the command stands after "--"', { hint: `dispatch run -- ${words.join(' ')}` });
  }
  const detach = args.flag('detach');
  const tty = args.flag('tty') ? terminalSize(context) : undefined;
  const takesInput =
    !detach && !args.flag('no-stdin') && hasStandardInput() && (tty !== undefined || !context.stdin.isTTY);
  const action = actionOf(args, words, takesInput, tty);
  const on = args.text('on');
  const id = newId();
  const client = await context.connect();
  const submitted = client.call('submit', {
    id,
    task: `!${action.command}`,
    action,
    ...(on === undefined ? {} : { device: on }),
    ...(args.flag('no-wait') ? { noWait: true } : {}),
    ...(args.flag('yes') ? { approve: true } : {}),
  });
  if (detach) return printId(context, (await submitted).run);
  // Asked for in one breath with the submission: nothing here waits for a round trip.
  const following = followRun(context, client, id, { takesInput, tty: tty !== undefined });
  following.catch(() => {}); // if the submission is refused, that is what is told
  const { run: entered } = await submitted;
  const run = await following.catch((error: unknown) => {
    throw withoutPeer(entered, error);
  });
  if (context.json) context.printJson(run);
  const complaint = complaintOf(run);
  if (complaint !== undefined) context.note(complaint);
  return exitStatusOf(run);
}

/** The connection is gone: what became of the run is for the next peer to say. */
function withoutPeer({ number }: Run, error: unknown): unknown {
  if (!(error instanceof DispatchError && error.code === 'unavailable')) return error;
  return new DispatchError('unavailable', `the peer ended before run ${number} did`, {
    hint: `"dispatch show ${number}" starts the next one and tells what became of it`,
    cause: error,
  });
}

function actionOf(args: Arguments, words: readonly string[], stdin: boolean, tty: ShellAction['tty']): ShellAction {
  const text = shellText(words);
  if (text.trim() === '')
    throw new DispatchError('usage', 'there is no command to run', {
      hint: 'dispatch run -- COMMAND, for example: dispatch run -- uname -a',
    });
  const access = args.text('access') ?? 'workspace-write';
  if (access !== 'read-only' && access !== 'workspace-write' && access !== 'full-access') {
    throw new DispatchError('usage', `--access ${access}: expected read-only, workspace-write or full-access`, {
      hint: 'dispatch run --help',
    });
  }
  const timeout = args.number('timeout', { min: 1, max: 30 * DAY_S });
  const env = Object.fromEntries(args.list('env').map(splitVariable));
  return {
    kind: 'shell',
    command: text,
    access: access satisfies AccessLevel,
    cwd: resolve(args.text('cwd') ?? process.cwd()),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    ...(tty === undefined ? {} : { tty }),
    ...(stdin ? { stdin } : {}),
  };
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1)
    throw new DispatchError('usage', `--env ${text}: expected NAME=VALUE`, {
      hint: 'dispatch run --env LANG=C -- locale',
    });
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function terminalSize({ stdout }: CliContext): { cols: number; rows: number } {
  return { cols: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
}

function printId(context: CliContext, run: Run): number {
  if (context.json) context.printJson(run);
  else context.print(run.id);
  return 0;
}

interface FollowOptions {
  readonly takesInput: boolean;
  readonly tty: boolean;
}

async function followRun(context: CliContext, client: ControlClient, id: string, options: FollowOptions): Promise<Run> {
  const onInterrupt = (): void => void client.call('cancel', { run: id }).catch(() => {});
  context.interrupted.addEventListener('abort', onInterrupt, { once: true });
  // Nobody reads the output any more: a command that is not a run would end by SIGPIPE.
  context.beforeLeaving(() => client.call('cancel', { run: id }));
  const printed = copyOutput(context, client, id);
  printed.catch(() => {}); // what goes wrong is told when it is awaited
  const restore = options.takesInput ? await sendInput(context, client, id, options.tty) : () => {};
  try {
    let [run] = (await client.call('wait', { runs: [id], orApproval: true })).runs;
    if (run !== undefined && !isFinal(run)) {
      await settleApproval(context, client, run, options);
      [run] = (await client.call('wait', { runs: [id] })).runs;
    }
    await printed;
    if (run === undefined) throw new Error('the peer forgot the run');
    return run;
  } finally {
    restore();
    context.interrupted.removeEventListener('abort', onInterrupt);
  }
}

async function copyOutput(context: CliContext, client: ControlClient, id: string): Promise<void> {
  const { chunks } = await client.output({ run: id, offset: 0 });
  let expected = 0;
  for await (const { offset, bytes } of chunks) {
    if (offset > expected)
      context.note(
        `${offset - expected} bytes of output were dropped here: [output] cap in config.toml sets how much is kept`,
      );
    expected = offset + bytes.length;
    // With --json standard output is one document.
    const sink = context.json ? context.stderr : context.stdout;
    if (!sink.write(bytes)) await new Promise<void>((resume) => sink.once('drain', () => resume()));
  }
}

async function sendInput(context: CliContext, client: ControlClient, id: string, tty: boolean): Promise<() => void> {
  const { forwardInput } = await import('../forward-input.ts');
  return forwardInput({ stdin: context.stdin, stdout: context.stdout, client, run: id, tty, onEscape: false });
}

async function settleApproval(
  context: CliContext,
  client: ControlClient,
  run: Run,
  { takesInput }: FollowOptions,
): Promise<void> {
  if (run.status !== 'waiting_approval') return;
  context.note(`run ${run.number} waits for approval: ${safe(run.action.kind === 'shell' ? run.action.command : '')}`);
  if (!takesInput && hasStandardInput() && context.stdin.isTTY && context.stderr.isTTY) {
    const { askForApproval } = await import('../ask-approval.ts');
    if (await askForApproval(context, client, run)) return;
  }
  context.note(`answer with "dispatch approve ${run.number}" or "dispatch reject ${run.number}", or in a dashboard`);
}
