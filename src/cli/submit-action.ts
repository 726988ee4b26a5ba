/** Has something other than a shell command done, and stays with it to its end: what `run` does, for all other kinds of actions. */

import type { ControlClient } from '../control/client/client.ts';
import type { Action } from '../core/actions.ts';
import { DispatchError } from '../core/errors.ts';
import type { Run } from '../core/runs.ts';
import { isAgent } from './agent.ts';
import type { Arguments, Option } from './command.ts';
import type { CliContext } from './context.ts';
import { complaintOf, exitStatusOf } from './exit-status.ts';
import { followRun, watchLater } from './follow-run.ts';
import { newId } from './ids.ts';
import { showProgress } from './show-progress.ts';

/** Of every command that has something done. */
export const SUBMIT_OPTIONS: Readonly<Record<string, Option>> = {
  yes: { type: 'boolean', short: 'y', help: 'approve what this asks for' },
  'no-wait': { type: 'boolean', help: 'fail instead of waiting for an approval' },
  detach: { type: 'boolean', short: 'd', help: 'print the id and come back at once' },
  timeout: { type: 'string', value: 'S', help: 'stop it after S seconds' },
  agent: { type: 'boolean', help: 'a program asks: rules may treat it apart, and it cannot say yes for itself' },
};

export const ON_OPTION: Option = { type: 'string', value: 'DEVICE', help: 'where (default: this device)' };

export interface Submitting {
  readonly task: string;
  readonly action: Action;
  /** Undefined for this one. */
  readonly device: string | undefined;
  /** Of a question: it goes on with the newest answer. */
  readonly followUp?: true;
  /** Standard output is what the run prints, also with --json: it is a document then. */
  readonly prints?: 'document';
  /** With --json, what is printed of the run in the place of it alone. */
  readonly document?: (client: ControlClient, run: Run) => Promise<unknown>;
  /** What is shown of each piece of it; all if absent. */
  readonly shown?: (piece: Uint8Array) => Uint8Array;
}

/** What `--yes`, `--no-wait` and `--agent` say. Throws `usage` where they contradict each other. */
export function submitFlags(
  context: CliContext,
  args: Arguments,
): { noWait?: boolean; approve?: boolean; as?: 'agent' } {
  const agent = args.flag('agent') || isAgent(context.env);
  if (agent && args.flag('yes')) {
    throw new DispatchError('usage', 'an agent cannot say yes for itself', {
      hint: 'leave --yes out: a person answers in a dashboard or with "dispatch approve"',
    });
  }
  return {
    ...(args.flag('no-wait') ? { noWait: true } : {}),
    ...(args.flag('yes') ? { approve: true } : {}),
    ...(agent ? { as: 'agent' as const } : {}),
  };
}

/** Gives the exit code. `then` is called with what it became, before that is told. */
export async function submitAction(
  context: CliContext,
  args: Arguments,
  { task, action, device, followUp, prints, document = async (_, run) => run, shown = (piece) => piece }: Submitting,
  then: (run: Run) => Promise<void> = async () => {},
): Promise<number> {
  const id = newId();
  const flags = submitFlags(context, args);
  const client = await context.connect();
  const submitted = client.call('submit', {
    id,
    task,
    action,
    devices: [device ?? 'local'],
    cwd: process.cwd(),
    ...(followUp === undefined ? {} : { followUp }),
    ...flags,
  });
  if (args.flag('detach')) {
    const { run } = await submitted;
    if (context.json) context.printJson(run);
    else context.print(run.id);
    return 0;
  }
  const progress = showProgress(context, client, id);
  const sink = context.json && prints === undefined ? context.stderr : context.stdout;
  const following = followRun(context, client, id, {
    takesInput: false,
    tty: false,
    yes: args.flag('yes'),
    agent: flags.as !== undefined,
    print: (bytes) => {
      progress.clear();
      if (!sink.write(shown(bytes))) return new Promise<void>((resume) => sink.once('drain', () => resume()));
    },
    inTurn: async (work) => {
      progress.clear();
      await work();
    },
  });
  following.catch(() => {}); // if the submission is refused, that is what is told
  const { run: entered } = await submitted.catch((error: unknown) => {
    progress.stop();
    throw error;
  });
  const stopWatching = watchLater(context, client, [entered]);
  const run = await following.finally(() => {
    progress.stop();
    stopWatching();
  });
  await then(run);
  if (context.json && prints === undefined) context.printJson(await document(client, run));
  const complaint = complaintOf(run);
  if (complaint !== undefined) context.note(complaint);
  return exitStatusOf(run);
}
