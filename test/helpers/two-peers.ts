// Real peers side by side: processes with homes of their own, which listen on loopback and are paired with a real ticket through
// the command line. What a test wants to know of them it asks as a client of each does.
import { afterEach } from 'vitest';
import { freePort } from '../../scripts/lib/free-port.ts';
import { newId } from '../../src/cli/ids.ts';
import type { ControlClient } from '../../src/control/client/client.ts';
import type { ShellAction } from '../../src/core/actions.ts';
import type { Device } from '../../src/core/devices.ts';
import type { LogEvent } from '../../src/core/events.ts';
import type { Grant } from '../../src/core/grants.ts';
import { isFinal, type Run } from '../../src/core/runs.ts';
import type { Change, SubmitParams } from '../../src/protocol/api.ts';
import { type CliHome, createHome, type Running } from './cli.ts';
import { until } from './until.ts';

/** A device that was away is found again well within this, whatever else the machine does. */
const PRESENT_MS = 40_000;

export interface PeerHome extends CliHome {
  /** What its device is called. */
  readonly name: string;
  /** The port that it listens at, the same after every start. */
  readonly port: number;
  /** Starts its peer where it was, and waits until it serves. */
  begin(): Promise<Running>;
  /** The one client that the helpers below share; a new one after a restart of the peer. */
  ask(): Promise<ControlClient>;
}

