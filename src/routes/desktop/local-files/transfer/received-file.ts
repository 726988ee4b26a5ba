/** A file that is being received: made where nothing is yet, for this account alone until it has proved right. */

import { createHash } from 'node:crypto';
import { closeSync, constants, fchmodSync, futimesSync, openSync, writeSync } from 'node:fs';
import { DispatchError } from '../../../../core/errors.ts';
import { shown } from '../shown.ts';
import type { Header } from './entries.ts';

export type FileHeader = Extract<Header, { kind: 'file' }>;

export interface ReceivedFile {
  readonly header: FileHeader;
  /** How much has come. */
  readonly offset: number;
  write(bytes: Uint8Array): void | Promise<void>;
  /** Gives it its mode and time, and closes it. Throws `conflict` if it is not what was sent. */
  finish(sha256: string): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Writes and hashes at once, without waiting: for a small file the waits would take longer. */
export function receiveSmall(way: string, name: string, header: FileHeader): ReceivedFile {
  const file = createFile(way);
  const hash = createHash('sha256');
  let offset = 0;
  return {
    header,
    get offset() {
      return offset;
    },
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
      hash.update(bytes);
      offset += bytes.length;
    },
    finish(sha256) {
      if (hash.digest('hex') !== sha256) throw notAsSent(name);
      dress(file, header);
      closeSync(file);
    },
    close: () => closeSync(file),
  };
}

export function createFile(way: string): number {
  return openSync(way, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
}

/** Gives it the mode and the time that it has at the other end. */
export function dress(file: number, { mode, modifiedAt }: FileHeader): void {
  fchmodSync(file, mode & 0o777);
  futimesSync(file, modifiedAt / 1000, modifiedAt / 1000);
}

export function notAsSent(name: string): DispatchError {
  return new DispatchError('conflict', `${shown(name)} did not arrive as it was sent`, {
    hint: 'start the transfer again',
  });
}
