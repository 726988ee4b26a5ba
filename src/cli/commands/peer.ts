/** `dispatch peer`: the engine of this machine, in the foreground; and what can be asked of the one that runs. */

import { writeSync } from 'node:fs';
import { formatHostPort, parseHostPort } from '../../config/host-port.ts';
import { DEVICE_NAME_RULE, isDeviceName } from '../../core/devices.ts';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import { refuseAgent } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { duration, safe } from '../print.ts';

const WHAT = ['status', 'stop', 'install'] as const;

export const command: Command = {
  usage: 'peer [--name N] [--listen HOST:PORT] [--no-lan] [--metrics HOST:PORT] | peer status | stop | install',
  summary: 'Run the engine of this machine in the foreground, ask or stop the one that runs, or make it a service.',
  details: [
    'Other commands start a peer in the background when they need one; it goes on until "dispatch peer stop".',
    'It logs to standard error: readable lines on a terminal and in the journal, JSON elsewhere and with --json. SIGTERM and',
    'Ctrl-C end it: it takes no new work and gives its runs 10 s to end in; a second signal ends it at once.',
    '"peer install" makes it a service of your user (systemd or launchd), with the options that stand behind it.',
  ].join('\n'),
  options: {
    name: { type: 'string', value: 'N', help: 'what this device is called (default: its host name)' },
    listen: {
      type: 'string',
      multiple: true,
      value: 'HOST:PORT',
      help: 'where paired devices reach it; may be repeated (default: port 4747 everywhere, or the next free one)',
    },
    'no-lan': { type: 'boolean', help: 'neither announce itself on the LAN nor look for others there' },
    metrics: { type: 'string', value: 'HOST:PORT', help: 'serve /metrics for Prometheus, /healthz and /readyz there' },
    print: { type: 'boolean', help: 'with install: print the file, and change nothing' },
    uninstall: { type: 'boolean', help: 'with install: stop the service and remove its file' },
    background: {
      type: 'boolean',
      help: 'say on standard output when it serves, and log to standard error (used by other commands)',
    },
  },
  examples: [
    'dispatch peer',
    'dispatch peer status --json',
    'dispatch peer stop',
    'dispatch peer install --print --metrics 127.0.0.1:9464',
  ],
  completes: WHAT,
  maxArguments: 1,
  async run(context, args) {
    const [what] = args.positionals;
    if (what === undefined) return serve(context, args);
    if (what === 'stop' || what === 'install') refuseAgent(context.env, `${what} the peer`);
    if (what === 'install') return install(context, args);
    for (const option of ['name', 'listen', 'no-lan', 'metrics', 'print', 'uninstall', 'background']) {
      if (args.flag(option) || args.text(option) !== undefined || args.list(option).length > 0)
        throw new DispatchError('usage', `peer ${what} takes no --${option}`, { hint: 'dispatch peer --help' });
    }
    if (what === 'status') return printStatus(context);
    if (what === 'stop') return stop(context);
    throw new DispatchError('usage', `peer ${what}: expected status, stop or install`, {
      hint: 'dispatch peer --help',
    });
  },
};

interface PeerSettings {
  readonly name?: string;
  readonly listen?: readonly string[];
  readonly lan?: false;
  readonly metrics?: string;
}

/** What the options say, checked; what they leave out is for config.toml to say. */
function settingsOf(args: Arguments): PeerSettings {
  const name = args.text('name');
  if (name !== undefined && !isDeviceName(name)) {
    throw new DispatchError('usage', `--name ${name}: expected ${DEVICE_NAME_RULE}`, {
      hint: 'choose a name that "@name" in a task can hold',
    });
  }
  const listen = args.list('listen').map((text) => hostPort('listen', text));
  const metrics = args.text('metrics');
  return {
    ...(name === undefined ? {} : { name }),
    ...(listen.length === 0 ? {} : { listen }),
    ...(args.flag('no-lan') ? { lan: false } : {}),
    ...(metrics === undefined ? {} : { metrics: hostPort('metrics', metrics) }),
  };
}

function hostPort(option: string, text: string): string {
  const answer = parseHostPort(text, { names: false });
  if (!answer.ok)
    throw new DispatchError('usage', `--${option} ${text}: ${answer.why}`, { hint: 'dispatch peer --help' });
  return formatHostPort(answer.value);
}

