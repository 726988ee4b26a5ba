/**
 * Makes sure that a database that was opened is one of ours, of a form that this version knows, and whole: what an older version
 * derived, or what was cut off, is derived anew. Costs the same whatever the length of the log, except then.
 */

import { DispatchError } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { REBUILD_KEY, SCHEMA, SCHEMA_KEY } from './keys.ts';
import type { Tips } from './projection.ts';
import { readTips, rebuild } from './rebuild.ts';
import { damaged } from './records.ts';

export async function prepareDatabase(db: Database, location: string): Promise<Tips> {
  const [schema, mark]: readonly (string | undefined)[] = await db.getMany([SCHEMA_KEY, REBUILD_KEY]);
  if (schema === undefined) {
    await begin(db, location);
    return readTips(db);
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
  if (version === SCHEMA && mark === undefined) return readTips(db);
  const { tips } = await rebuild(db);
  await db.put(SCHEMA_KEY, String(SCHEMA), { sync: true });
  return tips;
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
