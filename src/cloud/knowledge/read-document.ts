/** Reads a document, if it is a text and no link. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const LOOKED_AT = 8192;

/** Undefined for what cannot be read, and for what is no text. */
export async function readDocument(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const bytes = await file.readFile();
      return bytes.subarray(0, LOOKED_AT).includes(0) ? undefined : bytes.toString('utf8').replace(/^\ufeff/, '');
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
