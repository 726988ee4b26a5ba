/** What `dispatch show` says of an entry of the thread that is no run and no artifact: a message, an approval. */

import type { ControlClient } from '../control/client/client.ts';
import { findEntries } from '../control/client/find-entries.ts';
import { entryId, type ThreadEntry } from '../core/thread.ts';
import type { CliContext } from './context.ts';
import { entryLine } from './print.ts';

/** A search finds words that begin so as well. */
const LOOKED_THROUGH = 100;

/** By its id, or the beginning of one that no other entry has. */
export async function findEntry(client: ControlClient, ref: string): Promise<ThreadEntry | undefined> {
  const { entries } = await findEntries(client, `"${ref.replaceAll('"', '')}"`, LOOKED_THROUGH);
  const named = entries.filter((entry) => entryId(entry).startsWith(ref));
  return named.find((entry) => entryId(entry) === ref) ?? (named.length === 1 ? named[0] : undefined);
}

export function showEntry(context: CliContext, entry: ThreadEntry): number {
  if (context.json) context.printJson(entry);
  else context.print(entryLine(entry));
  return 0;
}
