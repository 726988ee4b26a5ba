// Asks the peer about rules, limits and what happened, and tells what it says.

import type { ControlClient } from '../../control/client/client.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';
import type { PolicyCheck } from '../model/policy-dialogs.ts';

export type PolicyEffect = Extract<
  Effect,
  { type: 'check-policy' | 'load-rules' | 'remove-rule' | 'set-limits' | 'load-audit' | 'verify-audit' }
>;

export interface PolicyRunnerDeps {
  /** Throws while there is no connection. */
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
}

export function createPolicyRunner({ client, tell, attempt }: PolicyRunnerDeps): (effect: PolicyEffect) => void {
  return (effect) => {
    switch (effect.type) {
      case 'check-policy': {
        const { request, checks } = effect;
        return attempt(
          async () => tell({ type: 'checked', request, answers: await checkAll(client(), checks) }),
          (failure) => tell({ type: 'check-failed', request, failure }),
        );
      }
      case 'load-rules':
        return attempt(
          async () => tell({ type: 'rules', rules: (await client().call('policy.list', {})).rules }),
          (failure) => tell({ type: 'rules-failed', failure }),
        );
      case 'remove-rule':
        return attempt(async () => {
          const { rule } = await client().call('policy.remove', { name: effect.name });
          tell({ type: 'rule-removed', name: rule.name });
        });
      case 'set-limits': {
        const { change, told } = effect;
        return attempt(
          async () => tell({ type: 'limits-set', told, limits: await client().call('permissions.set', change) }),
          (failure) => tell({ type: 'limits-failed', failure }),
        );
      }
      case 'load-audit': {
        const { run } = effect;
        return attempt(
          async () => {
            const { records } = await client().call('audit', { run, limit: 1 });
            tell({ type: 'audit-loaded', run, steps: records[0]?.steps ?? [] });
          },
          (failure) => tell({ type: 'audit-failed', run, failure }),
        );
      }
      case 'verify-audit': {
        const { request } = effect;
        return attempt(
          async () => tell({ type: 'audit-verified', request, verification: await client().call('audit.verify', {}) }),
          (failure) => tell({ type: 'verify-failed', request, failure }),
        );
      }
    }
  };
}

/** Each device answers for itself. Throws what the first of them said if none gives an answer. */
async function checkAll(client: ControlClient, checks: readonly PolicyCheck[]): Promise<(GateAnswer | undefined)[]> {
  const results = await Promise.allSettled(checks.map((check) => client.call('policy.check', check)));
  const [first] = results;
  if (first?.status === 'rejected' && results.every(({ status }) => status === 'rejected')) throw first.reason;
  return results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
}
