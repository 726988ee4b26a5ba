/** What runs leave behind: metadata here, bytes in the blob store under their hash. */

import type { ArtifactId, DeviceId, RunId, Sha256 } from './ids.ts';

export const ARTIFACT_KINDS = ['output', 'file', 'image', 'document', 'archive', 'code', 'data', 'backup'] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/** Why the bytes of an artifact are gone: older than the owner keeps them, or more than there is room for. */
export const REMOVAL_REASONS = ['age', 'room'] as const;
export type RemovalReason = (typeof REMOVAL_REASONS)[number];

export interface Artifact {
  readonly id: ArtifactId;
  readonly runId: RunId;
  /** Path inside the artifacts folder, with forward slashes. */
  readonly name: string;
  readonly kind: ArtifactKind;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly device: DeviceId;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Set where its bytes are gone from the device that made it. */
  readonly removed?: { readonly at: number; readonly reason: RemovalReason };
}

/** An artifact before the log has given it its place. */
export type NewArtifact = Omit<Artifact, 'runId' | 'device' | 'createdAt' | 'removed'>;

/** An artifact as people and scripts see it. The URL is not in the log: it depends on who asks. */
export type PublishedArtifact = Artifact & {
  /** Where programs on the machine that is asked can have the bytes, wherever they lie: an HTTP URL on 127.0.0.1, good while its peer lives. */
  readonly downloadUrl: string;
};

const ARCHIVES =
  /^application\/(zip|gzip|x-gzip|x-tar|x-7z-compressed|x-xz|x-bzip2|zstd|x-rar-compressed|vnd\.rar|java-archive)$/;
const DATA =
  /^(application\/(json|x-ndjson|xml|toml|yaml|x-yaml|x-sqlite3|vnd\.sqlite3|vnd\.apache\.parquet)|text\/(csv|tab-separated-values|xml|yaml))$/;
const CODE =
  /^(text\/(javascript|css|html|x-[a-z0-9.+-]+|typescript)|application\/(javascript|x-sh|x-httpd-php|typescript))$/;
const CODE_NAMES =
  /\.(ts|tsx|mts|cts|js|mjs|cjs|jsx|py|rb|rs|go|c|h|cc|cpp|hpp|java|kt|cs|php|pl|lua|sh|bash|zsh|fish|sql|swift|hs|ex|exs|erl|clj|r|jl|zig|nim|patch|diff)$/i;
const DOCUMENTS =
  /^(application\/(pdf|rtf|msword|epub\+zip|vnd\.(openxmlformats-officedocument|oasis\.opendocument)\..*)|text\/(plain|markdown|rtf))$/;

/** The kind of a collected file, by type first and name second. */
export function kindOf(mimeType: string, name: string): ArtifactKind {
  if (mimeType.startsWith('image/')) return 'image';
  if (CODE_NAMES.test(name) || CODE.test(mimeType)) return 'code';
  if (ARCHIVES.test(mimeType)) return 'archive';
  if (DATA.test(mimeType)) return 'data';
  if (DOCUMENTS.test(mimeType)) return 'document';
  return 'file';
}
