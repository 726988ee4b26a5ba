/** The content of programs and scripts by hash. A file is read again only when its inode, size or times have changed. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Sha256 } from '../../core/ids.ts';
import { isInside } from '../../core/policy/paths.ts';

const MOST_KNOWN = 4096;
/** What lies there is made when it is read, and reading may never end. */
const MADE_WHEN_READ = ['/proc', '/sys', '/dev'];

export interface FoundFile {
  /** Links resolved. */
  readonly path: string;
  /** Of the content, or if it was not to be read, of what tells that it is the same file and unchanged. */
  readonly sha256: Sha256;
  /** False if it was not to be read. */
  readonly read: boolean;
}

export interface FindOptions {
  readonly executable: boolean;
  /** Whether a file of that many bytes is to be read. */
  readonly reads: (path: string, bytes: number) => boolean;
}

export interface FileHashes {
  /** Undefined if it is no file that can be read, or with `executable` none that can be executed. Throws for nothing. */
  find(path: string, options: FindOptions): Promise<FoundFile | undefined>;
}

export function createFileHashes(): FileHashes {
  const known = new Map<string, { readonly key: string; readonly sha256: Sha256 }>();

  return {
    async find(path, { executable, reads }) {
      try {
        const real = await realpath(path);
        const info = await stat(real, { bigint: true });
        if (!info.isFile() || MADE_WHEN_READ.some((folder) => isInside(folder, real))) return undefined;
        if (executable) await access(real, constants.X_OK);
        const key = [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(' ');
        // The time of the last change is set by the system: nobody writes to a file and leaves it as it was. A program that may be
        // executed but not read can only be known by it.
        if (!(await isReadable(real)) || !reads(real, Number(info.size)))
          return { path: real, sha256: hashText(key), read: false };
        const before = known.get(real);
        if (before?.key === key) return { path: real, sha256: before.sha256, read: true };
        const sha256 = await hashFile(real, Number(info.size));
        if (known.size >= MOST_KNOWN) known.clear();
        known.set(real, { key, sha256 });
        return { path: real, sha256, read: true };
      } catch {
        return undefined; // Whoever may not read it is told by the shell.
      }
    },
  };
}

async function isReadable(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is written behind its end meanwhile is not waited for: it is another file then. */
async function hashFile(file: string, bytes: number): Promise<Sha256> {
  const hash = createHash('sha256');
  if (bytes > 0) await pipeline(createReadStream(file, { end: bytes - 1 }), hash);
  return hash.digest('hex') as Sha256;
}

function hashText(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}
