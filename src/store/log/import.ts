/**
 * Copies a piece of another device's log: what that device may say, what fits, and what is not here yet. It makes a batch of it and
 * never writes; whatever a hostile device sends harms nothing but what is shown of that device.
 */

import type { LogEvent } from '../../core/events.ts';
import type { DeviceId, RunId } from '../../core/ids.ts';
import { mayTell } from '../../core/replica.ts';
import type { LoggedChange } from '../../engine/ports.ts';
import type { LogBatch } from '../../protocol/peer-api.ts';
import * as keys from './keys.ts';
import { Draft, logOperations, type Operation, type ReadMany, type Tips } from './projection.ts';
import { parseRecord } from './records.ts';
import { seal } from './sealed.ts';

/** How far the log of another device has been copied. */
export interface Position {
  readonly seq: number;
  readonly scope: string;
}

export function parsePosition(key: string, text: string): Position {
  const { seq, scope } = parseRecord<Position>(key, text);
  return { seq, scope };
}

export interface Imported {
  readonly changes: readonly LoggedChange[];
  readonly operations: readonly Operation[];
  readonly tips: Tips;
}

export async function draftImport(
  { device, events, upTo, scope }: { device: DeviceId } & LogBatch,
  here: { self: DeviceId; tips: Tips; read: ReadMany; nextNumber: () => number },
): Promise<Imported> {
  const own = events.filter((event) => event.device === device);
  const draft = new Draft(here.tips);
  await draft.load(own, here.read);
  const taken = await takenKeys(own, here.read);
  const changes: LoggedChange[] = [];
  for (const event of own) {
    const known = event.type === 'message.said' ? undefined : draft.run(event.stream as RunId);
    if (!mayTell(event, known, here.self)) continue;
    const wanted = keysOfNew(event);
    if (wanted.some((key) => taken.has(key))) continue;
    const change = applyForeign(draft, event, here.nextNumber);
    if (change === undefined) continue;
    changes.push(change);
    for (const key of wanted) taken.add(key);
  }
  const position: Position = { seq: upTo, scope };
  const key = keys.positionKey(device);
  return {
    changes,
    operations: [
      ...logOperations(changes.map(({ event }) => event)),
      ...draft.operations(),
      { type: 'put', key, value: seal(key, position) },
    ],
    tips: draft.tips,
  };
}

/** What does not fit what is before it is left out: the rest of that log is still worth having. */
function applyForeign(draft: Draft, event: LogEvent, nextNumber: () => number): LoggedChange | undefined {
  try {
    const begins = event.type === 'run.submitted' || event.type === 'run.received';
    if (begins && draft.run(event.stream as RunId) === undefined) draft.giveNumber(event.stream as RunId, nextNumber);
    return draft.apply(event);
  } catch {
    return undefined;
  }
}

/** The keys that must be free for an event to be new: its own, and that of the thing that it makes. */
function keysOfNew(event: LogEvent): string[] {
  const own = keys.logKey(event.device, event.seq);
  switch (event.type) {
    case 'message.said':
    case 'run.answered':
      return [own, keys.messageKey(event.data.message)];
    case 'approval.requested':
      return [own, keys.approvalKey(event.data.approval)];
    case 'artifact.created':
      return [own, keys.artifactKey(event.data.artifact.id)];
    default:
      return [own];
  }
}

async function takenKeys(events: readonly LogEvent[], read: ReadMany): Promise<Set<string>> {
  const wanted = [...new Set(events.flatMap(keysOfNew))];
  const texts = wanted.length === 0 ? [] : await read(wanted);
  return new Set(wanted.filter((_, index) => texts[index] !== undefined));
}
