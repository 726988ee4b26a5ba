/**
 * The folder that the control socket lives in: only its owner may enter it, because whoever can open the socket commands the
 * peer. Refuses a folder of somebody else's, and paths that the system cannot bind.
 */

import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { DispatchError } from '../../core/errors.ts';

const PRIVATE = 0o700;
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL among them. */
const MAX_PATH_BYTES = 103;

/** Makes the folder, or makes sure that it is private. */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE });
    check(folder, lstatSync(folder));
  } catch (error) {
    if (error instanceof DispatchError) throw error;
    throw new DispatchError('storage', `cannot make the folder ${folder}: ${(error as Error).message}`, {
      cause: error,
      hint: 'mend the permissions of its parent, or set DISPATCH_HOME to a folder that can be written',
    });
  }
}

function check(folder: string, stats: Stats): void {
  if (!stats.isDirectory()) throw refused(`${folder} is not a folder`, 'remove it');
  const me = process.getuid?.();
  if (me !== undefined && stats.uid !== me) {
    throw refused(
      `${folder} belongs to another user (${stats.uid})`,
      'remove it, or set DISPATCH_HOME to a folder of yours',
    );
  }
  if ((stats.mode & OTHERS_WRITE) !== 0) {
    throw refused(`others can write in ${folder}, so what lies there cannot be trusted`, `look at it, then remove it`);
  }
  if ((stats.mode & OTHERS) !== 0) chmodSync(folder, PRIVATE);
}

/** `longest` is the longest path that will be bound. */
export function checkPathLength(path: string, longest: string): void {
  const bytes = Buffer.byteLength(longest);
  if (bytes <= MAX_PATH_BYTES) return;
  throw new DispatchError(
    'config',
    `the path of the control socket is too long for the system: ${path} needs ${bytes} bytes of ${MAX_PATH_BYTES}`,
    {
      hint: 'set DISPATCH_HOME to a shorter path',
    },
  );
}

function refused(message: string, hint: string): DispatchError {
  return new DispatchError('refused', message, { hint });
}
