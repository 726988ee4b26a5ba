/**
 * What the server and the process that interprets a program say to each other. The job goes there by IPC; what comes back are frames on
 * its standard output, written so that they wait while nobody reads: one byte of kind, four of length, and the content.
 */

import type { Job } from './job.ts';

export type Interpreted = 'javascript' | 'typescript' | 'bash' | 'python';

export interface RunnerJob extends Job {
  readonly language: Interpreted;
  readonly memoryBytes: number;
  readonly outputBytes: number;
  readonly folderBytes: number;
  readonly folderFiles: number;
}

export const Frame = { ready: 0, stdout: 1, stderr: 2, file: 3, end: 4 } as const;
export type FrameKind = (typeof Frame)[keyof typeof Frame];

const HEAD_BYTES = 5;

export function encodeFrame(kind: FrameKind, content: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + content.length);
  frame.writeUInt8(kind, 0);
  frame.writeUInt32LE(content.length, 1);
  frame.set(content, HEAD_BYTES);
  return frame;
}

/** A file: its name, a NUL, its bytes. */
export function encodeFile(name: string, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0`), bytes]);
}

export function decodeFile(content: Buffer): { readonly name: string; readonly bytes: Buffer } {
  const end = content.indexOf(0);
  return { name: content.toString('utf8', 0, end), bytes: content.subarray(end + 1) };
}

/** Cuts what arrives into frames. */
export function createFrameReader(): (bytes: Buffer) => { readonly kind: number; readonly content: Buffer }[] {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted = HEAD_BYTES;
  return (bytes) => {
    parts.push(bytes);
    length += bytes.length;
    const frames = [];
    while (length >= wanted) {
      const all = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      wanted = HEAD_BYTES + all.readUInt32LE(1);
      parts = [all];
      if (length < wanted) break;
      frames.push({ kind: all.readUInt8(0), content: all.subarray(HEAD_BYTES, wanted) });
      parts = [all.subarray(wanted)];
      length -= wanted;
      wanted = HEAD_BYTES;
    }
    return frames;
  };
}
