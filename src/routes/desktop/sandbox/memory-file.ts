/**
 * A file without a name, for what a program is to read from an open descriptor and nobody else is to find: it is gone from its
 * folder before it holds anything, and lies in memory where the system has a place for that.
 */

import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** /dev/shm is a file system in memory on Linux. */
const PLACES = ['/dev/shm', tmpdir()];

export interface MemoryFile {
  /** Where processes of the same account can open it. Linux only. */
  readonly path: string;
  /** What was written after the first content. */
  added(): string;
  close(): void;
}

/** Throws what the system says where no file can be made. */
export function createMemoryFile(content: Uint8Array): MemoryFile {
  const descriptor = openNameless();
  for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written);
  let open = true;
  return {
    path: `/proc/${process.pid}/fd/${descriptor}`,
    added() {
      const rest = Buffer.alloc(Math.max(fstatSync(descriptor).size - content.length, 0));
      readSync(descriptor, rest, 0, rest.length, content.length);
      return rest.toString('utf8');
    },
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

function openNameless(): number {
  let failure: unknown;
  for (const place of PLACES) {
    const path = join(place, `dispatch-${process.pid}-${crypto.randomUUID()}`);
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const descriptor = openSync(path, flags, 0o600);
      unlinkSync(path);
      return descriptor;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
