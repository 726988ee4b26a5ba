/** Why a pairing goes no further, as each side says it to its own person. What crosses the wire is a word of a closed list. */

import { DispatchError, type ErrorCode } from '../../core/errors.ts';
import type { PairRefusal } from '../../protocol/pairing/messages.ts';

type Sentence = readonly [code: ErrorCode, message: string, hint: string];

const ANEW = 'have the other device show a new ticket: dispatch pair';

/** What the joiner is told of a refusal of the issuer. */
const TO_JOINER: Readonly<Record<PairRefusal, Sentence>> = {
  closed: ['refused', 'no pairing session is open on the other device: it was already used, or it is over', ANEW],
  expired: ['refused', 'the ticket has expired', ANEW],
  used: ['refused', 'the ticket was already used by another device', ANEW],
  attempts: ['refused', 'the pairing session ended: too many attempts failed', ANEW],
  busy: ['unavailable', 'the other device is about to pair with somebody else', 'try again in a moment'],
  method: [
    'refused',
    'the other device pairs in another way now',
    'use the ticket or code that it shows, or compare words if it shows none',
  ],
  unknown: ['refused', 'the ticket is of a session that is over', ANEW],
  wrong: ['refused', 'the other device does not take this ticket or code: it is of a session that is over', ANEW],
  declined: ['refused', 'the person at the other device declined', 'ask them, then pair again'],
  replaced: ['refused', 'the other device has begun another pairing session', ANEW],
  stopping: ['unavailable', 'the peer on the other device is ending', 'start it again there and pair anew'],
  'too-old': ['version', 'this Dispatch is too old for the other device', 'update Dispatch on this device'],
  'too-new': ['version', 'the Dispatch on the other device is too old', 'update Dispatch on the other device'],
  invalid: ['invalid', 'the two devices did not understand each other', 'update Dispatch on both, then pair again'],
  slow: ['timeout', 'the other device waited too long for this one', 'try again'],
  failed: [
    'unavailable',
    'the other device could not keep the pairing',
    'see "dispatch doctor" there, then pair again',
  ],
};

/** What the owner of the session is told of an attempt that failed. */
const TO_ISSUER: Readonly<Record<PairRefusal, string>> = {
  closed: 'the session was closed',
  expired: 'the session was over',
  used: 'the ticket was used already',
  attempts: 'too many attempts had failed',
  busy: 'another device was about to pair',
  method: 'it tried another way of pairing',
  unknown: 'its ticket is of another session',
  wrong: 'its ticket or code is wrong',
  declined: 'it declined',
  replaced: 'it began anew',
  stopping: 'the peer was ending',
  'too-old': 'its Dispatch is too old',
  'too-new': 'its Dispatch is too new for this one',
  invalid: 'it broke the protocol',
  slow: 'it did not answer in time',
  failed: 'the pairing could not be kept',
};

/** The error that ends an attempt; the other side is told the reason. */
export function refused(reason: PairRefusal, cause?: unknown): DispatchError {
  const [code, message, hint] = TO_JOINER[reason];
  return new DispatchError(code, message, {
    hint,
    retryable: code === 'unavailable',
    cause,
    details: { refusal: reason, ...(code === 'version' ? { stage: 'version' } : {}) },
  });
}

/** Undefined if the error is of another kind. */
export function refusalIn(error: unknown): PairRefusal | undefined {
  const reason = error instanceof DispatchError ? error.details?.refusal : undefined;
  return typeof reason === 'string' && Object.hasOwn(TO_JOINER, reason) ? (reason as PairRefusal) : undefined;
}

/** What the other side is to be told of an error. */
export function refusalFor(error: unknown): PairRefusal {
  const code = error instanceof DispatchError ? error.code : 'internal';
  return refusalIn(error) ?? (code === 'invalid' ? 'invalid' : code === 'timeout' ? 'slow' : 'failed');
}

export function explainFailure(error: unknown): string {
  const reason = refusalIn(error);
  if (reason !== undefined) return TO_ISSUER[reason];
  return error instanceof DispatchError ? error.message : 'it went away';
}
