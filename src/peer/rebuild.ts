/**
 * Makes everything anew that follows from the log, without a peer: for a database on which none can start. What LevelDB itself
 * cannot read any more is repaired first. It throws `locked` while a peer runs.
 */

import type { Paths } from '../config/paths.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { DoctorCheck } from '../protocol/api.ts';
import { repairThreadStore } from '../store/log/database.ts';
import { openThreadStore } from '../store/log/thread-store.ts';
import { loadIdentity } from './identity.ts';
import { systemClock } from './system.ts';

export async function rebuildWithoutPeer(paths: Paths): Promise<DoctorCheck> {
  const { device } = loadIdentity(paths.identityFile);
  try {
    const events = await rebuild(paths.thread, device);
    return { name: 'rebuild', ok: true, detail: `made anew from ${events} events` };
  } catch (error) {
    if (!isDamage(error)) throw error;
    await repairThreadStore(paths.thread);
    const events = await rebuild(paths.thread, device);
    const lost = `what could not be read, if anything, is in ${paths.thread}/lost`;
    return { name: 'rebuild', ok: true, detail: `repaired, and made anew from ${events} events; ${lost}` };
  }
}

async function rebuild(location: string, device: DeviceId): Promise<number> {
  const store = await openThreadStore({ location, device, now: systemClock.now });
  try {
    return await store.rebuild();
  } finally {
    await store.close();
  }
}

/** The store names this way out exactly where it is one. A full disk is no damage: to repair it would lose what is whole. */
function isDamage(error: unknown): boolean {
  return error instanceof DispatchError && error.code === 'storage' && (error.hint ?? '').includes('doctor --rebuild');
}
