// Sends the answers of people to the peer, and tells what became of them.

import type { ControlClient } from '../../control/client/client.ts';
import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';

export type AnswerEffect = Extract<
  Effect,
  { type: 'decide' | 'decide-alike' | 'propose-rule' | 'edit-request' | 'edit-outside' }
>;

export interface AnswerRunnerDeps {
  /** Throws while there is no connection. */
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
  readonly failureOf: (error: unknown) => Failure;
  /** Opens the editor of the person; gives undefined if it was left without saving. */
  readonly editText: (text: string) => Promise<string | undefined>;
}

export function createAnswerRunner({
  client,
  tell,
  attempt,
  failureOf,
  editText,
}: AnswerRunnerDeps): (effect: AnswerEffect) => void {
  return (effect) => {
    switch (effect.type) {
      case 'decide': {
        const { type: _, ...params } = effect;
        return attempt(
          async () => tell({ type: 'decided', approval: (await client().call('decide', params)).approval }),
          (failure) => tell({ type: 'decide-failed', approval: params.approval, failure }),
        );
      }
      case 'decide-alike':
        return attempt(async () => {
          const results = await Promise.allSettled(
            effect.requests.map(({ approval, digest }) => decideOne(client, approval, digest)),
          );
          const answered = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
          const failures = results.flatMap((result) =>
            result.status === 'rejected' ? [failureOf(result.reason).message] : [],
          );
          tell({ type: 'decided-alike', approval: effect.approval, answered, failures: [...new Set(failures)] });
        });
      case 'propose-rule': {
        const { approval, request } = effect;
        return attempt(
          async () =>
            tell({ type: 'rule-proposed', request, ...(await client().call('approval.propose', { approval })) }),
          (failure) => tell({ type: 'rule-failed', request, failure }),
        );
      }
      case 'edit-request': {
        const { type: _, ...params } = effect;
        return attempt(
          async () => {
            const { approval } = await client().call('approval.edit', params);
            tell({ type: 'edited', of: params.approval, approval });
          },
          (failure) => tell({ type: 'edit-failed', of: params.approval, failure }),
        );
      }
      case 'edit-outside': {
        const { approval, text } = effect;
        return attempt(
          async () => {
            const changed = await editText(text);
            tell({ type: 'edited-outside', approval, ...(changed === undefined ? {} : { text: changed }) });
          },
          (failure) => tell({ type: 'edited-outside', approval, failure }),
        );
      }
    }
  };
}

async function decideOne(client: () => ControlClient, approval: string, digest: string) {
  const { approval: answered } = await client().call('decide', { approval, digest, decision: 'approve' });
  return answered;
}