export interface PeerHomeOptions {
  readonly config?: string;
  /** Where it listens; loopback if absent. */
  readonly host?: string;
  /** Where others are told to find it, as host:port. */
  readonly announce?: readonly string[];
  /** Devices on the LAN are looked for and told; not by default. */
  readonly lan?: boolean;
  /** What the processes of the home are started through, such as `ip netns exec NAME`. */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface PeerStage {
  /** A home whose peer is not started yet. It goes with the test. */
  home(name: string, options?: PeerHomeOptions): Promise<PeerHome>;
  /** Homes whose peers serve. */
  peers(...names: string[]): Promise<PeerHome[]>;
}

/** To be called at the top of a test file: ends everything after each test. */
export function peerStage(): PeerStage {
  const homes: PeerHome[] = [];
  afterEach(async () => {
    await Promise.all(homes.splice(0).map((home) => home.dispose()));
  });
  const home: PeerStage['home'] = async (name, options) => {
    const made = await createPeerHome(name, options);
    homes.push(made);
    return made;
  };
  return {
    home,
    async peers(...names) {
      const made = await Promise.all(names.map((name) => home(name)));
      await Promise.all(made.map((each) => each.begin()));
      return made;
    },
  };
}

export async function createPeerHome(name: string, options: PeerHomeOptions = {}): Promise<PeerHome> {
  const { config = '', host = '127.0.0.1', announce = [], lan = false, through = [], env } = options;
  const base = createHome({ through, ...(env === undefined ? {} : { env }) });
  const port = await freePort();
  const network = { listen: [`${host}:${port}`], announce, lan };
  base.writeConfig(`[device]\nname = "${name}"\n[network]\n${toml(network)}${config}`);
  let asked: Promise<ControlClient> | undefined;
  const forget = (): void => {
    asked = undefined;
  };
  return {
    ...base,
    name,
    port,
    begin: () => base.startPeer(),
    async ask() {
      asked ??= base.client().then((client) => {
        void client.closed.then(forget);
        return client;
      });
      asked.catch(forget);
      return asked;
    },
  };
}

/** The values of JSON that are used here are values of TOML too. */
function toml(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');
}

export interface PairOptions {
  /** What the guest may do at its host. */
  readonly allow: readonly Grant[];
  /** What the host may do at the guest, if anything. */
  readonly mutual?: readonly Grant[];
}

/** `host` opens a session, `guest` takes the ticket up: afterwards each sees the other online. Both peers serve already. */
export async function pairHomes(host: PeerHome, guest: PeerHome, { allow, mutual }: PairOptions): Promise<void> {
  const offer = host.start([
    'pair',
    '--allow',
    allow.join(','),
    ...(mutual === undefined ? [] : ['--mutual']),
    '--json',
  ]);
  const { ticket } = await firstLine<{ ticket: string }>(offer);
  const joined = await guest.cli(
    ['pair', '-', '--yes', '--json', ...(mutual === undefined ? [] : ['--give', mutual.join(',')])],
    { stdin: `${ticket}\n` },
  );
  if (joined.code !== 0) throw new Error(`${guest.name} did not pair with ${host.name}: ${joined.out}${joined.err}`);
  const ended = await offer.done;
  if (ended.code !== 0) throw new Error(`${host.name} did not pair with ${guest.name}: ${ended.out}${ended.err}`);
  await Promise.all([online(guest, host.name), online(host, guest.name)]);
}

/** The first line that a process prints, as JSON. */
export async function firstLine<T>(process: Running): Promise<T> {
  await process.printed('\n');
  return JSON.parse(process.out().split('\n', 1)[0] as string) as T;
}

export async function deviceOf(home: PeerHome, name: string): Promise<Device> {
  const { devices } = await (await home.ask()).call('devices', {});
  const device = devices.find((each) => each.name === name);
  if (device === undefined) {
    throw new Error(`${home.name} knows no device "${name}": ${devices.map((each) => each.name).join(', ')}`);
  }
  return device;
}

/** Waits until the device is as expected in the eyes of the home; gives it. */
export async function deviceIs(
  home: PeerHome,
  name: string,
  what: string,
  check: (device: Device) => boolean,
  withinMs = PRESENT_MS,
): Promise<Device> {
  return until(
    `${name} ${what} at ${home.name}`,
    async () => {
      const device = await deviceOf(home, name);
      return check(device) ? device : undefined;
    },
    withinMs,
  );
}

export const online = (home: PeerHome, name: string, withinMs?: number): Promise<Device> =>
  deviceIs(home, name, 'online', ({ presence }) => presence.state === 'online', withinMs);

export const offline = (home: PeerHome, name: string, withinMs?: number): Promise<Device> =>
  deviceIs(home, name, 'offline', ({ presence }) => presence.state === 'offline', withinMs);

/** Submits a shell command as a dashboard does; gives the run as it entered the log. */
export async function submit(
  home: PeerHome,
  command: string,
  {
    on,
    action,
    ...params
  }: { on: readonly string[]; action?: Partial<ShellAction> } & Partial<Omit<SubmitParams, 'action'>>,
): Promise<Run> {
  const shell: ShellAction = { kind: 'shell', command, access: 'workspace-write', ...action };
  const answer = await (await home.ask()).call('submit', {
    id: newId(),
    task: `!${command}`,
    action: shell,
    devices: [...on],
    approve: true,
    ...params,
  });
  return answer.run;
}

/** Waits until the run has ended in the eyes of the home. */
export async function ended(home: PeerHome, run: string, withinMs?: number): Promise<Run> {
  return runBecomes(home, run, 'final', isFinal, withinMs);
}

export async function runBecomes(
  home: PeerHome,
  run: string,
  what: string,
  check: (run: Run) => boolean,
  withinMs?: number,
): Promise<Run> {
  return until(
    `run ${run} ${what} at ${home.name}`,
    async () => {
      const detail = await (await home.ask()).call('run.get', { run });
      return check(detail.run) ? detail.run : undefined;
    },
    withinMs,
  );
}

/** All that the run printed, read through the peer of the home; throws where a byte is missing. */
export async function outputOf(home: PeerHome, run: string): Promise<Buffer> {
  const { chunks } = await (await home.ask()).output({ run, offset: 0 });
  const parts: Uint8Array[] = [];
  let at = 0;
  for await (const { offset, bytes } of chunks) {
    if (offset !== at) throw new Error(`the output of ${run} goes on at ${offset} after ${at}`);
    at += bytes.length;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** Every event that the peer of the home tells of, from the beginning of all logs to now, in its order. */
export async function eventsAt(home: PeerHome): Promise<readonly LogEvent[]> {
  const client = await home.client();
  const events: LogEvent[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const mark = newId();
  client.on('change', ({ event }: Change) => {
    if (event.type === 'message.said' && event.data.text === mark) resolve();
    else events.push(event);
  });
  await client.call('follow', { cursor: {} });
  // What is said now comes after everything that was there.
  await client.call('say', { text: mark });
  await all;
  client.close();
  return events;
}
