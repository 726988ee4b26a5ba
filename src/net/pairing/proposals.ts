/** What waits for the yes or no of the person at this device, by a name that only says which. */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { PairConfirmParams } from '../../protocol/pairing-api.ts';

export interface Pending {
  /** Throws `invalid` or `conflict` before anything is answered: then the person may answer again. */
  check(params: PairConfirmParams): void;
  /** Called once. */
  answer(params: PairConfirmParams): Promise<DeviceId | undefined>;
  /** Nobody will answer. */
  drop(): void;
}

/** Nobody has more of them before their eyes. */
const MOST = 16;

export interface Proposals {
  add(id: string, pending: Pending): void;
  remove(id: string): void;
  confirm(params: PairConfirmParams): Promise<DeviceId | undefined>;
}

export function createProposals(): Proposals {
  const waiting = new Map<string, Pending>();
  return {
    add(id, pending) {
      waiting.set(id, pending);
      for (const [oldest, { drop }] of waiting) {
        if (waiting.size <= MOST) break;
        waiting.delete(oldest);
        drop();
      }
    },
    remove(id) {
      waiting.delete(id);
    },
    async confirm(params) {
      const pending = waiting.get(params.proposal);
      if (pending === undefined) {
        throw new DispatchError('not-found', 'there is nothing to confirm: it was answered already, or it is over', {
          hint: 'pair anew',
        });
      }
      if (params.accept) pending.check(params);
      waiting.delete(params.proposal);
      return pending.answer(params);
    },
  };
}
