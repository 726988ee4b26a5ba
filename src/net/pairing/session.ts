/**
 * One open pairing session: its secrets, its time and its attempts. Everything that decides who may go on happens in one turn here,
 * so that of any number of attempts at once five are made and one wins. Says nothing to anybody itself.
 */

import { randomBytes } from 'node:crypto';
import type { DeviceId } from '../../core/ids.ts';
import type { Clock } from '../../engine/ports.ts';
import { CODE_SECRET_BYTES } from '../../protocol/pairing/code.ts';
import type { PairMessageOf, PairRefusal } from '../../protocol/pairing/messages.ts';
import { SESSION_BYTES, TICKET_SECRET_BYTES } from '../../protocol/pairing/ticket.ts';
import { hashOffer, type Offer, SALT_BYTES } from '../../protocol/pairing/transcript.ts';
import type { PairEvent, PairOpenParams } from '../../protocol/pairing-api.ts';
import { MOST_ATTEMPTS, SESSION_MS } from './deps.ts';
import { explainFailure, refused } from './refusals.ts';

export type EndReason = Extract<PairEvent, { type: 'closed' }>['reason'];

export interface Session {
  readonly id: Buffer;
  readonly offer: Offer;
  readonly offerHash: Buffer;
  readonly compare: boolean;
  readonly expiresAt: number;
  readonly ticketSecret: Buffer;
  readonly codeSecret: Buffer;
  /** Nobody has paired, and its time is not over. */
  isOpen(): boolean;
  /** Its time is not over: whoever used it may run it again. */
  isLive(): boolean;
  /** Why a device may not even try; undefined if it may. */
  turnsAway(device: DeviceId, hello: PairMessageOf<'hello'>): PairRefusal | undefined;
  /** Takes one of the attempts. An earlier one of the same device ends. */
  reserve(device: DeviceId, from: string): Attempt | PairRefusal;
  /** Whether that device used it, and has not been heard of since. */
  isUnsettledBy(device: DeviceId): boolean;
  /** It has the pairing on its disk: the session is used. */
  settle(device: DeviceId): void;
  end(reason: EndReason): void;
}

export interface Attempt {
  /** Aborts, with the refusal, when the session or this attempt is over. */
  readonly over: AbortSignal;
  /** The device has proved that it holds the secret: from here on it alone may pair. Throws the refusal if another was first. */
  claim(): void;
  /** The pairing is about to be written: from here on the session is for this device only, and ends by itself no more. */
  consume(): void;
  succeed(): void;
  /** Of an attempt that is over: does nothing the second time. */
  fail(error: unknown): void;
}

interface SessionDeps {
  readonly clock: Clock;
  readonly isRevoked: (device: DeviceId) => boolean;
  readonly emit: (event: Exclude<PairEvent, { type: 'opened' | 'proposed' | 'paired' }>) => void;
}

export function createSession({ clock, isRevoked, emit }: SessionDeps, params: PairOpenParams): Session {
  const compare = params.compare === true;
  const most = compare ? 1 : MOST_ATTEMPTS;
  const id = randomBytes(SESSION_BYTES);
  const offer: Offer = { grants: params.allow, mutual: params.mutual === true, salt: randomBytes(SALT_BYTES) };
  const ticketSecret = randomBytes(TICKET_SECRET_BYTES);
  const codeSecret = randomBytes(CODE_SECRET_BYTES);
  const expiresAt = clock.now() + SESSION_MS;
  /** Failed, abandoned or being made. */
  let attempts = 0;
  const running = new Map<DeviceId, Running>();
  let winner: Running | undefined;
  let usedBy: DeviceId | undefined;
  let state: 'open' | 'used' | EndReason = 'open';

  const end = (reason: EndReason): void => {
    if (state !== 'open' && state !== 'used') return;
    const told = state === 'open';
    state = reason;
    cancelExpiry();
    for (const attempt of [...running.values()]) attempt.stop(reason);
    ticketSecret.fill(0);
    codeSecret.fill(0);
    if (told) emit({ type: 'closed', reason });
  };
  const cancelExpiry = clock.at(expiresAt, () => end('expired'));
  /** A machine that slept may be late with its timers. */
  const check = (): void => {
    if (clock.now() >= expiresAt) end('expired');
  };
  const isLive = (): boolean => {
    check();
    return state === 'open' || state === 'used';
  };
  const release = (attempt: Running): void => {
    if (running.get(attempt.device) === attempt) running.delete(attempt.device);
    if (winner === attempt) winner = undefined;
  };
  const isUnsettledBy = (device: DeviceId): boolean => state === 'open' && usedBy === device;
  const settle = (device: DeviceId): void => {
    if (!isUnsettledBy(device)) return;
    state = 'used';
    emit({ type: 'closed', reason: 'used' });
  };
  const onFailed = (attempt: Running, error: unknown): void => {
    release(attempt);
    emit({ type: 'failed', attempts, most, from: attempt.from, message: explainFailure(error) });
    if (attempts >= most && running.size === 0) end('attempts');
  };

  return {
    id,
    offer,
    offerHash: hashOffer(offer),
    compare,
    expiresAt,
    ticketSecret,
    codeSecret,
    isOpen: () => isLive() && state === 'open',
    isLive,
    turnsAway(device, hello) {
      check();
      if (state !== 'open' && state !== 'used') return state;
      if ((hello.method === 'compare') !== compare) return 'method';
      if (hello.method === 'ticket' && hello.session !== id.toString('hex')) return 'unknown';
      // Nothing but a new session brings back a device that was thrown out after it had used this one.
      if (usedBy !== undefined && (usedBy !== device || isRevoked(device))) return 'used';
      if (winner !== undefined && winner.device !== device) return 'busy';
      return undefined;
    },
    reserve(device, from) {
      if (attempts >= most) return 'busy';
      attempts += 1;
      const older = running.get(device);
      const attempt = createAttempt(device, from, {
        claim() {
          if (usedBy !== undefined && usedBy !== device) throw refused('used');
          if (winner !== undefined && winner !== attempt) throw refused('busy');
          winner = attempt;
        },
        consume() {
          usedBy = device;
        },
        onFailed,
        onSucceeded() {
          attempts -= 1;
          release(attempt);
          settle(device);
        },
      });
      running.set(device, attempt);
      older?.fail(refused('replaced'));
      emit({ type: 'attempt', attempts, most, from });
      return attempt;
    },
    isUnsettledBy,
    settle,
    end,
  };
}

interface Running extends Attempt {
  readonly device: DeviceId;
  readonly from: string;
  stop(reason: PairRefusal): void;
}

interface Steps {
  claim(): void;
  consume(): void;
  onFailed(attempt: Running, error: unknown): void;
  onSucceeded(): void;
}

function createAttempt(device: DeviceId, from: string, steps: Steps): Running {
  const over = new AbortController();
  let state: 'running' | 'consumed' | 'done' = 'running';
  const attempt: Running = {
    device,
    from,
    over: over.signal,
    claim() {
      over.signal.throwIfAborted();
      steps.claim();
    },
    consume() {
      over.signal.throwIfAborted();
      steps.consume();
      state = 'consumed';
    },
    succeed() {
      if (state === 'done') return;
      state = 'done';
      steps.onSucceeded();
    },
    fail(error) {
      if (state === 'done') return;
      state = 'done';
      steps.onFailed(attempt, error);
      over.abort(error);
    },
    // What is being written to two disks is finished.
    stop(reason) {
      if (state === 'running') attempt.fail(refused(reason));
    },
  };
  return attempt;
}
