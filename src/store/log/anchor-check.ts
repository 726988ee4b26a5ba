/** Looks at the anchor beside a database that was just opened, before a new one takes its place. */

import type { DeviceId } from '../../core/ids.ts';
import { anchorOf, readAnchor, setAside } from './anchor.ts';
import type { Database } from './database.ts';
import { hashEvent } from './hash-chain.ts';
import { logKey } from './keys.ts';
import { parseEvent } from './records.ts';

/**
 * Gives what is to be told of the anchor, in words. One that names an event which is not here is kept beside the new one. Never throws:
 * a thread without an anchor is still a thread.
 */
export async function inspectAnchor(
  db: Database,
  { location, device, isDue }: { location: string; device: DeviceId /** There must be one. */; isDue: boolean },
): Promise<string | undefined> {
  const reading = await readAnchor(anchorOf(location));
  if (reading.kind === 'missing') {
    return isDue ? 'the anchor beside the database was missing when it was opened, and was made anew' : undefined;
  }
  if (reading.kind === 'damaged') {
    return 'the anchor beside the database was damaged when it was opened, and was made anew';
  }
  const { device: owner, seq, hash } = reading.event;
  if (owner !== device) return `the anchor beside the database was that of device ${owner}, and was made anew`;
  if (seq > 0 && (await hashAt(db, device, seq)) !== hash) await setAside(location).catch(() => undefined);
  return undefined;
}

async function hashAt(db: Database, device: DeviceId, seq: number): Promise<string | undefined> {
  const key = logKey(device, seq);
  try {
    const [text]: readonly (string | undefined)[] = await db.getMany([key]);
    return text === undefined ? undefined : hashEvent(parseEvent(key, text));
  } catch {
    return undefined;
  }
}
