/** Reads which tables LevelDB uses from its list of files: a log of edits (db/version_edit.cc of LevelDB 1.20). */

import { readVarint } from './snappy.ts';

const LOG_BLOCK = 32 * 1024;
const LOG_HEADER = 7;
const [FULL, FIRST, LAST] = [1, 2, 4];

/** The tables by number, with the size that each was written with. Throws for what is no list of files. */
export function tablesOf(manifest: Buffer): Map<number, number> {
  const tables = new Map<number, number>();
  for (const edit of recordsOf(manifest)) applyEdit(edit, tables);
  return tables;
}

/** The records of a file whose pieces have been checked. */
function* recordsOf(bytes: Buffer): Generator<Buffer> {
  let pieces: Buffer[] = [];
  let at = 0;
  while (at + LOG_HEADER <= bytes.length) {
    const left = LOG_BLOCK - (at % LOG_BLOCK);
    if (left < LOG_HEADER) {
      at += left;
      continue;
    }
    const type = bytes[at + 6] ?? 0;
    const end = at + LOG_HEADER + bytes.readUInt16LE(at + 4);
    if (type === FULL || type === FIRST) pieces = [];
    pieces.push(bytes.subarray(at + LOG_HEADER, end));
    if (type === FULL || type === LAST) yield Buffer.concat(pieces);
    at = end;
  }
}

function applyEdit(edit: Buffer, tables: Map<number, number>): void {
  let at = 0;
  const number = (): number => {
    const { value, next } = readVarint(edit, at);
    at = next;
    return value;
  };
  const skipText = (): void => {
    const length = number();
    at += length;
  };
  while (at < edit.length) {
    const tag = number();
    switch (tag) {
      case 1: // the name of the comparator
        skipText();
        break;
      case 2: // the number of the log, of the next file, of the last write, of the log before
      case 3:
      case 4:
      case 9:
        number();
        break;
      case 5: // how far a level has been compacted
        number();
        skipText();
        break;
      case 6: // a table that is used no more, after its level
        number();
        tables.delete(number());
        break;
      case 7: {
        number();
        const table = number();
        tables.set(table, number());
        skipText();
        skipText();
        break;
      }
      default:
        throw new Error(`it has an edit of the unknown kind ${tag}`);
    }
  }
}
