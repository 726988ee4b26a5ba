/** What an outcome means for the run: pure, and the one place where exit statuses become reasons. */

import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import type { CancelReason, OutputSummary } from '../core/events.ts';
import { isExitCode } from '../core/runs.ts';
import type { Outcome } from './executor-ports.ts';

/** Characters of what an execution says of itself: what other devices take. */
const LONGEST = 4 * 2 ** 20;
const LONGEST_SIGNAL = 32;

/** Why an execution was told to stop. */
export type StopCause =
  | { readonly kind: 'cancel'; readonly reason: CancelReason; readonly by: Actor }
  | { readonly kind: 'peer-stopping' };

export function commandOf(outcome: Outcome, output: OutputSummary, cause: StopCause | undefined): RunCommand {
  switch (outcome.kind) {
    case 'exit':
      if (outcome.exitCode === 0) {
        const result = outcome.result === undefined ? {} : { result: outcome.result.slice(0, LONGEST) };
        return { type: 'complete', data: { exitCode: 0, output, ...result } };
      }
      return {
        type: 'fail',
        data: {
          reason: 'exit',
          message: (outcome.message ?? `the command ended with exit status ${outcome.exitCode}`).slice(0, LONGEST),
          // An executor that passes on what a service tells may pass on anything.
          ...(isExitCode(outcome.exitCode) ? { exitCode: outcome.exitCode } : {}),
          output,
        },
      };
    case 'signal':
      return {
        type: 'fail',
        data: {
          reason: 'signal',
          message: `the command was ended by ${outcome.signal}`,
          signal: outcome.signal.slice(0, LONGEST_SIGNAL),
          output,
        },
      };
    case 'timeout':
      return {
        type: 'fail',
        data: {
          reason: 'timeout',
          message: `it took longer than the ${outcome.timeoutMs / 1000} s it was given, and was stopped`,
          output,
          receipt: outcome.receipt,
        },
      };
    case 'failed':
      return { type: 'fail', data: { reason: outcome.reason, message: outcome.message.slice(0, LONGEST), output } };
    case 'stopped':
      if (cause?.kind === 'cancel') {
        return { type: 'cancel', data: { reason: cause.reason, output, receipt: outcome.receipt } };
      }
      return {
        type: 'fail',
        data: {
          reason: 'interrupted',
          message: 'the peer was stopped while it ran; retry it',
          output,
          receipt: outcome.receipt,
        },
      };
  }
}