async function serve(context: CliContext, args: Arguments): Promise<number> {
  const background = args.flag('background');
  const tell = (answer: unknown): void => void (background && tellStarter(answer));
  // A full disk under the log file is no reason to end.
  context.stderr.on('error', () => {});
  const stopping = watchSignals(context);
  try {
    for (const option of ['print', 'uninstall'])
      if (args.flag(option))
        throw new DispatchError('usage', `--${option} goes with "peer install"`, { hint: 'dispatch peer --help' });
    const settings = settingsOf(args);
    const { startPeer } = await import('../../peer/start.ts');
    const { chooseLogFormat, identifyStderr, notifySupervisor, withoutSupervisor } = await import(
      '../../peer/supervisor.ts'
    );
    const { env, json, stderr } = context;
    const peer = await startPeer({
      ...settings,
      paths: context.paths,
      env: withoutSupervisor(env),
      version: context.version,
      logFormat: chooseLogFormat({ env, json, isTerminal: stderr.isTTY === true, stderr: identifyStderr() }),
      writeLog: (line) => void stderr.write(line),
    });
    stopping.signal.addEventListener('abort', () => void peer.close('a signal'), { once: true });
    if (stopping.signal.aborted) void peer.close('a signal');
    tell({ serving: true });
    if (stderr.isTTY) context.note(`peer "${peer.status().name}" serves at ${context.paths.socket}; Ctrl-C stops it`);
    const untold = await notifySupervisor(env, ['READY=1', `STATUS=serves as ${peer.status().name}`]);
    if (untold !== undefined) peer.log.warn(`systemd cannot be told that the peer serves: systemd-notify: ${untold}`);
    await peer.closed;
    return 0;
  } catch (error) {
    tell({ error: asDispatchError(error).toWire() });
    throw error;
  } finally {
    stopping.forget();
  }
}

/** The first signal asks for an end in good order; the second is not asked twice. */
function watchSignals(context: CliContext): { signal: AbortSignal; forget(): void } {
  const stopping = new AbortController();
  const signals = ['SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!stopping.signal.aborted) {
      stopping.abort();
      return;
    }
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  context.interrupted.addEventListener('abort', () => stopping.abort(), { once: true });
  for (const signal of signals) process.on(signal, onSignal);
  return { signal: stopping.signal, forget };
}

/** Whoever started us in the background waits for exactly one line (see start-peer.ts), or is gone: others may be served. */
function tellStarter(answer: unknown): void {
  try {
    writeSync(1, `${JSON.stringify(answer)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

async function printStatus(context: CliContext): Promise<number> {
  const client = await context.connect({ start: false });
  const status = await client.call('status', {});
  if (context.json) {
    context.printJson(status);
    return 0;
  }
  context.print(
    `peer "${safe(status.name)}" ${status.version}, process ${status.pid}, up ${duration(Date.now() - status.startedAt)}`,
  );
  for (const address of status.addresses) context.print(`reached at ${safe(address)}`);
  context.print(`home ${safe(status.home)}`);
  context.print(`${status.load.running} running, ${status.load.queued} waiting for a free slot`);
  return 0;
}

async function install(context: CliContext, args: Arguments): Promise<number> {
  const { name, listen = [], lan, metrics } = settingsOf(args);
  const { describeService, installService, uninstallService } = await import('../../peer/install.ts');
  const service = describeService({
    paths: context.paths,
    env: context.env,
    args: [
      ...(name === undefined ? [] : ['--name', name]),
      ...listen.flatMap((address) => ['--listen', address]),
      ...(lan === false ? ['--no-lan'] : []),
      ...(metrics === undefined ? [] : ['--metrics', metrics]),
    ],
  });
  if (args.flag('print')) {
    if (context.json) context.printJson(service);
    else context.stdout.write(service.text);
    return 0;
  }
  if (args.flag('uninstall')) {
    const removed = await uninstallService(service, context.env);
    if (context.json) context.printJson({ file: service.file, removed });
    else context.print(removed ? `stopped, and removed ${safe(service.file)}` : `there is no ${safe(service.file)}`);
    return 0;
  }
  const report = await installService(service, { env: context.env, servedBy: await servingPid(context) });
  if (context.json) {
    context.printJson(report);
    return 0;
  }
  context.print(`wrote ${safe(report.file)}`);
  context.print(report.running ? `${service.manager} runs the peer` : `${service.manager} does not run the peer yet`);
  for (const { what, command } of report.next) context.print(`  to ${what}:\n    ${safe(command)}`);
  return 0;
}

async function servingPid(context: CliContext): Promise<number | undefined> {
  try {
    return (await (await context.connect({ start: false })).peer).pid;
  } catch (error) {
    if (error instanceof DispatchError && error.code === 'unavailable') return undefined;
    throw error;
  }
}

async function stop(context: CliContext): Promise<number> {
  let client: Awaited<ReturnType<CliContext['connect']>>;
  try {
    client = await context.connect({ start: false });
  } catch (error) {
    if (!(error instanceof DispatchError && error.code === 'unavailable')) throw error;
    context.note('no peer runs on this machine');
    return 0;
  }
  await client.call('stop', {});
  await client.closed; // the last thing that the peer closes, after everything that it runs and its database
  if (context.json) context.printJson({ stopped: true });
  else context.print('stopped');
  return 0;
}
