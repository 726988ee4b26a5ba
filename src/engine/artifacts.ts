/** Turns what a run left behind into artifacts: bytes into the blob store first, then the commands that tell of them. */

import { type Artifact, kindOf, type PublishedArtifact } from '../core/artifacts.ts';
import type { RunCommand } from '../core/commands.ts';
import { DispatchError } from '../core/errors.ts';
import type { ArtifactId, RunId } from '../core/ids.ts';
import type { ThreadEntry } from '../core/thread.ts';
import type { EngineDeps } from './context.ts';
import type { LeftAbout } from './executor-ports.ts';
import type { SealedOutput, StoredEntry } from './ports.ts';

const SNIFF_BYTES = 4100;
const MAX_NOTES = 20;

type Collector = Pick<EngineDeps, 'blobs' | 'ids' | 'sniffer' | 'workspaces' | 'settings' | 'finder'>;

export interface Collected {
  readonly commands: readonly RunCommand[];
  /** What was left out, in words: limits, files that vanished. Each is one line, and there are not many. */
  readonly notes: readonly string[];
}

/**
 * The files in the run's folder, up to the limits. Never rejects: what cannot be kept is noted. Backups have limits of their own, which
 * the executor keeps: what was taken from where it was is there to be put back.
 */
export async function collectFiles(
  deps: Collector,
  run: RunId,
  /** What the executor said of files, by name. */
  about: (name: string) => LeftAbout | undefined = () => undefined,
): Promise<Collected> {
  const { maxArtifacts, maxArtifactBytes } = deps.settings;
  const commands: RunCommand[] = [];
  const left = await deps.workspaces.list(run).catch((error: unknown) => ({
    files: [],
    notes: [`the files that it left were not kept: ${messageOf(error)}`],
  }));
  const notes: string[] = [];
  let bytes = 0;
  let count = 0;
  for (const file of left.files) {
    const said = about(file.name);
    const isBackup = said?.kind === 'backup';
    if (!isBackup && count >= maxArtifacts) {
      if (count === maxArtifacts)
        notes.push(`more than ${maxArtifacts} files were left: "${file.name}" and those after it were not kept`);
      count += 1;
      continue;
    }
    if (!isBackup && bytes + file.sizeBytes > maxArtifactBytes) {
      notes.push(
        `"${file.name}" was not kept: with its ${file.sizeBytes} bytes the run would exceed ${maxArtifactBytes} bytes`,
      );
      continue;
    }
    try {
      const blob = await deps.blobs.putFile(file.path, {
        maxBytes: isBackup ? file.sizeBytes : maxArtifactBytes - bytes,
        identity: file.identity,
      });
      const mimeType =
        said?.mimeType ?? (await deps.sniffer.type(file.name, await deps.blobs.head(blob.sha256, SNIFF_BYTES)));
      if (!isBackup) {
        bytes += blob.sizeBytes;
        count += 1;
      }
      const id = deps.ids.next() as ArtifactId;
      commands.push({
        type: 'add-artifact',
        artifact: {
          id,
          name: await deps.finder.mask(file.name),
          kind: said?.kind ?? kindOf(mimeType, file.name),
          mimeType,
          ...blob,
        },
      });
    } catch (error) {
      const grew = error instanceof DispatchError && error.code === 'too-large';
      const why = grew
        ? `it grew beyond the ${maxArtifactBytes - bytes} bytes that were left for it`
        : messageOf(error);
      notes.push(`"${file.name}" was not kept: ${why}`);
    }
  }
  // Limits first: they say more than one link among hundreds.
  const told = brief([...notes, ...left.notes]);
  return { commands, notes: await Promise.all(told.map((note) => deps.finder.mask(note))) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Names may hold anything, and there may be very many of them. */
function brief(notes: readonly string[]): readonly string[] {
  const shown = notes.slice(0, MAX_NOTES).map((note) => note.replace(/\p{Cc}/gu, escapeControl));
  const more = notes.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more such notes`];
}

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** The run's output as an artifact; nothing if it printed nothing. */
export async function collectOutput(deps: Collector, sealed: SealedOutput): Promise<readonly RunCommand[]> {
  if (sealed.summary.bytes === 0) return [];
  const blob = await deps.blobs.putFile(sealed.path);
  const id = deps.ids.next() as ArtifactId;
  return [
    { type: 'add-artifact', artifact: { id, name: 'output.log', kind: 'output', mimeType: 'text/plain', ...blob } },
  ];
}

type Publisher = Pick<EngineDeps, 'downloadUrl'>;

export function publishArtifact(deps: Publisher, artifact: Artifact): PublishedArtifact {
  return { ...artifact, downloadUrl: deps.downloadUrl(artifact) };
}

export function publishEntry(deps: Publisher, entry: StoredEntry): ThreadEntry {
  return entry.kind === 'artifact' ? { ...entry, artifact: publishArtifact(deps, entry.artifact) } : entry;
}
