/**
 * Content that was kept for an artifact which the log does not tell of yet: a full disk may keep the end of a run waiting for hours,
 * and its bytes must not go meanwhile. What is never told of is held until the peer ends.
 */

import type { DeviceId, Sha256 } from '../core/ids.ts';
import type { Feed } from './feed.ts';
import type { BlobStore } from './ports.ts';

export interface HeldBlobs {
  /** The same store; what is put into it is held. */
  readonly blobs: BlobStore;
  isHeld(sha256: Sha256): boolean;
}

export function holdBlobs(blobs: BlobStore, feed: Pick<Feed, 'onChange'>, self: DeviceId): HeldBlobs {
  const held = new Map<Sha256, number>();
  const change = (sha256: Sha256, by: 1 | -1): void => {
    const count = (held.get(sha256) ?? 0) + by;
    if (count > 0) held.set(sha256, count);
    else held.delete(sha256);
  };
  const holding = async <T extends { sha256: Sha256 }>(put: Promise<T>): Promise<T> => {
    const kept = await put;
    change(kept.sha256, 1);
    return kept;
  };
  feed.onChange(({ event }) => {
    if (event.type === 'artifact.created' && event.device === self) change(event.data.artifact.sha256, -1);
  });
  return {
    blobs: {
      ...blobs,
      put: (chunks) => holding(blobs.put(chunks)),
      putFile: (path, options) => holding(blobs.putFile(path, options)),
    },
    isHeld: (sha256) => held.has(sha256),
  };
}
