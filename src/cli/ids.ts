/** Ids made by the client, so that a request that is sent twice counts once. */

import { closeSync, openSync, readSync } from 'node:fs';
import { spellId } from '../core/ids.ts';

const ID_BYTES = 10;

export function newId(): string {
  return spellId(randomBytes());
}

/** From the system directly: loading node:crypto for ten bytes would take a tenth of the time that a whole command takes. */
function randomBytes(): Uint8Array {
  if (process.platform === 'win32') return process.getBuiltinModule('node:crypto').randomBytes(ID_BYTES);
  const source = openSync('/dev/urandom', 'r');
  try {
    const bytes = new Uint8Array(ID_BYTES);
    if (readSync(source, bytes) !== ID_BYTES) throw new Error('/dev/urandom gave too few bytes');
    return bytes;
  } finally {
    closeSync(source);
  }
}
