/**
 * Checks the files of LevelDB themselves, byte for byte: it writes a checksum with every block and every record, but its binding does
 * not let it look at those of the tables, and what is damaged there may end the whole process. Nothing here goes through LevelDB.
 * Formats: doc/table_format.md and doc/log_format.md of LevelDB 1.20.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskedCrc32c } from './crc32c.ts';
import type { Findings } from './findings.ts';
import { tablesOf } from './leveldb-manifest.ts';
import { readTable } from './leveldb-table.ts';

const LOG_BLOCK = 32 * 1024;
const LOG_HEADER = 7;
/** The greatest type of a record: the last piece of one. */
const LAST_TYPE = 4;
/** The list of files grows while it is read: a record that is not whole yet is looked at again. */
const LOOKS = 5;

/** The list of files and the tables that it names. Gives false if something is wrong with them. */
export async function checkTables(location: string, findings: Findings, signal: AbortSignal): Promise<boolean> {
  const tables = await readManifest(location);
  if (typeof tables === 'string') {
    findings.add(tables);
    return false;
  }
  let sound = true;
  for (const [number, size] of tables) {
    signal.throwIfAborted();
    const wrong = await checkTable(location, number, size);
    if (wrong === undefined) continue;
    sound = false;
    findings.add(wrong);
  }
  return sound;
}

/** The log that LevelDB writes ahead. Nothing may be written while it is read. */
export async function checkWriteAheadLogs(location: string, findings: Findings): Promise<void> {
  for (const name of (await readdir(location)).filter((file) => /^\d+\.log$/.test(file))) {
    const bytes = await readFile(join(location, name)).catch(() => undefined);
    const wrong = bytes === undefined ? undefined : placeOfDamage(bytes);
    if (wrong !== undefined) findings.add(`the file ${name} of the database is damaged at byte ${wrong}`);
  }
}

/** The tables that are used, with their sizes; or what is wrong, in words. */
async function readManifest(location: string): Promise<Map<number, number> | string> {
  let wrong = '';
  for (let look = 0; look < LOOKS; look += 1) {
    const current = await readFile(join(location, 'CURRENT'), 'utf8').catch(() => '');
    const name = /^(MANIFEST-\d+)\n$/.exec(current)?.[1];
    const bytes = name === undefined ? undefined : await readFile(join(location, name)).catch(() => undefined);
    if (bytes === undefined) {
      wrong = 'the file CURRENT of the database does not name its list of files';
      continue;
    }
    const place = placeOfDamage(bytes);
    wrong = `the file ${name} of the database is damaged at byte ${place ?? 0}`;
    if (place !== undefined) continue;
    try {
      return tablesOf(bytes);
    } catch {
      return wrong;
    }
  }
  return wrong;
}

async function checkTable(location: string, number: number, size: number): Promise<string | undefined> {
  const name = `${String(number).padStart(6, '0')}.ldb`;
  const bytes = await readFile(join(location, name)).catch(() => undefined);
  let wrong: string | undefined;
  if (bytes === undefined) wrong = 'it cannot be read';
  else if (bytes.length !== size) wrong = `it has ${bytes.length} bytes where ${size} should be`;
  else wrong = readTable(bytes);
  if (wrong === undefined) return undefined;
  // LevelDB may have put others in its place a moment ago.
  const tables = await readManifest(location);
  if (typeof tables !== 'string' && !tables.has(number)) return undefined;
  return `the file ${name} of the database is damaged: ${wrong}`;
}

/** Where a file of records is damaged; undefined if it is not. */
function placeOfDamage(bytes: Buffer): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    const inBlock = LOG_BLOCK - (at % LOG_BLOCK);
    const left = Math.min(inBlock, bytes.length - at);
    if (inBlock < LOG_HEADER) {
      if (bytes.subarray(at, at + left).some((byte) => byte !== 0)) return at;
      at += left;
      continue;
    }
    if (left < LOG_HEADER) return at;
    const end = at + LOG_HEADER + bytes.readUInt16LE(at + 4);
    if (end > at + left || (bytes[at + 6] ?? 0) > LAST_TYPE) return at;
    if (maskedCrc32c(bytes, at + 6, end) !== bytes.readUInt32LE(at)) return at;
    at = end;
  }
  return undefined;
}
