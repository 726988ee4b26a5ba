/**
 * What a joiner does whose connection broke after it had said yes: it asks the issuer, which it knows by now, whether it has the
 * pairing. Without an answer nothing is kept here, and what the issuer has kept ends by itself.
 */

import { DispatchError } from '../../core/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import type { PairMessageOf } from '../../protocol/pairing/messages.ts';
import { ANSWER_MS, type CeremonyDeps, RESUME_MS, WRITE_MS } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { openExchange } from './meet.ts';
import { refusalIn } from './refusals.ts';
import type { Target } from './target.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;
/** Stages after which it is of no use to ask again. */
const FINAL: readonly unknown[] = ['denied', 'identity', 'version'];

export interface Resumed {
  readonly exchange: Exchange;
  readonly kept: PairMessageOf<'kept'>;
}

/** Rejects with `unavailable` if the issuer cannot be asked, or has nothing. */
export async function resume(deps: CeremonyDeps, target: Target): Promise<Resumed> {
  const { clock } = deps;
  const deadline = clock.now() + RESUME_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await askOnce(deps, target);
    } catch (error) {
      if (isFinal(error) || clock.now() + pause > deadline) throw interrupted(error);
    }
    await sleep(clock, pause);
  }
}

async function askOnce(deps: CeremonyDeps, target: Target): Promise<Resumed> {
  const exchange = await openExchange(deps, target);
  try {
    await exchange.send({ type: 'resume' }, { ms: ANSWER_MS });
    return { exchange, kept: await exchange.receive(['kept'], { ms: WRITE_MS }) };
  } catch (error) {
    exchange.abort('no answer');
    throw error;
  }
}

/** Whether the connection went, as opposed to a word of the other side. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof DispatchError) || refusalIn(error) !== undefined) return false;
  return error.code === 'unavailable' || error.code === 'timeout';
}

function isFinal(error: unknown): boolean {
  return !isLost(error) || FINAL.includes((error as DispatchError).details?.stage);
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.at(clock.now() + ms, resolve);
  });
}

function interrupted(cause: unknown): DispatchError {
  return new DispatchError(
    'unavailable',
    'the connection broke before both sides had kept the pairing: nothing is paired',
    {
      retryable: true,
      hint: 'use the ticket once more, or a new one if its time is over',
      cause,
      details: { stage: 'lost' },
    },
  );
}
