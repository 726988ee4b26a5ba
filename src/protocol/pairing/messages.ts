/**
 * What is said on `/dispatch/pair/1`, checked and bounded. One byte tells a plain message from a proved one, whose proof of 32 bytes
 * comes next; the rest is JSON. docs/SECURITY.md walks through the messages in their order.
 */

import * as z from 'zod';
import { DEVICE_NAME } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { GRANTS } from '../../core/grants.ts';
import { SESSION_BYTES } from './ticket.ts';
import { NONCE_BYTES, PAIR_METHODS, PROOF_BYTES, SALT_BYTES } from './transcript.ts';

export const MAX_PAIR_MESSAGE_BYTES = 8192;
/** How many addresses a device tells of itself. */
export const MAX_TOLD_ADDRESSES = 16;
const PLAIN = 0;
const PROVED = 1;

/** Why the issuer, or the joiner, goes no further. A closed list: nobody reads words of a stranger. */
export const REFUSALS = [
  'closed', // no session is open
  'expired',
  'used', // by another device
  'attempts', // too many have failed
  'busy', // all attempts are being made, or another device is about to pair
  'method', // the session takes a ticket and code, or it compares words
  'unknown', // no such session
  'wrong', // the proof does not fit
  'declined', // the person said no
  'replaced', // another session, or another attempt of the same device, took its place
  'stopping',
  'too-old', // this side is newer than the other can be
  'too-new',
  'invalid', // the other side broke the protocol
  'slow', // what it was to send did not come in time
  'failed', // it could not be written to the disk
] as const;
export type PairRefusal = (typeof REFUSALS)[number];

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const time = z.int().min(0);
const grants = z.array(z.enum(GRANTS)).max(GRANTS.length);
const device = z.strictObject({ name: z.string().regex(DEVICE_NAME), platform: z.string().regex(/^[a-z0-9]{1,20}$/) });
const addresses = z.array(z.string().regex(/^\/[\x21-\x7e]{1,300}$/)).max(MAX_TOLD_ADDRESSES);
const versions = z.strictObject({ oldest: z.int().min(1), newest: z.int().min(1) });

const message = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    method: z.enum(PAIR_METHODS),
    versions,
    device,
    /** With `compare`: the commitment to it. */
    nonce: hex(NONCE_BYTES),
    /** With `ticket`. */
    session: z.exactOptional(hex(SESSION_BYTES)),
  }),
  z.strictObject({ type: z.literal('challenge'), nonce: hex(NONCE_BYTES), offer: hex(32), at: time }),
  /** `nonce`: with `compare`, what was committed to. */
  z.strictObject({ type: z.literal('proof'), at: time, nonce: z.exactOptional(hex(NONCE_BYTES)) }),
  z.strictObject({
    type: z.literal('record'),
    versions,
    device,
    grants,
    mutual: z.boolean(),
    salt: hex(SALT_BYTES),
    addresses,
    /** How long the person may think, in milliseconds. */
    leftMs: time,
  }),
  z.strictObject({ type: z.literal('confirm'), give: grants, addresses }),
  /** Of the issuer: it is on the disk there, until `done` or its time is over. */
  z.strictObject({ type: z.literal('kept'), given: grants, held: grants }),
  z.strictObject({ type: z.literal('done') }),
  /** Of a joiner that lost the connection after `confirm`: it asks for `kept`. */
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('refused'), reason: z.enum(REFUSALS) }),
]);

export type PairMessage = z.infer<typeof message>;
export type PairMessageType = PairMessage['type'];
export type PairMessageOf<T extends PairMessageType> = Extract<PairMessage, { type: T }>;

/** A message as it came: `body` is what goes into the transcript. */
export interface ReceivedMessage {
  readonly message: PairMessage;
  readonly body: Uint8Array;
  readonly proof?: Uint8Array;
}

export function encodeBody(message: PairMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

export function frameBody(body: Uint8Array, proof?: Uint8Array): Buffer {
  return proof === undefined
    ? Buffer.concat([Buffer.of(PLAIN), body])
    : Buffer.concat([Buffer.of(PROVED), proof, body]);
}

/** Throws `invalid`. */
export function decodeMessage(bytes: Uint8Array): ReceivedMessage {
  const proved = bytes[0] === PROVED;
  const from = proved ? 1 + PROOF_BYTES : 1;
  if ((!proved && bytes[0] !== PLAIN) || bytes.length <= from || bytes.length > MAX_PAIR_MESSAGE_BYTES)
    throw malformed();
  const body = bytes.subarray(from);
  const parsed = message.safeParse(parseJson(body));
  if (!parsed.success) throw malformed(parsed.error);
  return { message: parsed.data, body, ...(proved ? { proof: bytes.subarray(1, from) } : {}) };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(cause?: unknown): DispatchError {
  return new DispatchError('invalid', 'the other side sent a message that is none of pairing', {
    cause,
    hint: 'it is no Dispatch, or it is broken; update both sides',
  });
}
