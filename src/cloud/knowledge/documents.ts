/**
 * Finds the documents in folders. Nothing hidden, no packages, nothing large, and no link is followed: what a folder shows is what is in
 * it. A folder that cannot be read is told of, and is no reason to know nothing.
 */

import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Syntax } from './sections.ts';

export interface DocumentFile {
  readonly path: string;
  /** As people see it: the name of the folder, and the path in it. */
  readonly shown: string;
  readonly syntax: Syntax;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface DocumentFolder {
  readonly path: string;
  readonly documents: number;
  /** Why it is not read, or not whole; absent if it is. */
  readonly trouble?: string;
}

export interface Found {
  readonly files: readonly DocumentFile[];
  readonly folders: readonly DocumentFolder[];
}

const SYNTAXES: Readonly<Record<string, Syntax>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.rst': 'rst',
  '.org': 'org',
  '.txt': 'plain',
  '.text': 'plain',
};
const PLAIN_NAMES = /^(readme|changelog|changes|news|license|copying|notes|todo|install|contributing)$/i;
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_DOCUMENTS = 50_000;
const FOLDERS_AT_ONCE = 50;

/** The manual comes first: only README.md and docs/ of it. */
export async function findDocuments(folders: readonly string[], manualDir: string): Promise<Found> {
  const files = new Map<string, DocumentFile>();
  const told: DocumentFolder[] = [];
  const manual = await look(manualDir, 'dispatch', (path) => /^(README\.md|docs(\/[^/]+\.md)?)$/.test(path), files);
  told.push({ ...manual, path: manualDir });
  for (const folder of folders) told.push(await look(folder, basename(folder), () => true, files));
  return { files: [...files.values()], folders: told };
}

async function look(
  folder: string,
  name: string,
  isMeant: (path: string) => boolean,
  files: Map<string, DocumentFile>,
): Promise<DocumentFolder> {
  let root: string;
  try {
    root = realpathSync.native(folder);
    readdirSync(root);
  } catch (error) {
    return { path: folder, documents: 0, trouble: `it cannot be read: ${(error as Error).message}` };
  }
  const waiting = [root];
  let documents = 0;
  let looked = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    looked += 1;
    if (looked % FOLDERS_AT_ONCE === 0) await breathe();
    for (const { path, isFolder } of entriesOf(next)) {
      const inner = relative(root, path).split(sep).join('/');
      if (!isMeant(inner)) continue;
      if (isFolder) {
        waiting.push(path);
        continue;
      }
      const file = documentAt(path, `${name}/${inner}`);
      if (file === undefined) continue;
      if (files.size >= MAX_DOCUMENTS)
        return { path: folder, documents, trouble: `there are more than ${MAX_DOCUMENTS} documents in all` };
      if (!files.has(path)) files.set(path, file);
      documents += 1;
    }
  }
  return { path: folder, documents };
}

function* entriesOf(folder: string): Generator<{ path: string; isFolder: boolean }> {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory() || entry.isFile())
        yield { path: join(folder, entry.name), isFolder: entry.isDirectory() };
    }
  } catch {
    // closed, or gone meanwhile: what is in it is nobody's document
  }
}

function documentAt(path: string, shown: string): DocumentFile | undefined {
  const extension = extname(path).toLowerCase();
  const syntax = SYNTAXES[extension] ?? (extension === '' && PLAIN_NAMES.test(basename(path)) ? 'plain' : undefined);
  if (syntax === undefined) return undefined;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > MAX_BYTES || stat.size === 0) return undefined;
  return { path, shown, syntax, size: stat.size, mtimeMs: stat.mtimeMs, ino: stat.ino };
}
