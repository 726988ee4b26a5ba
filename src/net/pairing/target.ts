/** Whom a joiner wants to reach, and with what: read from a ticket, a code or a place, before anything is sent to anybody. */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import { parseCode } from '../../protocol/pairing/code.ts';
import { fingerprintOf, keyOf } from '../../protocol/pairing/device-key.ts';
import { parseTicket } from '../../protocol/pairing/ticket.ts';
import { equalBytes, type PairMethod } from '../../protocol/pairing/transcript.ts';
import type { PairJoinParams } from '../../protocol/pairing-api.ts';
import { formatEndpoint, formatMultiaddr, parseEndpoint, toMultiaddr } from '../addresses.ts';
import { within } from './deadline.ts';
import { type CeremonyDeps, DIAL_MS } from './deps.ts';
import { refused } from './refusals.ts';

export interface Target {
  readonly method: PairMethod;
  readonly device: DeviceId;
  /** Multiaddrs without `/p2p/`. */
  readonly addresses: readonly string[];
  /** Nothing with `compare`. */
  readonly secret: Uint8Array;
  /** What the keys are derived with besides the secret. */
  readonly salt: Uint8Array;
  /** Of a ticket. */
  readonly session?: Uint8Array;
  /** Of a ticket, by the clock of its issuer: it explains, and decides nothing. */
  readonly expiresAt?: number;
}

/** Where `host` alone is reached. */
const DEFAULT_PORT = 4747;
const NOTHING = new Uint8Array();

/** Rejects where there is nobody to be reached, or somebody else; nothing has been sent then but the handshake of a dial. */
export async function findTarget(deps: CeremonyDeps, params: PairJoinParams): Promise<Target> {
  if ('ticket' in params) return ofTicket(deps, params.ticket);
  if ('code' in params) {
    const { fingerprint, secret } = parseCode(params.code);
    if (equalBytes(fingerprintOf(deps.host.id), fingerprint)) throw ownTicket('code');
    const { device, addresses } = await locate(deps, params.at);
    if (!equalBytes(fingerprintOf(device), fingerprint)) throw otherDevice(params.at);
    return { method: 'code', device, addresses, secret, salt: fingerprint };
  }
  return { method: 'compare', ...(await locate(deps, params.at)), secret: NOTHING, salt: NOTHING };
}

function ofTicket({ host, lan }: CeremonyDeps, text: string): Target {
  const { issuer, session, secret, expiresAt, addresses } = parseTicket(text);
  if (issuer === host.id) throw ownTicket('ticket');
  const all = [...new Set([...addresses, ...lan.addressesOf(issuer)])];
  if (all.length === 0) throw nowhere('the ticket names no address, and its device is not on the LAN');
  return { method: 'ticket', device: issuer, addresses: all, secret, salt: session, session, expiresAt };
}

async function locate(deps: CeremonyDeps, at: string): Promise<{ device: DeviceId; addresses: readonly string[] }> {
  const { host, lan, clock } = deps;
  const place = at.trim();
  if (keyOf(place) !== undefined) {
    const device = place as DeviceId;
    if (device === host.id) throw ownAddress();
    const addresses = lan.addressesOf(device);
    if (addresses.length === 0) throw nowhere('that device is not on the LAN any more');
    return { device, addresses };
  }
  const endpoint = parseEndpoint(place, DEFAULT_PORT);
  const address = toMultiaddr(endpoint);
  const what = `the handshake of ${formatEndpoint(endpoint)}`;
  const device = await within({ clock, ms: DIAL_MS, what }, (signal) => host.identify(address, signal));
  if (device === host.id) throw ownAddress();
  return { device, addresses: [address] };
}

/** What a dial or a broken connection means for who wants to pair. `now`: by the clock of this device. */
export function explainReach(error: unknown, target: Target, now: number): unknown {
  const stage = error instanceof DispatchError ? error.details?.stage : undefined;
  if (stage === 'identity') {
    return new DispatchError('unavailable', `another device answers at ${placesOf(target)}: nothing was sent to it`, {
      hint: 'see which machine has that address now, or have a new ticket shown',
      cause: error,
      details: { stage },
    });
  }
  if (stage !== 'denied' && stage !== 'lost') return error;
  // Who has no open session lets no stranger in, and says no more.
  const over = target.expiresAt !== undefined && target.expiresAt <= now;
  const { code, message, hint } = refused(over ? 'expired' : 'closed');
  return new DispatchError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
    details: { stage, refusal: over ? 'expired' : 'closed' },
  });
}

export function placesOf({ addresses }: Target): string {
  return addresses.map(formatMultiaddr).join(', ');
}

function ownTicket(what: 'ticket' | 'code'): DispatchError {
  return new DispatchError('invalid', `that ${what} is of this very device`, { hint: 'use it on the other one' });
}

function ownAddress(): DispatchError {
  return new DispatchError('invalid', 'that address is of this very device', {
    hint: 'give the address of the other one',
  });
}

function otherDevice(at: string): DispatchError {
  return new DispatchError(
    'unavailable',
    `the code is of another device than the one at ${at}: nothing was sent to it`,
    {
      hint: 'see whether the address is that of the device that shows the code',
      details: { stage: 'identity' },
    },
  );
}

function nowhere(message: string): DispatchError {
  return new DispatchError('unavailable', message, {
    hint: 'use the code of the other device with its HOST:PORT',
    details: { stage: 'no-address' },
  });
}
