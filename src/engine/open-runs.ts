/** Reads the runs that are not over, whatever their number, a page at a time. */

import type { RunId } from '../core/ids.ts';
import type { Run, RunStatus } from '../core/runs.ts';
import type { ThreadStore } from './ports.ts';

const OPEN: readonly RunStatus[] = ['queued', 'running', 'waiting_approval'];
const PAGE = 200;

/** Newest first; those that are meant. */
export async function readOpenRuns(
  store: Pick<ThreadStore, 'runs'>,
  isMeant: (run: Run) => boolean = () => true,
): Promise<Run[]> {
  const found: Run[] = [];
  let before: RunId | undefined;
  for (let more = true; more; ) {
    const page = await store.runs({ status: OPEN, limit: PAGE, ...(before === undefined ? {} : { before }) });
    found.push(...page.items.filter(isMeant));
    before = page.items.at(-1)?.id;
    more = page.more && before !== undefined;
  }
  return found;
}
