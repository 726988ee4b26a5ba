// Two homes on this machine whose peers are paired with a real ticket: `near` asks, `far` executes. Their peers listen on
// loopback and see each other before anything is measured.
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlClient } from '../../../src/control/client/client.ts';
import { type Home, makeHome, type Peer } from './home.ts';
import { LAUNCHER, runToEnd, start } from './processes.ts';

const ONLINE_MS = 30_000;
/** What the executing device is called, so that `--on far` reads like `ssh far`. */
export const FAR = 'far';

export interface PairedHomes {
  readonly near: Home;
  readonly far: Home;
  readonly peers: { readonly near: Peer; readonly far: Peer };
  close(): Promise<void>;
}

export interface PairedOptions {
  /** For the config.toml of both. */
  readonly config?: string;
  readonly say: (line: string) => void;
}

export async function pairedHomes({ config = '', say }: PairedOptions): Promise<PairedHomes> {
  const named = (name: string): Promise<Home> =>
    makeHome({ entries: 0, say, config: `${config}[device]\nname = "${name}"\n` });
  const homes = { near: await named('near'), far: await named(FAR) };
  const peers = { near: await homes.near.startPeer(), far: await homes.far.startPeer() };
  const close = async (): Promise<void> => {
    for (const peer of Object.values(peers)) await peer.stop();
    for (const home of Object.values(homes)) home.remove();
  };
  try {
    await pair(homes.far, homes.near);
    await online(homes.near, FAR);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...homes, peers, close };
}

/** `host` opens a session and allows everything, `guest` takes its ticket up. */
async function pair(host: Home, guest: Home): Promise<void> {
  const offer = start(process.execPath, [LAUNCHER, 'pair', '--allow', 'run,approve,observe', '--json'], {
    env: host.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => offer.once('close', () => resolve()));
  const { promise: ticket, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  offer.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
    const end = said.indexOf('\n');
    if (end !== -1) resolve((JSON.parse(said.slice(0, end)) as { ticket: string }).ticket);
  });
  void ended.then(() => reject(new Error(`no ticket: ${said}`)));
  await runToEnd(process.execPath, [LAUNCHER, 'pair', '-', '--yes', '--json'], guest.env, `${await ticket}\n`);
  await ended;
}

async function online(home: Home, name: string): Promise<void> {
  const client = await home.connect();
  const deadline = performance.now() + ONLINE_MS;
  while (!(await sees(client, name))) {
    if (performance.now() > deadline) throw new Error(`"${name}" is not online after ${ONLINE_MS} ms`);
    await delay(20);
  }
  client.close();
}

async function sees(client: ControlClient, name: string): Promise<boolean> {
  const { devices } = await client.call('devices', {});
  return devices.some((device) => device.name === name && device.presence.state === 'online');
}
