/** What inline code may know of the thread: read-only, plain values that survive JSON, bounded in number and size. */

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Device } from '../../core/devices.ts';
import type { Run, RunStatus } from '../../core/runs.ts';
import type { Message, ThreadEntry } from '../../core/thread.ts';

/** Bounds of one question. */
export const READ_LIMITS = {
  /** Things in a list: if nothing is said, and at most. */
  items: 100,
  maxItems: 1000,
  /** Bytes of one text. */
  textBytes: 1024 * 1024,
} as const;

export interface ThreadReader {
  /** Newest first. */
  runs(query: { readonly status?: readonly RunStatus[]; readonly limit: number }): Promise<readonly Run[]>;
  /** Of one run (its id, a unique prefix of it or its number), or the newest of all. Throws `not-found`, `ambiguous`. */
  artifacts(query: { readonly run?: string; readonly limit: number }): Promise<readonly PublishedArtifact[]>;
  /**
   * The beginning of an artifact's content, or of a run's output, as text: at most `maxBytes`, and how many there are in all.
   * `ref` is an id, a unique prefix of one, or a run's number. Throws `not-found`, `ambiguous`.
   */
  text(ref: string, maxBytes: number): Promise<{ readonly text: string; readonly sizeBytes: number }>;
  devices(): Promise<readonly Device[]>;
  /** The newest messages, oldest first. */
  messages(limit: number): Promise<readonly Message[]>;
  /** The newest entries, oldest first. */
  thread(limit: number): Promise<readonly ThreadEntry[]>;
}
