// The real program, talking over a real control socket to an engine in memory that knows other devices: what they do is up to
// the test.
import { onTestFinished } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId, Sha256 } from '../../../src/core/ids.ts';
import type { OutputChunk } from '../../../src/protocol/api.ts';
import { formatCode } from '../../../src/protocol/pairing/code.ts';
import { deviceOf } from '../../../src/protocol/pairing/device-key.ts';
import { formatTicket } from '../../../src/protocol/pairing/ticket.ts';
import type { PairingSession, PairProposal } from '../../../src/protocol/pairing-api.ts';
import { type CliHome, createHome, LAUNCHER } from '../../helpers/cli.ts';
import { startTerminal, type TerminalDriver, type TerminalOptions } from '../../helpers/terminal-driver.ts';
import { type Serving, serve } from '../control/harness.ts';
import { makeDevice } from '../control/memory-api.ts';

export interface Far {
  readonly home: CliHome;
  readonly peer: Serving;
  /** The program on a terminal. */
  terminal(args: readonly string[], options?: Partial<TerminalOptions>): TerminalDriver;
}

/** Until the test ends. */
export async function far(...others: Device[]): Promise<Far> {
  const home = createHome();
  onTestFinished(() => home.dispose());
  const peer = await serve({ path: home.paths.socket });
  peer.setOthers(others);
  return {
    home,
    peer,
    terminal(args, options = {}) {
      const driver = startTerminal({
        command: process.execPath,
        args: [LAUNCHER, ...args],
        cwd: home.work,
        cols: 120,
        ...options,
        env: { DISPATCH_HOME: home.path, DISPATCH_DEV: home.env.DISPATCH_DEV, ...options.env },
      });
      onTestFinished(() => driver.dispose());
      return driver;
    },
  };
}

export function farDevice(name: string, changes: Partial<Device> = {}): Device {
  return {
    ...makeDevice(name),
    id: `12D3KooW${name.replaceAll('-', '')}` as DeviceId,
    local: false,
    version: '0.1.0',
    presence: { state: 'online', since: 1, roundTripMs: 12.4 },
    load: { running: 1, slots: 4 },
    grants: { held: ['run'], given: [] },
    addresses: ['192.0.2.5:4747'],
    ...changes,
  };
}

export const offline = (device: Device): Device => ({
  ...device,
  presence: { state: 'offline', since: Date.now(), stage: 'refused', detail: 'nobody listens at 192.0.2.5:4747' },
});

export const DIGEST = 'd'.repeat(64) as Sha256;

/** The device whose ticket and code these are. */
export const ISSUER = deviceOf(Buffer.alloc(32, 7));
const EXPIRES_AT = Date.now() + 600_000;

export const SESSION: PairingSession = {
  ticket: formatTicket({
    issuer: ISSUER,
    session: Buffer.alloc(8, 1),
    secret: Buffer.alloc(16, 2),
    expiresAt: EXPIRES_AT,
    addresses: ['/ip4/192.0.2.1/tcp/4747'],
  }),
  code: formatCode(ISSUER, Buffer.alloc(5, 3)),
  addresses: ['192.0.2.1:4747', '[2001:db8::1]:4747'],
  allow: ['run'],
  mutual: false,
  compare: false,
  expiresAt: EXPIRES_AT,
};

export const PROPOSAL: PairProposal = {
  proposal: 'p1',
  device: { id: '12D3KooWgpubox', name: 'gpu-box', platform: 'linux' },
  words: ['apple', 'bread', 'cloud', 'dance'],
  offered: ['run'],
  asksMutual: false,
  clockAheadMs: 10,
};

/** Output that comes piece by piece and ends. */
export async function* pieces(...texts: string[]): AsyncIterable<OutputChunk> {
  let offset = 0;
  for (const text of texts) {
    const bytes = Buffer.from(text);
    yield { offset, bytes };
    offset += bytes.length;
  }
}
