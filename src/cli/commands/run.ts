/** `dispatch run`: a command on a device, its output here, its exit status ours. */

import type { ControlClient } from '../../control/client/client.ts';
import { ACCESS_LEVELS } from '../../core/access.ts';
import type { Device } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Run } from '../../core/runs.ts';
import { isAgent } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { complaintOf, exitStatusOf } from '../exit-status.ts';
import { type FollowOptions, followRun, watchLater } from '../follow-run.ts';
import { newId } from '../ids.ts';
import { actionOf } from '../run-action.ts';
import { hasStandardInput } from '../standard-input.ts';
import { terminalSize } from '../terminal-size.ts';

/** As far as it makes sense to wait for a device. */
const EXPIRE_MAX_S = 30 * 86_400;

export const command: Command = {
  usage: 'run [OPTIONS] -- COMMAND…',
  summary: 'Run a command, copy its output to standard output, and exit as it did.',
  details: [
    'One word after -- is shell text; several are run as they are. Standard input goes to the command when it is not a',
    'terminal. Without --tty both outputs of the command arrive on standard output, in order. Ctrl-C cancels the run.',
    'If policy asks, the run waits until somebody approves it: here with --yes, in a dashboard, or with "dispatch approve".',
    'A secret is one that the owner of the device keeps in [secrets] of its config.toml. Dispatch never stores its value, and hides it',
    'in output; files that a run leaves are kept as they are, so a command that writes it into one lets it out.',
    'DISPATCH_AS=agent in the environment is --agent for every command.',
    'A run on a device that is not there is queued until it is back; a link that is lost does not stop a run.',
    'With several devices each line of output begins with the name of its device, the command reads nothing, and --json is one array',
    'of runs. The exit code is 0 if all of them gave 0, else that of the first, as listed, that did not.',
  ].join('\n'),
  options: {
    on: {
      type: 'string',
      value: 'DEVICE,…',
      help: 'where: names, id prefixes, "local", or @all (default: this device)',
    },
    access: {
      type: 'string',
      value: 'LEVEL',
      words: ACCESS_LEVELS,
      help: 'read-only, workspace-write (default) or full-access',
    },
    cwd: { type: 'string', value: 'D', help: 'working folder (default: this one; on another device its home)' },
    env: { type: 'string', multiple: true, value: 'K=V', help: 'a variable for the command; its value is not kept' },
    secret: { type: 'string', multiple: true, value: 'NAME', help: 'a secret of the device, set as a variable' },
    timeout: { type: 'string', value: 'S', help: 'stop it after S seconds' },
    expire: { type: 'string', value: 'S', help: 'cancel it if its device has not taken it on within S seconds' },
    tty: { type: 'boolean', short: 't', help: 'give the command a terminal' },
    'no-stdin': { type: 'boolean', short: 'n', help: 'the command reads nothing' },
    detach: { type: 'boolean', short: 'd', help: 'print the id and come back at once' },
    yes: { type: 'boolean', short: 'y', help: 'approve what this run asks for' },
    'no-wait': { type: 'boolean', help: 'fail instead of waiting for an approval' },
    agent: { type: 'boolean', help: 'a program asks: rules may treat it apart, and it cannot say yes for itself' },
  },
  examples: [
    'dispatch run -- uname -a',
    "dispatch run --yes -- 'git log --oneline | head -5'",
    'dispatch run --tty --yes -- vi notes.txt',
    'tar c src | dispatch run --yes -- tar tv',
    'dispatch run --detach --yes -- npm test',
    'dispatch run --on gpu-box -- nvidia-smi',
    'dispatch run --on @all --yes -- uptime',
    'dispatch run --agent --access read-only -- grep -rn fixme src',
    'dispatch run --on gpu-box --secret HF_TOKEN -- ./download.sh',
  ],
  run: runCommand,
};

