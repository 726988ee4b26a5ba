/** Reading and writing whole pieces at a position: a disk may take or give less than it is asked for. */

import { type FileHandle, open } from 'node:fs/promises';

export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<Uint8Array> {
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) throw new Error('the file is shorter than what was written to it');
    filled += bytesRead;
  }
  return bytes;
}

/** A disk may take less than it is given, and says no only when asked again. */
export async function writeAll(
  handle: FileHandle,
  slices: readonly Uint8Array[],
  position: number,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const total = lengthOf(slices);
  for (let written = 0; written < total; ) {
    const { bytesWritten } = await handle.writev(cut(slices, written, total), position + written);
    if (bytesWritten === 0) throw new Error('the disk takes no more bytes');
    written += bytesWritten;
    onWritten(bytesWritten);
  }
}

export function lengthOf(slices: readonly Uint8Array[]): number {
  return slices.reduce((sum, slice) => sum + slice.length, 0);
}

/** Views of the bytes from `start` up to `end` of the slices taken together. */
export function cut(slices: readonly Uint8Array[], start: number, end: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  let offset = 0;
  for (const slice of slices) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, slice.length);
    if (from < to) views.push(from === 0 && to === slice.length ? slice : slice.subarray(from, to));
    offset += slice.length;
  }
  return views;
}

/** Makes renames and removals in a folder survive a power cut. Where folders cannot be opened (Windows) the system does it itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
