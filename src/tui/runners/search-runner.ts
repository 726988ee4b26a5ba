// Asks the peer what a search finds, one request at a time: whoever types on lets go of what was to be asked meanwhile, so that nothing
// piles up there.

import type { ControlClient } from '../../control/client/client.ts';
import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';

export type SearchEffect = Extract<Effect, { type: 'search' }>;

const PAGE = 100;

export function createSearchRunner(deps: {
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly failureOf: (error: unknown) => Failure;
}): (effect: SearchEffect) => void {
  const { client, tell, failureOf } = deps;
  let busy = false;
  let waiting: SearchEffect | undefined;

  const ask = async ({ query, before, request }: SearchEffect): Promise<void> => {
    const from = before === undefined ? {} : { before };
    try {
      const { entries, next } = await client().call('search', { query, ...from, limit: PAGE });
      tell({ type: 'found', request, ...from, entries, ...(next === undefined ? {} : { next }) });
    } catch (error) {
      tell({ type: 'search-failed', request, failure: failureOf(error) });
    }
  };

  const work = async (): Promise<void> => {
    busy = true;
    for (let effect = waiting; effect !== undefined; effect = waiting) {
      waiting = undefined;
      await ask(effect);
    }
    busy = false;
  };

  return (effect) => {
    waiting = effect;
    if (!busy) void work();
  };
}
