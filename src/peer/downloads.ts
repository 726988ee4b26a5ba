/** Artifacts over HTTP on this machine, for as long as the peer lives. A machine without a loopback has files instead. */

import { pathToFileURL } from 'node:url';
import { createArtifactServer } from '../control/http/artifact-server.ts';
import type { ArtifactSource } from '../control/http/serve-artifact.ts';
import type { Artifact } from '../core/artifacts.ts';
import type { BlobStore } from '../engine/ports.ts';
import type { PeerLog } from './log.ts';

export interface Downloads {
  urlOf(artifact: Artifact): string;
  serve(source: ArtifactSource): void;
  close(): Promise<void>;
}

export async function startDownloads(blobs: Pick<BlobStore, 'path'>, log: PeerLog): Promise<Downloads> {
  const onFault = (what: string, error: unknown): void => log.error(what, error);
  try {
    return await createArtifactServer({ onFault });
  } catch (error) {
    log.error('artifacts have file URLs', error);
    return {
      urlOf: ({ sha256 }) => pathToFileURL(blobs.path(sha256)).href,
      serve: () => {},
      close: async () => {},
    };
  }
}
