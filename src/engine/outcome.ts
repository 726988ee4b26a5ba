/** What an outcome means for the run: pure, and the one place where exit statuses become reasons. */

import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import type { CancelReason, OutputSummary } from '../core/events.ts';
import type { Outcome } from './executor-ports.ts';

/** Why an execution was told to stop. */
export type StopCause =
  | { readonly kind: 'cancel'; readonly reason: CancelReason; readonly by: Actor }
  | { readonly kind: 'peer-stopping' };

export function commandOf(outcome: Outcome, output: OutputSummary, cause: StopCause | undefined): RunCommand {
  switch (outcome.kind) {
    case 'exit':
      if (outcome.exitCode === 0) {
        const result = outcome.result === undefined ? {} : { result: outcome.result };
        return { type: 'complete', data: { exitCode: 0, output, ...result } };
      }
      return {
        type: 'fail',
        data: {
          reason: 'exit',
          message: outcome.message ?? `the command ended with exit status ${outcome.exitCode}`,
          exitCode: outcome.exitCode,
          output,
        },
      };
    case 'signal':
      return {
        type: 'fail',
        data: {
          reason: 'signal',
          message: `the command was ended by ${outcome.signal}`,
          signal: outcome.signal,
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
      return { type: 'fail', data: { reason: outcome.reason, message: outcome.message, output } };
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
