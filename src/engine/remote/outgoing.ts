/**
 * Runs of this device that others execute: offered as soon as their device is there, again after a lost link until it has answered,
 * and never to anybody else. From the first offer on only the executor ends a run; until then it is this device's alone.
 */

import type { Actor } from '../../core/approvals.ts';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { DeviceId, EntryKey, RunId } from '../../core/ids.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Offer } from '../../protocol/peer-api.ts';
import { type EngineDeps, rawAction } from '../context.ts';
import { nameOf } from '../devices.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../journal.ts';
import { readOpenRuns } from '../open-runs.ts';
import type { PeerLink } from '../peer-ports.ts';

/** How soon a device is asked again that could not take a run just now. */
const AGAIN_MS = 5_000;

export interface Outgoing {
  /** Takes up what an earlier peer left. */
  start(runs: readonly Run[]): void;
  send(run: Run): void;
  /** Ends it, or asks the device that may have accepted it to. */
  cancel(run: Run, by: Actor): Promise<Run>;
  /** Ends it for good only if its device has not accepted it. Where that has, or is not there to say so, nothing changes. */
  withdraw(run: Run, by: Actor, note: string): Promise<Run>;
  /** Ends all that this device wanted of one that is not paired any more. */
  giveUp(device: DeviceId, by: Actor): Promise<void>;
  /** Resolves when the run has been offered on the link that is up, or is over: what is asked for next comes after the offer. */
  sent(run: RunId, signal: AbortSignal): Promise<void>;
  /** Resolves when the device has taken the run on, or it is over. */
  taken(run: RunId, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createOutgoing(deps: EngineDeps & { journal: Journal; feed: Feed; self: Actor }): Outgoing {
  const { store, journal, network, clock, self } = deps;
  /** By device, oldest first: what has not been seen in its log. An answer alone may be lost there in a power cut. */
  const waiting = new Map<DeviceId, Set<RunId>>();
  /** Of those, the ones that were offered, and that were answered for, since the link came up. */
  const offered = new Set<RunId>();
  const answered = new Set<RunId>();
  const offering = new Map<RunId, Promise<void>>();
  /** Where runs that were submitted just now stand in the thread. */
  const places = new Map<RunId, EntryKey>();
  const expiries = new Map<RunId, () => void>();
  const settled = new Set<() => void>();
  let closed = false;

  const tellSettled = (): void => {
    for (const listener of [...settled]) listener();
  };

  const forget = (run: Run): void => {
    waiting.get(run.device)?.delete(run.id);
    offered.delete(run.id);
    answered.delete(run.id);
    places.delete(run.id);
    expiries.get(run.id)?.();
    expiries.delete(run.id);
    tellSettled();
  };

  const offerOf = async (run: Run): Promise<Offer | undefined> => {
    const action = await rawAction(deps, run);
    if (action === undefined) return undefined;
    return {
      run: run.id,
      task: run.task,
      action,
      because: run.because,
      by: run.by,
      place: places.get(run.id) ?? (await placeOf(deps, run)),
      ...(run.retryOf === undefined ? {} : { retryOf: run.retryOf }),
      ...(run.group === undefined ? {} : { group: run.group }),
      ...(run.expiresAt === undefined ? {} : { expiresInMs: Math.max(0, run.expiresAt - clock.now()) }),
      ...(run.noWait === undefined ? {} : { noWait: true }),
      ...(run.beforehand === undefined ? {} : { approve: run.beforehand }),
      ...(run.cancelRequested === undefined ? {} : { cancel: true }),
    };
  };

  /** The device said no, or can never say yes: it has not accepted the run, so this device may end it. */
  const end = async (run: Run, message: string): Promise<void> => {
    await journal.apply(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], { by: self, sync: true });
  };

  const isDenied = (device: DeviceId): boolean => {
    const presence = network.devices().find(({ id }) => id === device)?.presence;
    return presence?.state === 'offline' && presence.stage === 'denied';
  };

  /** The run as it is once it is written down that it is offered; undefined if there is nothing to offer any more. */
  const writeOffer = async (id: RunId, known: Run | undefined): Promise<Run | undefined> => {
    if (known?.offeredAt !== undefined) return known;
    const state = await store.run(id);
    if (state === undefined) return undefined;
    if (isFinal(state.run) || (state.run.acceptedAt !== undefined && state.run.cancelRequested === undefined)) {
      forget(state.run);
      return undefined;
    }
    if (state.run.offeredAt !== undefined || state.run.status !== 'queued') return state.run;
    return (await journal.apply(id, [{ type: 'offer' }], { by: self, sync: true })).run;
  };

  /** `known`: the run as it was a moment ago, where it is fresh. */
  const offer = async (link: PeerLink, id: RunId, known?: Run): Promise<void> => {
    const run = await writeOffer(id, known);
    if (run === undefined) return;
    const sent = await offerOf(run);
    if (sent === undefined) {
      await end(run, 'its secrets are not kept beyond the end of a run; submit it again with them');
      return;
    }
    try {
      const answer = link.call('offer', sent);
      offered.add(id);
      tellSettled();
      await answer;
      if (sent.cancel === true) forget(run);
      answered.add(id);
      tellSettled();
    } catch (thrown) {
      const error = asDispatchError(thrown);
      // A link that broke says nothing: the run may have been taken on, and is offered again on the next one.
      if (link.down.aborted) return;
      if (error.retryable) {
        again(run);
        return;
      }
      if (run.acceptedAt !== undefined) throw error; // it is the executor's to end
      await end(
        run,
        `${nameOf(deps, run.device)} did not take it: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`,
      );
      forget(run);
    }
  };

  const again = (run: Run): void => {
    clock.at(clock.now() + AGAIN_MS, () => {
      const link = closed ? undefined : network.link(run.device);
      if (link !== undefined && waiting.get(run.device)?.has(run.id) === true) void offerOnce(link, run.id);
    });
  };

  /** One offer of a run at a time, and whoever asks meanwhile waits for that one. */
  const offerOnce = (link: PeerLink, id: RunId, known?: Run): Promise<void> => {
    const underway = offering.get(id);
    if (underway !== undefined) return underway;
    const attempt = offer(link, id, known)
      .catch((error: unknown) => {
        if (!(error instanceof DispatchError && error.code === 'conflict')) deps.onFault(`offering run ${id}`, error);
      })
      .finally(() => offering.delete(id));
    offering.set(id, attempt);
    return attempt;
  };

  const expire = (run: Run): void => {
    if (run.expiresAt === undefined || expiries.has(run.id)) return;
    const due = async (): Promise<void> => {
      expiries.delete(run.id);
      const state = await store.run(run.id);
      // Once offered, it is for the executor to say whether it came too late.
      if (closed || state === undefined || state.run.status !== 'queued' || state.run.offeredAt !== undefined) return;
      await journal.apply(run.id, [{ type: 'cancel', data: { reason: 'expired' } }], { by: self, sync: true });
      forget(state.run);
    };
    expiries.set(
      run.id,
      clock.at(run.expiresAt, () => {
        due().catch((error: unknown) => deps.onFault(`the expiry of run ${run.id}`, error));
      }),
    );
  };

  const send = (run: Run): void => {
    const others = waiting.get(run.device) ?? new Set<RunId>();
    waiting.set(run.device, others.add(run.id));
    expire(run);
    const link = network.link(run.device);
    if (link !== undefined) void offerOnce(link, run.id, run);
  };

  const onLink = async (link: PeerLink): Promise<void> => {
    for (const id of waiting.get(link.device) ?? []) {
      offered.delete(id);
      answered.delete(id);
    }
    for (const id of [...(waiting.get(link.device) ?? [])]) {
      if (link.down.aborted || closed) return;
      // An offer on the link before this one may still be finding out that it is gone.
      await offering.get(id);
      await offerOnce(link, id);
    }
  };
  const stopLinks = network.onLink((link) => {
    onLink(link).catch((error: unknown) => deps.onFault(`offering runs to ${link.device}`, error));
  });
  const stopFeed = deps.feed.onChange(({ event, entry, run }) => {
    if (run === undefined || run.origin !== self.device || run.device === self.device) return;
    if (event.type === 'run.submitted') places.set(run.id, entry.key);
    const isThere = event.device === run.device && run.cancelRequested === undefined;
    if (isFinal(run) || isThere) forget(run);
  });

  const until = (id: RunId, reached: ReadonlySet<RunId>, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const open = !reached.has(id) && [...waiting.values()].some((runs) => runs.has(id));
        if (open && !signal.aborted) return;
        settled.delete(look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      settled.add(look);
      signal.addEventListener('abort', look);
      look();
    });

  const cancel: Outgoing['cancel'] = async (run, by) => {
    const state = await store.run(run.id);
    if (state === undefined || isFinal(state.run)) return state?.run ?? run;
    const underway = offering.get(run.id);
    // It will never hear of this device again: nobody else can say that the run is over for it.
    if (isDenied(run.device)) {
      const command = { type: 'cancel', data: { reason: 'revoked' } } as const;
      const ended = (await journal.apply(run.id, [command], { by, sync: true })).run;
      forget(ended);
      return ended;
    }
    if (state.run.offeredAt === undefined && underway === undefined) {
      const command = { type: 'cancel', data: { reason: 'user' } } as const;
      const ended = (await journal.apply(run.id, [command], { by, sync: true })).run;
      forget(ended);
      return ended;
    }
    const asked = (await journal.apply(run.id, [{ type: 'request-cancel' }], { by, sync: true })).run;
    await underway;
    const link = network.link(run.device);
    waiting.set(run.device, (waiting.get(run.device) ?? new Set<RunId>()).add(run.id));
    if (link !== undefined) await offerOnce(link, run.id);
    return (await store.run(run.id))?.run ?? asked;
  };

  const withdraw: Outgoing['withdraw'] = async (run, by, note) => {
    if (run.offeredAt === undefined && !offering.has(run.id)) {
      try {
        const command = { type: 'withdraw', note } as const;
        const ended = (await journal.apply(run.id, [command], { by, sync: true })).run;
        forget(ended);
        return ended;
      } catch (error) {
        // It was offered in the same moment.
        if ((await store.run(run.id))?.run.offeredAt === undefined) throw error;
      }
    }
    await offering.get(run.id);
    const link = network.link(run.device);
    if (link === undefined) throw mayHaveIt(run);
    try {
      // Not a cancel: what the device has begun meanwhile goes on there, and is not begun elsewhere.
      await link.call('withdraw', { run: run.id, note });
    } catch (thrown) {
      const error = asDispatchError(thrown);
      throw error.code === 'not-found' ? mayHaveIt(run) : error;
    }
    return (await store.run(run.id))?.run ?? run;
  };

  /** It cannot say now whether it has the run, and nothing changes. */
  const mayHaveIt = (run: Run): DispatchError => {
    const name = nameOf(deps, run.device);
    if (isDenied(run.device)) {
      return new DispatchError('conflict', `${name} may have run ${run.number}, and tells this device nothing more`, {
        hint: `cancel it, then submit it again: "dispatch cancel ${run.number}"`,
      });
    }
    const [state, back] =
      network.link(run.device) === undefined ? ['is not there', 'is back'] : ['has not taken it on', 'has'];
    return new DispatchError('unavailable', `${name} may have run ${run.number}, and ${state}`, {
      retryable: true,
      hint: `wait until it ${back}, or cancel it: "dispatch cancel ${run.number}"`,
    });
  };

  return {
    send,
    start: (runs) => runs.forEach(send),
    cancel,
    withdraw,
    async giveUp(device, by) {
      const open = await readOpenRuns(store, (run) => run.device === device && run.origin === self.device);
      for (const run of open) {
        const command = { type: 'cancel', data: { reason: 'revoked' } } as const;
        await journal.apply(run.id, [command], { by, sync: true }).catch((error: unknown) => {
          if (!(error instanceof DispatchError && error.code === 'conflict')) throw error;
        });
        forget(run);
      }
      waiting.delete(device);
    },
    sent: (id, signal) => until(id, offered, signal),
    taken: (id, signal) => until(id, answered, signal),
    close() {
      closed = true;
      stopLinks();
      stopFeed();
      for (const stop of expiries.values()) stop();
    },
  };
}

/** Where the run stands in the thread of its origin. */
async function placeOf({ store }: EngineDeps, run: Run): Promise<string> {
  const place = await store.placeOf(run.id);
  if (place === undefined) throw new Error(`run ${run.id} has no place in the thread`);
  return place;
}
