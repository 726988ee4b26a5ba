/** Ids made by the client, so that a request that is sent twice counts once. */

import { randomBytes } from 'node:crypto';
import { spellId } from '../core/ids.ts';

export function newId(): string {
  return spellId(randomBytes(10));
}
