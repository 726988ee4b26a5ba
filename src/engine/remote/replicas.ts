/**
 * Copies of other devices' logs, as far as this one may see them: while a device is there its log is read from where the copy ends,
 * and every piece is written and told before the next one is asked for. Idempotent: a piece that comes twice changes nothing.
 */

import { asDispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { EngineDeps } from '../context.ts';
import type { Journal } from '../journal.ts';
import type { PeerLink } from '../peer-ports.ts';

/** A device that ends its log at once, again and again, is not asked without a pause. */
const PAUSE_MS = 1_000;

export interface Replicas {
  close(): void;
}

export function createReplicas(deps: EngineDeps & { journal: Journal }): Replicas {
  const { network, store, journal } = deps;
  const closing = new AbortController();

  /** Reads until the link goes down or the other side ends the log because this device may see more, or less, of it. */
  const copy = async (link: PeerLink, signal: AbortSignal): Promise<void> => {
    const position = await store.position(link.device);
    const after = position?.seq ?? 0;
    for await (const batch of link.log({ after }, signal)) {
      if (position !== undefined && batch.scope !== position.scope) {
        // What was passed over while less could be seen is there for the asking now.
        await copyAll(link, signal);
        return;
      }
      if (batch.upTo > after || position === undefined) await journal.importLog({ device: link.device, ...batch });
    }
  };
  const copyAll = async (link: PeerLink, signal: AbortSignal): Promise<void> => {
    for await (const batch of link.log({ after: 0 }, signal)) {
      await journal.importLog({ device: link.device, ...batch });
    }
  };

  const follow = async (link: PeerLink): Promise<void> => {
    const signal = AbortSignal.any([link.down, closing.signal]);
    while (!signal.aborted) {
      const began = deps.clock.now();
      try {
        await copy(link, signal);
      } catch (thrown) {
        const error = asDispatchError(thrown);
        if (signal.aborted) return;
        if (error.code !== 'unavailable') deps.onFault(`copying the log of ${link.device}`, thrown);
      }
      if (deps.clock.now() - began < PAUSE_MS) await pause(deps, signal);
    }
  };

  const following = new Map<DeviceId, PeerLink>();
  const stop = network.onLink((link) => {
    if (following.get(link.device) === link) return;
    following.set(link.device, link);
    void follow(link).finally(() => {
      if (following.get(link.device) === link) following.delete(link.device);
    });
  });
  return {
    close() {
      closing.abort();
      stop();
    },
  };
}

function pause({ clock }: EngineDeps, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      cancel();
      signal.removeEventListener('abort', go);
      resolve();
    };
    const cancel = clock.at(clock.now() + PAUSE_MS, go);
    signal.addEventListener('abort', go);
    if (signal.aborted) go();
  });
}
