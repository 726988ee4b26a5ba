/**
 * The paste form of a ticket, `dispatch1:` and then base32 of
 *
 *     length of what follows (1 byte) | key of the issuer (32) | session (8) | secret (16) | expiry, Unix seconds (4)
 *     | up to 4 addresses | checksum (4): SHA-256 of the label and all before it, cut off
 *
 * One word, in either case: in capitals it fits the alphanumeric mode of QR codes, which needs a third fewer squares. Whoever reads
 * one checks the form only: whether it still counts is for its issuer to say.
 */

import { createHash } from 'node:crypto';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import { bitsOf, readBase32, spellBase32 } from './base32.ts';
import { deviceOf, KEY_BYTES, keyOf } from './device-key.ts';
import { packAddress, unpackAddresses } from './packed-addresses.ts';

/** Raised when the form changes. */
const TICKET_VERSION = 1;
export const SESSION_BYTES = 8;
export const TICKET_SECRET_BYTES = 16;
const MAX_ADDRESSES = 4;
const CHECKSUM_BYTES = 4;
const FIXED_BYTES = KEY_BYTES + SESSION_BYTES + TICKET_SECRET_BYTES + 4;
/** Far over any real one: what is longer is not read at all. */
const MAX_TEXT = 2000;

export interface Ticket {
  readonly issuer: DeviceId;
  readonly session: Uint8Array;
  readonly secret: Uint8Array;
  /** Unix milliseconds by the clock of the issuer, in whole seconds. */
  readonly expiresAt: number;
  /** Multiaddrs without `/p2p/`, at most 4. */
  readonly addresses: readonly string[];
}

/** Addresses that do not fit are left out. */
export function formatTicket(ticket: Ticket): string {
  const key = keyOf(ticket.issuer);
  if (key === undefined) throw new TypeError('a ticket needs the id of a device as its issuer');
  const expiry = Buffer.alloc(4);
  expiry.writeUInt32BE(Math.floor(ticket.expiresAt / 1000));
  const body = Buffer.concat([key, ticket.session, ticket.secret, expiry, ...packAll(ticket.addresses)]);
  const counted = Buffer.concat([Buffer.of(body.length + CHECKSUM_BYTES), body]);
  return `dispatch${TICKET_VERSION}:${spellBase32(Buffer.concat([counted, checksum(counted)]))}`;
}

function packAll(addresses: readonly string[]): Buffer[] {
  const packed: Buffer[] = [];
  let room = 0xff - FIXED_BYTES - CHECKSUM_BYTES;
  for (const address of addresses) {
    const bytes = packAddress(address);
    if (bytes === undefined || bytes.length > room || packed.length === MAX_ADDRESSES) continue;
    packed.push(bytes);
    room -= bytes.length;
  }
  return packed;
}

/** Throws `invalid` or `version`, and never says what the text holds: it may be a secret with a typo. */
export function parseTicket(text: string): Ticket {
  const [, version, spelled] = /^dispatch(\d{1,9}):(.*)$/i.exec(tidy(text)) ?? [];
  if (version === undefined || spelled === undefined) throw noTicket(text);
  if (Number(version) !== TICKET_VERSION) throw wrongVersion(Number(version));
  const stranger = [...spelled].findIndex((character) => bitsOf(character) === undefined);
  if (stranger >= 0) throw mistyped(`character ${stranger + 1} after "dispatch${version}:" is none of a ticket`);
  const bytes = readBase32(spelled);
  const missing = charactersOf(spelled) - spelled.length;
  if (missing > 0) throw mistyped(`its last ${missing} characters are missing`);
  if (bytes === undefined || missing < 0) throw mistyped('it is longer than it says');
  return readBody(bytes);
}

/** How many it says that it has; at least two have to be there. */
function charactersOf(spelled: string): number {
  const length = 1 + (((bitsOf(spelled[0] ?? '') ?? 0) << 3) | ((bitsOf(spelled[1] ?? '') ?? 0) >>> 2));
  return Math.ceil((length * 8) / 5);
}

/**
 * The ticket in a text that may go on after it; undefined while its end is missing, or where there is none. Whether it is whole and
 * right is for `parseTicket` to say.
 */
export function findTicket(text: string): string | undefined {
  const [, head, version, rest] = /(dispatch(\d{1,9}):)(.*)$/i.exec(tidy(text)) ?? [];
  if (head === undefined || rest === undefined) return undefined;
  // Of another version nothing is known but that.
  if (Number(version) !== TICKET_VERSION) return head + rest;
  const characters = charactersOf(rest);
  return rest.length < 2 || rest.length < characters ? undefined : head + rest.slice(0, characters);
}

function readBody(bytes: Buffer): Ticket {
  const counted = bytes.subarray(0, -CHECKSUM_BYTES);
  if (bytes.length < 1 + FIXED_BYTES + CHECKSUM_BYTES || !checksum(counted).equals(bytes.subarray(-CHECKSUM_BYTES))) {
    throw mistyped('its checksum does not fit');
  }
  let at = 1;
  const take = (count: number): Buffer => {
    at += count;
    return counted.subarray(at - count, at);
  };
  const issuer = deviceOf(take(KEY_BYTES));
  const session = take(SESSION_BYTES);
  const secret = take(TICKET_SECRET_BYTES);
  const expiresAt = take(4).readUInt32BE() * 1000;
  const addresses = unpackAddresses(counted.subarray(at));
  if (addresses === undefined || addresses.length > MAX_ADDRESSES) throw mistyped('its addresses cannot be read');
  return { issuer, session, secret, expiresAt, addresses };
}

/** Terminals break long lines, and people copy quotation marks along, and the frame that it stood in. */
function tidy(text: string): string {
  return text.slice(0, MAX_TEXT).replace(/[\s"'<>`|\u200b\u2500-\u259f]+/g, '');
}

function checksum(counted: Uint8Array): Buffer {
  const hash = createHash('sha256').update(`dispatch${TICKET_VERSION}:`).update(counted);
  return hash.digest().subarray(0, CHECKSUM_BYTES);
}

function noTicket(text: string): DispatchError {
  const what = text.trim() === '' ? 'nothing was given where a ticket was expected' : 'that is no ticket';
  return new DispatchError('invalid', `${what}: one begins with "dispatch${TICKET_VERSION}:"`, {
    hint: 'copy the whole line that "dispatch pair" shows on the other device; a typed code needs an address with it',
  });
}

function wrongVersion(version: number): DispatchError {
  const newer = version > TICKET_VERSION;
  return new DispatchError('version', `the ticket was made by ${newer ? 'a newer' : 'an older'} version of Dispatch`, {
    hint: newer ? 'update Dispatch on this device' : 'update Dispatch on the device that made it',
    details: { stage: 'version' },
  });
}

function mistyped(what: string): DispatchError {
  return new DispatchError('invalid', `the ticket is damaged: ${what}`, {
    hint: 'copy the whole line again, from "dispatch" to its end',
  });
}
