/**
 * Says yes or no to a proposal. A word that cannot be one of the other screen's, and a name that is taken here, may be given again
 * where a person is; otherwise the other side is told that it is a no.
 */

import type { ControlClient } from '../control/client/client.ts';
import { asDispatchError, type DispatchError } from '../core/errors.ts';
import type { Result } from '../protocol/api.ts';
import type { PairConfirmParams, PairProposal } from '../protocol/pairing-api.ts';
import type { CliContext } from './context.ts';
import type { Terminal } from './terminal.ts';

interface ConfirmOptions {
  readonly context: CliContext;
  readonly terminal: Terminal | undefined;
  readonly proposal: PairProposal;
  /** It is over, and nothing more is asked. */
  readonly signal?: AbortSignal;
}

export const wordQuestion = (which: number): string => `word ${which} of the other screen (empty: no): `;

export async function confirmPairing(
  client: ControlClient,
  params: PairConfirmParams,
  options: ConfirmOptions,
): Promise<Result<'pair.confirm'>> {
  try {
    return await client.call('pair.confirm', params);
  } catch (thrown) {
    const error = asDispatchError(thrown);
    if (!params.accept || (error.code !== 'invalid' && error.code !== 'conflict')) throw error;
    const again = await askAgain(error, options);
    if (again !== undefined) return confirmPairing(client, { ...params, ...again }, options);
    const answer = await client.call('pair.confirm', { proposal: params.proposal, accept: false });
    if (options.terminal === undefined) throw error;
    return answer;
  }
}

/** Undefined where nobody is there, or says no. */
async function askAgain(
  { code, message, hint }: DispatchError,
  { context, terminal, proposal, signal }: ConfirmOptions,
): Promise<Partial<PairConfirmParams> | undefined> {
  if (terminal === undefined) return undefined;
  context.note(hint === undefined ? message : `${message}: ${hint}`);
  const { askedWord } = proposal;
  const isName = code === 'conflict' || askedWord === undefined;
  const answer = await terminal.line(isName ? 'another name (empty: no): ' : wordQuestion(askedWord), signal);
  if (answer === undefined || answer === '') return undefined;
  return isName ? { name: answer } : { word: answer };
}
