/**
 * Makes sure that a database that was opened is one of ours, of a form that this version knows, and whole: what an older version
 * derived, or what was cut off, is derived anew. Costs the same whatever the length of the log, except then.
 */

import { DispatchError } from '../../core/errors.ts';
import { type Database, explain, openDatabase } from './database.ts';
import { REBUILD_KEY, SCHEMA, SCHEMA_KEY } from './keys.ts';
import type { Tips } from './projection.ts';
import { readTips, rebuild } from './rebuild.ts';
import { damaged } from './records.ts';
import { sealOldRecords } from './sealed.ts';

/** The first version of the schema with a chain: records that nothing derives have sums, and an anchor stands beside the database. */
const SEALED_SINCE = 2;

export interface Prepared {
  readonly tips: Tips;
  /** True if a version wrote it that keeps an anchor beside it. */
  readonly anchored: boolean;
}

async function prepareDatabase(db: Database, location: string): Promise<Prepared> {
  const [schema, mark]: readonly (string | undefined)[] = await db.getMany([SCHEMA_KEY, REBUILD_KEY]);
  if (schema === undefined) {
    await begin(db, location);
    return { tips: await readTips(db), anchored: false };
  }
  const version = Number(schema);
  if (!Number.isSafeInteger(version)) throw damaged(`its schema version reads "${schema}"`);
  if (version > SCHEMA) {
    throw new DispatchError(
      'version',
      `the database at ${location} was written by a newer Dispatch (schema ${schema}, known: ${SCHEMA})`,
      {
        hint: 'start that version, or set DISPATCH_HOME to another folder',
      },
    );
  }
  const anchored = version >= SEALED_SINCE;
  if (version === SCHEMA && mark === undefined) return { tips: await readTips(db), anchored };
  // A repair says that the schema is of today, whichever version wrote the records.
  if (!anchored || mark !== undefined) await sealOldRecords(db);
  const { tips } = await rebuild(db);
  await db.put(SCHEMA_KEY, String(SCHEMA), { sync: true });
  return { tips, anchored };
}

async function begin(db: Database, location: string): Promise<void> {
  const [first] = await db.keys({ limit: 1 }).all();
  if (first !== undefined) {
    throw new DispatchError(
      'storage',
      `the database at ${location} was not made by Dispatch, or has lost its beginning`,
      {
        hint: 'set DISPATCH_HOME to another folder; if it was made by Dispatch, run "dispatch doctor --rebuild"',
      },
    );
  }
  await db.put(SCHEMA_KEY, String(SCHEMA), { sync: true });
}

/** Opens the database at the location, or begins it, ready to be read and written. */
export async function openPrepared(location: string): Promise<{ db: Database } & Prepared> {
  const db = await openDatabase(location);
  try {
    return { db, ...(await prepareDatabase(db, location)) };
  } catch (error) {
    await db.close();
    throw explain(error, location, `the database at ${location} cannot be read`);
  }
}
