// The preview of an artifact: as many of its bytes as that takes, read beside the main thread. From another device a text comes by its
// beginning alone, and a picture whole.

import type { ControlClient } from '../../control/client/client.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import { type Document, PICTURE_BYTES, TEXT_BYTES } from '../preview/document.ts';
import { mayBePicture } from '../preview/kind.ts';
import { readAside } from '../preview/read-aside.ts';

/** `bringHere`: has all of it on this device first, and tells how far that is. */
export async function previewOf(
  client: ControlClient,
  artifact: PublishedArtifact,
  bringHere: () => Promise<void>,
): Promise<Document> {
  const whole = mayBePicture(artifact) && artifact.sizeBytes <= PICTURE_BYTES;
  if (whole) await bringHere();
  const head = await readHead(client, artifact, whole ? artifact.sizeBytes : TEXT_BYTES);
  const { name, mimeType, sizeBytes } = artifact;
  return readAside({ name, mimeType, sizeBytes, head });
}

async function readHead(client: ControlClient, { id }: PublishedArtifact, most: number): Promise<Uint8Array> {
  const { chunks } = await client.blob({ artifact: id, offset: 0 });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const { bytes } of chunks) {
    parts.push(bytes);
    size += bytes.length;
    if (size >= most) break;
  }
  // Of its own: what goes to another thread takes along all of the memory that it is a view of.
  return new Uint8Array(Buffer.concat(parts).subarray(0, most));
}
