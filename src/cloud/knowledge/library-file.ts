/**
 * The index as it is kept on disk: private, replaced whole, with its version and its hash. What is damaged, of another version or not
 * there counts as nothing, and is made anew.
 */

import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { DocumentFile } from './documents.ts';

/** To be raised when what is kept, or how documents are cut into sections and words, changes. */
const VERSION = 1;

export type KeptSection = readonly [id: number, headings: readonly string[], line: number, endLine: number];

export interface KeptLibrary {
  readonly nextId: number;
  readonly files: readonly (DocumentFile & { readonly sections: readonly KeptSection[] })[];
  readonly index: unknown;
}

export async function readLibrary(path: string): Promise<KeptLibrary | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const end = text.indexOf('\n');
    const { version, sha256 } = JSON.parse(text.slice(0, end)) as { version: unknown; sha256: unknown };
    const body = text.slice(end + 1);
    return version === VERSION && sha256 === hash(body) ? (JSON.parse(body) as KeptLibrary) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeLibrary(path: string, library: KeptLibrary): Promise<void> {
  const body = JSON.stringify(library);
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, `${JSON.stringify({ version: VERSION, sha256: hash(body) })}\n${body}`, {
      mode: 0o600,
      flag: 'wx',
    });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
