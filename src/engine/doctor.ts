/** Checks of the thread itself: that it reads, that the log and its projections agree, and making the latter anew. */

import { asDispatchError } from '../core/errors.ts';
import type { DoctorCheck } from '../protocol/api.ts';
import type { ThreadStore } from './ports.ts';

/** How many differences are named. */
const SHOWN = 5;
/** How much of each list the quick look reads. */
const NEWEST = 100;

export async function checkThread(
  store: ThreadStore,
  { rebuild, verify }: { readonly rebuild?: boolean; readonly verify?: boolean },
): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  try {
    if (rebuild === true)
      checks.push({ name: 'rebuild', ok: true, detail: `made anew from ${await store.rebuild()} events` });
    checks.push(verify === true ? await compare(store) : await look(store));
  } catch (error) {
    const { message, hint } = asDispatchError(error);
    checks.push({ name: 'thread', ok: false, detail: message, ...(hint === undefined ? {} : { fix: hint }) });
  }
  return checks;
}

/** Costs the same whatever the length of the log: whoever asks may have a million entries and no minutes. */
async function look(store: ThreadStore): Promise<DoctorCheck> {
  await Promise.all([
    store.entries({ limit: NEWEST }),
    store.runs({ limit: NEWEST }),
    store.pendingApprovals(NEWEST),
    store.artifacts(NEWEST),
  ]);
  const events = Object.values(store.cursor()).reduce((sum, seq) => sum + seq, 0);
  return {
    name: 'thread',
    ok: true,
    detail: `its newest entries read, of ${events} events; "dispatch doctor --verify" compares all`,
  };
}

async function compare(store: ThreadStore): Promise<DoctorCheck> {
  const wrong = await store.verify();
  if (wrong.length === 0) return { name: 'thread', ok: true, detail: 'the log and everything made from it agree' };
  const shown = wrong.slice(0, SHOWN).join('; ');
  // What is wrong with the log itself no rebuild brings back.
  const derived = wrong.some((text) => text.startsWith('"'));
  const fix = derived
    ? 'dispatch doctor --rebuild'
    : 'nothing brings lost events back; all others are as they should be';
  return { name: 'thread', ok: false, detail: `${wrong.length} differences: ${shown}`, fix };
}
