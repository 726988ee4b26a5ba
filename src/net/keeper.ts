/**
 * Keeps what paired devices say of themselves: what comes while a write is on its way goes into the next one, what is kept already is
 * not written again, and of a device that was revoked meanwhile nothing is kept.
 */

import { isDeepStrictEqual } from 'node:util';
import { asDispatchError, type DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Pairing, PairingStore } from '../engine/peer-ports.ts';

/** What is new, from what is kept. */
type Change = (pairing: Pairing) => Partial<Pairing>;

export interface Keeper {
  keep(device: DeviceId, change: Change): void;
  /** Resolves when all of it is kept. */
  settled(): Promise<void>;
}

export function createKeeper(pairings: PairingStore, onFault: (error: DispatchError) => void): Keeper {
  const waiting = new Map<DeviceId, Change[]>();
  const writing = new Map<DeviceId, Promise<void>>();

  const write = async (device: DeviceId): Promise<void> => {
    for (let changes = waiting.get(device); changes !== undefined; changes = waiting.get(device)) {
      waiting.delete(device);
      const all = changes;
      const apply = (pairing: Pairing): Pairing => {
        let kept = pairing;
        for (const change of all) kept = { ...kept, ...change(kept) };
        return kept;
      };
      const before = pairings.get(device);
      if (before === undefined || isDeepStrictEqual(before, apply(before))) continue;
      try {
        await pairings.update(device, apply);
      } catch (error) {
        if (!pairings.isRevoked(device)) onFault(asDispatchError(error));
      }
    }
  };
  return {
    keep(device, change) {
      waiting.set(device, [...(waiting.get(device) ?? []), change]);
      if (writing.has(device)) return;
      const done = write(device).finally(() => writing.delete(device));
      writing.set(device, done);
    },
    async settled() {
      await Promise.all(writing.values());
    },
  };
}