async function runCommand(context: CliContext, args: Arguments): Promise<number> {
  const words = [...args.positionals, ...(args.rest ?? [])];
  if (args.rest === undefined && words.length > 0) {
    throw new DispatchError('usage', 'the command stands after "--"', { hint: `dispatch run -- ${words.join(' ')}` });
  }
  const devices = targets(args.text('on'));
  const several = devices !== undefined && (devices.length > 1 || devices[0] === '@all');
  const detach = args.flag('detach');
  const tty = args.flag('tty') ? terminalSize(context.stdout) : undefined;
  if (several && tty !== undefined)
    throw new DispatchError('usage', 'one terminal cannot show several devices', { hint: 'leave --tty out' });
  const takesInput =
    !detach && !several && !args.flag('no-stdin') && hasStandardInput() && (tty !== undefined || !context.stdin.isTTY);
  const action = actionOf(args, words, takesInput, tty, devices);
  const expire = args.number('expire', { min: 1, max: EXPIRE_MAX_S });
  const agent = args.flag('agent') || isAgent(context.env);
  if (agent && args.flag('yes'))
    throw new DispatchError('usage', 'an agent cannot say yes for itself', {
      hint: 'leave --yes out: a person answers in a dashboard or with "dispatch approve"',
    });
  const id = newId();
  const client = await context.connect();
  let gone = false;
  void client.closed.then(() => {
    gone = true;
  });
  const submitted = client.call('submit', {
    id,
    task: `!${action.command}`,
    action,
    ...(devices === undefined ? {} : { devices, cwd: process.cwd() }),
    ...(expire === undefined ? {} : { expiresInMs: expire * 1000 }),
    ...(args.flag('no-wait') ? { noWait: true } : {}),
    ...(args.flag('yes') ? { approve: true } : {}),
    ...(agent ? { as: 'agent' as const } : {}),
  });
  if (detach) return printIds(context, (await submitted).runs, several);
  const print = (bytes: Uint8Array): void | Promise<void> => copy(context, bytes);
  if (several) return followAll(context, client, submitted, { yes: args.flag('yes'), agent, print });
  const options = { takesInput, tty: tty !== undefined, yes: args.flag('yes'), agent, print, inTurn: atOnce };
  // Asked for in one breath with the submission: nothing here waits for a round trip.
  const following = followRun(context, client, id, options);
  following.catch(() => {}); // if the submission is refused, that is what is told
  const { run: entered } = await submitted;
  const stopWatching = watchLater(context, client, [entered]);
  const run = await following
    .catch((error: unknown) => {
      throw gone ? withoutPeer(entered, error) : error;
    })
    .finally(stopWatching);
  if (context.json) context.printJson(run);
  const complaint = complaintOf(run, await devicesAbout(client, run));
  if (complaint !== undefined) context.note(complaint);
  return exitStatusOf(run);
}

/** Why a run on another device was cancelled may be known of that device. */
async function devicesAbout(client: ControlClient, run: Run): Promise<Device[]> {
  return run.status === 'cancelled' && run.device !== run.origin ? (await client.call('devices', {})).devices : [];
}

const atOnce: FollowOptions['inTurn'] = (work) => work();

async function followAll(
  context: CliContext,
  client: ControlClient,
  submitted: Promise<{ runs: Run[] }>,
  options: Pick<FollowOptions, 'yes' | 'agent' | 'print'>,
): Promise<number> {
  const listed = client.call('devices', {});
  listed.catch(() => {}); // if the submission is refused, that is what is told
  const { runs } = await submitted;
  const known = await listed;
  const stopWatching = watchLater(context, client, runs);
  const { runOnSeveral } = await import('../run-on-several.ts');
  const follow = (own: ControlClient, id: string, each: FollowOptions): Promise<Run> =>
    followRun(context, own, id, each);
  return runOnSeveral(context, client, { runs, known, follow, ...options }).finally(stopWatching);
}

/** With --json standard output is one document. */
function copy({ json, stderr, stdout }: CliContext, bytes: Uint8Array): void | Promise<void> {
  const sink = json ? stderr : stdout;
  if (!sink.write(bytes)) return new Promise<void>((resume) => sink.once('drain', () => resume()));
}

/** Undefined: this device, which nobody had to name. */
function targets(on: string | undefined): string[] | undefined {
  if (on === undefined || on === 'local') return undefined;
  const names = on.split(',').map((name) => (name.startsWith('@') && name !== '@all' ? name.slice(1) : name).trim());
  if (names.includes(''))
    throw new DispatchError('usage', `--on ${on}: expected DEVICE,… or @all`, {
      hint: '"dispatch devices" lists them',
    });
  return [...new Set(names)];
}

/** The connection is gone: what became of the run is for the next peer to say. */
function withoutPeer({ number }: Run, cause: unknown): DispatchError {
  return new DispatchError('unavailable', `the peer ended before run ${number} did`, {
    hint: `"dispatch show ${number}" starts the next one and tells what became of it`,
    cause,
  });
}

function printIds(context: CliContext, runs: readonly Run[], several: boolean): number {
  if (context.json) context.printJson(several ? runs : runs[0]);
  else for (const { id } of runs) context.print(id);
  return 0;
}
