/** What a disk said, in words a person can act on. */

import { DispatchError } from '../core/errors.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['no space is left on the disk', 'free some space, then try again'],
  EDQUOT: ['the disk quota is used up', 'free some space, then try again'],
  EFBIG: ['the file would be larger than the system allows', 'raise the limit (ulimit -f), then try again'],
  EROFS: ['the file system is read-only', 'mount it writable or set DISPATCH_HOME to another folder'],
  EACCES: ['permission denied', 'mend the permissions of the folder or set DISPATCH_HOME to another one'],
  EPERM: ['permission denied', 'mend the permissions of the folder or set DISPATCH_HOME to another one'],
  ENOENT: ['it is not there', 'see whether something else removed it; "dispatch doctor" tells what is missing'],
  ENOTDIR: ['a part of the path is not a folder', 'move what stands in its place'],
  EISDIR: ['it is a folder', 'move what stands in its place'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n) or let some runs end'],
  ENFILE: ['too many files are open on this machine', 'let some programs end'],
  EIO: ['the disk reports an input/output error', 'check the disk and its cables before anything else'],
};

/** `what` is a phrase: `cannot keep the output in /path/file`. */
export function storageError(what: string, thrown: unknown): DispatchError {
  if (thrown instanceof DispatchError) return thrown;
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  const known = code === undefined ? undefined : REASONS[code];
  const [reason, hint] = known ?? [thrown instanceof Error ? thrown.message : String(thrown), 'see "dispatch doctor"'];
  return new DispatchError('storage', `${what}: ${reason}`, {
    cause: thrown,
    hint,
    ...(code === undefined ? {} : { details: { code } }),
  });
}
