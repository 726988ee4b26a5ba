/** Checks of the thread itself: the log against its projections. */

import { asDispatchError } from '../core/errors.ts';
import type { DoctorCheck } from '../protocol/api.ts';
import type { ThreadStore } from './ports.ts';

const SHOWN = 5;

export async function checkThread(store: ThreadStore, rebuild: boolean): Promise<DoctorCheck[]> {
  try {
    const rebuilt = rebuild
      ? [{ name: 'rebuild', ok: true, detail: `made anew from ${await store.rebuild()} events` }]
      : [];
    const wrong = await store.verify();
    const detail =
      wrong.length === 0
        ? 'the log and everything made from it agree'
        : `${wrong.length} differences: ${wrong.slice(0, SHOWN).join('; ')}`;
    const thread = {
      name: 'thread',
      ok: wrong.length === 0,
      detail,
      ...(wrong.length === 0 ? {} : { fix: 'dispatch doctor --rebuild' }),
    };
    return [...rebuilt, thread];
  } catch (error) {
    const { message, hint } = asDispatchError(error);
    return [{ name: 'thread', ok: false, detail: message, ...(hint === undefined ? {} : { fix: hint }) }];
  }
}
