/** The thread: messages, runs, approvals and artifacts in one order, each shown in its present state at the place where it began. */

import type { Answer } from './answers.ts';
import type { Actor, Approval } from './approvals.ts';
import type { PublishedArtifact } from './artifacts.ts';
import { type Timestamp, wallTime } from './clock.ts';
import type { LogEvent } from './events.ts';
import type { DeviceId, EntryKey, MessageId, RunId } from './ids.ts';
import type { Run } from './runs.ts';

export interface Message {
  readonly id: MessageId;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly by: Actor;
  /** Unix milliseconds. */
  readonly at: number;
  /** Of an answer: the run that asked, and what is known of the answer besides its text. */
  readonly run?: RunId;
  readonly about?: Omit<Answer, 'text'>;
}

/** The message that a connector's answer makes. */
export function messageOfAnswer(event: Extract<LogEvent, { type: 'run.answered' }>): Message {
  const { message: id, text, ...about } = event.data;
  return { id, role: 'assistant', text, by: event.by, at: wallTime(event.at), run: event.stream as RunId, about };
}

export type ThreadEntry = { readonly key: EntryKey } & (
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'approval'; readonly approval: Approval }
  | { readonly kind: 'artifact'; readonly artifact: PublishedArtifact }
);

export function entryKey(event: Pick<LogEvent, 'at' | 'device' | 'seq'>): EntryKey {
  return `${event.at}/${event.device}/${event.seq.toString(16).padStart(12, '0')}`;
}

const PLACE = /^([0-9a-f]{12}-[0-9a-f]{4})\/([1-9A-HJ-NP-Za-km-z]{1,100})\/[0-9a-f]{12}$/;

/** When and where the entry began; undefined if the text is no place. */
export function parsePlace(place: EntryKey): { at: Timestamp; device: DeviceId } | undefined {
  const match = PLACE.exec(place);
  return match === null ? undefined : { at: match[1] as Timestamp, device: match[2] as DeviceId };
}

/** The id of what the entry shows. */
export function entryId(entry: ThreadEntry): string {
  switch (entry.kind) {
    case 'message':
      return entry.message.id;
    case 'run':
      return entry.run.id;
    case 'approval':
      return entry.approval.id;
    case 'artifact':
      return entry.artifact.id;
  }
}

/** "Device D after seq N": where a follower stands in each device's log. */
export type Cursor = Readonly<Record<string, number>>;
