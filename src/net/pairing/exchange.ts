/**
 * The messages of one attempt over one channel, with the transcript of all that both sides said. Once there are keys, each message
 * carries the proof of its sender over everything up to its own end, and one that does not fit ends the exchange.
 */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { Clock } from '../../engine/ports.ts';
import {
  decodeMessage,
  encodeBody,
  frameBody,
  type PairMessage,
  type PairMessageOf,
  type PairMessageType,
  type PairRefusal,
} from '../../protocol/pairing/messages.ts';
import {
  beginTranscript,
  equalBytes,
  extendTranscript,
  type PairKeys,
  type PairMethod,
  type PairRole,
  prove,
} from '../../protocol/pairing/transcript.ts';
import type { Channel } from '../host-api.ts';
import { within } from './deadline.ts';
import { refused } from './refusals.ts';

export interface Waits {
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Exchange {
  readonly remote: DeviceId;
  readonly remoteAddress: string;
  readonly gone: AbortSignal;
  begin(method: PairMethod, issuer: DeviceId, joiner: DeviceId): void;
  /** From here on, what is sent is proved and what comes must be. */
  secure(keys: PairKeys): void;
  /** All that was said so far. */
  transcript(): Uint8Array;
  send(message: PairMessage, waits: Waits): Promise<void>;
  /** The next message, which must be of one of the types. Rejects with the refusal that came in its place. */
  receive<T extends PairMessageType>(types: readonly T[], waits: Waits): Promise<PairMessageOf<T>>;
  /** Tells the other side why, and ends. Never rejects. */
  refuse(reason: PairRefusal): Promise<void>;
  close(): Promise<void>;
  abort(reason: string): void;
}

/** How long it may take to say goodbye. */
const GOODBYE_MS = 2000;

export function createExchange(channel: Channel, own: PairRole, clock: Clock): Exchange {
  const other: PairRole = own === 'issuer' ? 'joiner' : 'issuer';
  let transcript: Buffer | undefined;
  /** What came before the transcript could begin: the hello, which says with which method. */
  let early: Uint8Array | undefined;
  let keys: PairKeys | undefined;

  const bounded = <T>(waits: Waits, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    within({ clock, ms: waits.ms, what: `${what} ${channel.remoteAddress}`, signal: waits.signal }, work);
  /** Takes a message into the transcript; false if it has no right proof where one is due. */
  const absorb = (sender: PairRole, body: Uint8Array, proof?: Uint8Array): boolean => {
    if (transcript === undefined) {
      early = body;
      return proof === undefined;
    }
    transcript = extendTranscript(transcript, sender, body);
    if (keys === undefined) return proof === undefined;
    return proof !== undefined && equalBytes(prove(keys[sender], transcript), proof);
  };

  const exchange: Exchange = {
    remote: channel.remote,
    remoteAddress: channel.remoteAddress,
    gone: channel.gone,
    begin(method, issuer, joiner) {
      transcript = beginTranscript(method, issuer, joiner);
      if (early !== undefined) transcript = extendTranscript(transcript, other, early);
    },
    secure(derived) {
      keys = derived;
    },
    transcript() {
      if (transcript === undefined) throw new Error('the transcript has not begun');
      return transcript;
    },
    async send(message, waits) {
      const body = encodeBody(message);
      let proof: Buffer | undefined;
      if (transcript !== undefined) {
        transcript = extendTranscript(transcript, own, body);
        if (keys !== undefined) proof = prove(keys[own], transcript);
      }
      await bounded(waits, 'room for a message to', () => channel.send(frameBody(body, proof)));
    },
    async receive(types, waits) {
      const bytes = await bounded(waits, 'the answer of', (signal) => channel.receive(signal));
      if (bytes === undefined) throw ended(channel);
      const { message, body, proof } = decodeMessage(bytes);
      if (message.type === 'refused' && proof === undefined) throw refused(message.reason);
      if (!isOneOf(message, types)) throw refused('invalid');
      if (!absorb(other, body, proof)) throw refused('wrong');
      return message;
    },
    async refuse(reason) {
      try {
        const bytes = frameBody(encodeBody({ type: 'refused', reason }));
        await bounded({ ms: GOODBYE_MS }, 'room for a message to', () => channel.send(bytes));
        await exchange.close();
      } catch {
        channel.abort('refused');
      }
    },
    async close() {
      try {
        await bounded({ ms: GOODBYE_MS }, 'the end of', () => channel.close());
      } catch {
        channel.abort('not closed in time');
      }
    },
    abort: (reason) => channel.abort(reason),
  };
  return exchange;
}

function isOneOf<T extends PairMessageType>(message: PairMessage, types: readonly T[]): message is PairMessageOf<T> {
  return types.some((type) => type === message.type);
}

function ended({ remoteAddress }: Channel): DispatchError {
  return new DispatchError('unavailable', `${remoteAddress} ended the connection`, {
    retryable: true,
    hint: 'see whether its pairing session is still open, then try again',
    details: { stage: 'lost' },
  });
}
