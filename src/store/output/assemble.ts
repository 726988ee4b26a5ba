/**
 * Makes the one file that is kept of an output: the head where it stands, and after it the tail, with a line wherever bytes were
 * dropped. Followers may read meanwhile: neither the head nor the ring is touched, except on a disk that is full.
 */

import type { OutputFiles } from './files.ts';

/** Bytes of the output that are not in the kept file; a line stands in their place. */
export interface Gap {
  readonly offset: number;
  readonly bytes: number;
}

const COPY_BYTES = 1024 * 1024;

function gapLine(bytes: number): Uint8Array {
  return Buffer.from(`\n[dispatch: ${bytes} bytes dropped here]\n`);
}

/** Gives the gaps, in order. Rejects only if not even the head can be left as a sound file. */
export async function assemble(files: OutputFiles, size: number): Promise<readonly Gap[]> {
  try {
    await files.truncateHead();
    return await appendTail(files, size);
  } catch {
    return endWithHead(files, size);
  }
}

async function appendTail(files: OutputFiles, size: number): Promise<readonly Gap[]> {
  const gaps: Gap[] = [];
  let position = files.headEnd;
  let offset = files.headEnd;
  const append = async (bytes: Uint8Array): Promise<void> => {
    await files.extendHead(position, bytes);
    position += bytes.length;
  };
  const skipTo = async (next: number): Promise<void> => {
    if (next === offset) return;
    gaps.push({ offset, bytes: next - offset });
    await append(gapLine(next - offset));
    offset = next;
  };
  while (offset < size) {
    const chunk = await files.read(offset, COPY_BYTES);
    await skipTo(chunk?.offset ?? size);
    if (chunk === undefined) break;
    await append(chunk.bytes);
    offset += chunk.bytes.length;
  }
  return gaps;
}

/** The disk has no room for the tail: the head stays, and its last bytes make room for the line. */
async function endWithHead(files: OutputFiles, size: number): Promise<readonly Gap[]> {
  await files.truncateHead();
  const headEnd = files.headEnd;
  // The line grows by a digit at most when its own room is added to what is dropped.
  const room = gapLine(size).length;
  if (headEnd < room) return [{ offset: headEnd, bytes: size - headEnd }];
  const line = Buffer.from(gapLine(size - headEnd + room))
    .toString()
    .padStart(room, '\n');
  await files.replaceHeadEnd(Buffer.from(line));
  return [{ offset: headEnd - room, bytes: size - headEnd + room }];
}
