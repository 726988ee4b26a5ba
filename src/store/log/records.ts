/**
 * The stored form of what the thread shows: JSON, each with its place. Text that does not read as such is damage and is
 * never passed on.
 */

import type { Approval } from '../../core/approvals.ts';
import type { Artifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import { type LogEvent, upcast } from '../../core/events.ts';
import type { ApprovalId, EntryKey } from '../../core/ids.ts';
import type { Run } from '../../core/runs.ts';
import type { Message } from '../../core/thread.ts';
import type { StoredEntry } from '../../engine/ports.ts';

/** `approval` is the id of the newest approval of the run, whose state is in its own record. */
export interface RunRecord {
  readonly key: EntryKey;
  readonly run: Run;
  readonly approval?: ApprovalId;
}

export interface ApprovalRecord {
  readonly key: EntryKey;
  readonly approval: Approval;
}

export interface ArtifactRecord {
  readonly key: EntryKey;
  readonly artifact: Artifact;
}

export interface MessageRecord {
  readonly key: EntryKey;
  readonly message: Message;
}

export type EntryRecord = RunRecord | ApprovalRecord | ArtifactRecord | MessageRecord;

/** What a person can do about a damaged database. */
export const REPAIR_HINT = 'stop the peer, run "dispatch doctor --rebuild", then start it again';

/** The stored JSON under the key. The form is what this version wrote: the schema version says so. */
export function parseRecord<T extends object>(key: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw damaged(`what is stored under "${key}" cannot be read`, cause);
  }
}

export function parseEvent(key: string, text: string): LogEvent {
  return upcast(parseRecord(key, text));
}

export function damaged(what: string, cause?: unknown): DispatchError {
  return new DispatchError('storage', `the database is damaged: ${what}`, { hint: REPAIR_HINT, cause });
}

/** The entry of a record, by the kind of thing that it holds. */
export function toEntry(record: EntryRecord): StoredEntry {
  if ('run' in record) return { key: record.key, kind: 'run', run: record.run };
  if ('approval' in record) return { key: record.key, kind: 'approval', approval: record.approval };
  if ('artifact' in record) return { key: record.key, kind: 'artifact', artifact: record.artifact };
  return { key: record.key, kind: 'message', message: record.message };
}
