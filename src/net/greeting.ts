/**
 * The greeting on a link: who opened the channel says hello, the other side answers with its own, and the first says that it is
 * ready. Only then do both know that the other speaks a version that fits, lets this device in, and has a clock near this one's.
 *
 *   opener → hello        { protocol, version, instance, now, report, gives, addresses }
 *   opener ← hello        the same of the other side, or   refused { error }
 *   opener → ready        { now }                     or   refused { error }
 */

import type { DispatchError } from '../core/errors.ts';
import { MAX_CLOCK_GAP_MS, PEER_VERSIONS } from '../protocol/peer-api.ts';
import type { Hello, HelloVersions } from '../protocol/peer-messages.ts';
import { HELLO, HELLO_VERSIONS, READY, REFUSED } from '../protocol/peer-schemas.ts';
import { dialError } from './dial-errors.ts';
import type { Channel } from './host-api.ts';
import { check, decodeMessage, encodeMessage, errorFrom } from './json-message.ts';

/** A device that takes longer than this to greet is as good as not there. */
export const GREETING_MS = 10_000;

export interface Greeted {
  readonly hello: Hello;
  /** How far the other clock is ahead of this one. */
  readonly clockAheadMs: number;
}

export interface GreetingOptions {
  readonly channel: Channel;
  /** What this device says, now. */
  hello(): Hello;
  now(): number;
  /** What the other one is called here. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Of the side that opened the channel. Rejects with the stage at which the greeting ended. */
export async function greetFirst(options: GreetingOptions): Promise<Greeted> {
  const { channel, name, now } = options;
  const sentAt = now();
  await channel.send(encodeMessage(options.hello()));
  const answer = await next(options);
  const clockNow = (sentAt + now()) / 2;
  const hello = readHello(answer, name);
  const clockAheadMs = Math.round(hello.now - clockNow);
  const trouble = clockTrouble(clockAheadMs, name);
  if (trouble !== undefined) {
    await refuse(channel, trouble);
    throw trouble;
  }
  await channel.send(encodeMessage({ kind: 'ready', now: now() }));
  return { hello, clockAheadMs };
}

/**
 * Of the side that was called. `admit` looks at the hello and says why not, if not. Rejects with the stage at which the greeting
 * ended.
 */
export async function greetSecond(
  options: GreetingOptions & { admit(hello: Hello): Promise<DispatchError | undefined> },
): Promise<Greeted> {
  const { channel, name, now } = options;
  const first = await next(options);
  let hello: Hello;
  try {
    hello = readHello(first, name);
  } catch (error) {
    // The other side finds out for itself what does not fit: this part of a hello never changes.
    const { kind, protocol, version } = options.hello();
    await channel.send(encodeMessage({ kind, protocol, version }));
    await channel.close();
    throw error;
  }
  const refusal = await options.admit(hello);
  if (refusal !== undefined) {
    await refuse(channel, refusal);
    throw refusal;
  }
  const sentAt = now();
  const oneWay = clockTrouble(hello.now - sentAt, name);
  await channel.send(encodeMessage(options.hello()));
  if (oneWay !== undefined) {
    await refuse(channel, oneWay);
    throw oneWay;
  }
  const ready = check(orRefused(await next(options)), READY, 'a greeting');
  return { hello, clockAheadMs: Math.round(ready.now - (sentAt + now()) / 2) };
}

/** Throws with the stage `version` if the two have no version in common. */
function readHello(message: unknown, name: string): Hello {
  const versions = check(orRefused(message), HELLO_VERSIONS, 'a greeting');
  const trouble = versionTrouble(versions, name);
  if (trouble !== undefined) throw trouble;
  return check(message, HELLO, 'a greeting');
}

async function next({ channel, name, signal }: GreetingOptions): Promise<unknown> {
  const timeout = AbortSignal.timeout(GREETING_MS);
  try {
    const message = await channel.receive(AbortSignal.any([signal, timeout]));
    if (message !== undefined) return decodeMessage(message);
  } catch (error) {
    if (timeout.aborted) throw dialError('timeout', `${name} does not greet`, 'see whether it is busy', error);
    throw error;
  }
  throw dialError('lost', `${name} ended the greeting`, 'it is tried again by itself');
}

/** Throws what the other side refused with. */
function orRefused(message: unknown): unknown {
  const refused = REFUSED.safeParse(message);
  if (refused.success) throw errorFrom(refused.data.error);
  return message;
}

async function refuse(channel: Channel, error: DispatchError): Promise<void> {
  await channel.send(encodeMessage({ kind: 'refused', error: error.toWire() }));
  await channel.close();
}

function versionTrouble(theirs: HelloVersions, name: string): DispatchError | undefined {
  const { oldest, newest } = theirs.protocol;
  if (oldest <= PEER_VERSIONS.newest && newest >= PEER_VERSIONS.oldest) return undefined;
  const they = `${name} (Dispatch ${theirs.version}) speaks ${range(theirs.protocol)} of the peer protocol`;
  const isOld = newest < PEER_VERSIONS.oldest;
  return dialError(
    'version',
    `${they}, and this device ${range(PEER_VERSIONS)}: ${isOld ? name : 'this device'} is too old`,
    `update Dispatch on ${isOld ? name : 'this device'}`,
  );
}

function range({ oldest, newest }: { readonly oldest: number; readonly newest: number }): string {
  return oldest === newest ? `version ${oldest}` : `versions ${oldest} to ${newest}`;
}

function clockTrouble(aheadMs: number, name: string): DispatchError | undefined {
  if (Math.abs(aheadMs) <= MAX_CLOCK_GAP_MS) return undefined;
  const hours = Math.round(Math.abs(aheadMs) / 3_600_000);
  const gap = hours < 96 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
  return dialError(
    'clock',
    `the clock of ${name} is ${gap} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of this device`,
    'set the clock right on the one where it is wrong',
  );
}
