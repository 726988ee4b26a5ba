// What a run leaves for itself: backups of what it changed, and what people were shown before it. In the thread all of a run is one entry;
// the detail of the run lists each. Pure.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { ShownEntry } from './model.ts';

/** Where the engine keeps what a request shows: the picture, and a long difference. */
const OF_APPROVAL = 'approval/';

export const isFolded = ({ kind, name }: PublishedArtifact): boolean =>
  kind === 'backup' || name.startsWith(OF_APPROVAL);

/** The entry that holds what was folded of the same run; -1 if there is none. */
export function foldIndex(entries: readonly ShownEntry[], { runId }: PublishedArtifact): number {
  return entries.findIndex(
    (entry) => entry.kind === 'artifact' && entry.folded !== undefined && entry.artifact.runId === runId,
  );
}

/** Adds one to the entry, or puts it in the place of what was known of it. */
export function withFolded(entry: ShownEntry, artifact: PublishedArtifact): ShownEntry {
  const before = entry.folded ?? [];
  const at = before.findIndex(({ id }) => id === artifact.id);
  return { ...entry, folded: at === -1 ? [...before, artifact] : before.with(at, artifact) };
}

/** The entry as it is shown on its own. */
export function asShown(entry: ThreadEntry): ShownEntry {
  return entry.kind === 'artifact' && isFolded(entry.artifact) ? { ...entry, folded: [entry.artifact] } : entry;
}

/** `3 backups, 1 file of its approval`. */
export function foldedWords(folded: readonly PublishedArtifact[]): string {
  const backups = folded.filter(({ kind }) => kind === 'backup').length;
  const shown = folded.length - backups;
  const said = [
    ...(backups === 0 ? [] : [backups === 1 ? '1 backup' : `${backups} backups`]),
    ...(shown === 0 ? [] : [`${shown === 1 ? '1 file' : `${shown} files`} of its approval`]),
  ];
  return said.join(', ');
}
