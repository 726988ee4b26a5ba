/**
 * Records that nothing else could derive: each carries a sum over its key and its value, so that a changed byte in either is seen.
 * The sum finds damage; whoever means to deceive can make a new one.
 */

import { hash } from 'node:crypto';
import type { Database } from './database.ts';
import { givenNumberKey, positionKey, startingWith } from './keys.ts';

const SUM_DIGITS = 16;
const PIECE = 500;

/** The kinds of records that are kept so. */
export const SEALED_PREFIXES: readonly string[] = [givenNumberKey('' as never), positionKey('')];

/** The text that is stored for the value under the key. */
export function seal(key: string, value: object): string {
  return JSON.stringify({ ...value, sum: sumOf(key, value) });
}

/** True if the text is what `seal` made of some value for this key, byte for byte. */
export function isSealed(key: string, text: string): boolean {
  try {
    const { sum: _sum, ...value } = JSON.parse(text) as Record<string, unknown>;
    return seal(key, value) === text;
  } catch {
    return false;
  }
}

function sumOf(key: string, value: object): string {
  return hash('sha256', `${key}\n${JSON.stringify(value)}`).slice(0, SUM_DIGITS);
}

/** Gives sums to what versions wrote that knew none. */
export async function sealOldRecords(db: Database): Promise<void> {
  for (const prefix of SEALED_PREFIXES) {
    const iterator = db.iterator(startingWith(prefix));
    try {
      for (let piece = await iterator.nextv(PIECE); piece.length > 0; piece = await iterator.nextv(PIECE)) {
        const sealed = piece.flatMap(([key, text]) => {
          const value = unsealed(text);
          return value === undefined ? [] : [{ type: 'put' as const, key, value: seal(key, value) }];
        });
        await db.batch(sealed, { sync: false });
      }
    } finally {
      await iterator.close();
    }
  }
}

/** Undefined for what is no record, which stays as it is, and for what has a sum. */
function unsealed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || typeof value !== 'object' || 'sum' in value ? undefined : value;
  } catch {
    return undefined;
  }
}
