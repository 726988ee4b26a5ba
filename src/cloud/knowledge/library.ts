/** All documents, indexed: kept on disk between starts, and brought up to date by reading only what changed. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type DocumentFile, type DocumentFolder, findDocuments } from './documents.ts';
import { type KeptSection, readLibrary, writeLibrary } from './library-file.ts';
import { readDocument } from './read-document.ts';
import {
  addSection,
  createSectionIndex,
  loadSectionIndex,
  type Place,
  type SectionIndex,
  sectionsOf,
} from './section-index.ts';

export interface Refreshed {
  /** How many files were read, and how many are gone. */
  readonly read: number;
  readonly removed: number;
  readonly tookMs: number;
}

export interface LibraryStatus {
  readonly documents: number;
  readonly sections: number;
  readonly folders: readonly DocumentFolder[];
  readonly refreshed: Refreshed;
}

export interface Library {
  /** Looks what changed, unless that was done just now. */
  refresh(freshMs: number): Promise<void>;
  readonly index: SectionIndex;
  place(section: number): Place | undefined;
  status(): LibraryStatus;
  close(): Promise<void>;
}

export interface LibraryOptions {
  readonly stateDir: string;
  readonly folders: readonly string[];
  readonly manualDir: string;
}

interface Known extends DocumentFile {
  readonly sections: readonly KeptSection[];
}

const SAVE_MS = 1000;

export function createLibrary({ stateDir, folders, manualDir }: LibraryOptions): Library {
  const name = createHash('sha256')
    .update(JSON.stringify([manualDir, ...folders]))
    .digest('hex')
    .slice(0, 16);
  const path = join(stateDir, `knowledge-${name}.json`);
  const known = new Map<string, Known>();
  const places = new Map<number, Place>();
  let index = createSectionIndex();
  let nextId = 1;
  let shown: readonly DocumentFolder[] = [];
  let refreshed: Refreshed = { read: 0, removed: 0, tookMs: 0 };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let saving: NodeJS.Timeout | undefined;
  let saved: Promise<void> = Promise.resolve();
  let loaded = false;

  const remember = (file: Known): void => {
    known.set(file.path, file);
    for (const [id, headings, line, endLine] of file.sections)
      places.set(id, { path: file.path, shown: file.shown, headings, line, endLine });
  };
  const forget = (file: Known): void => {
    known.delete(file.path);
    for (const [id] of file.sections) {
      places.delete(id);
      index.discard(id);
    }
  };
  const load = async (): Promise<void> => {
    loaded = true;
    const kept = await readLibrary(path);
    if (kept === undefined) return;
    try {
      index = loadSectionIndex(kept.index);
      for (const file of kept.files) remember(file);
      nextId = kept.nextId;
    } catch {
      index = createSectionIndex();
      known.clear();
      places.clear();
    }
  };
  const read = async (file: DocumentFile): Promise<void> => {
    const text = await readDocument(file.path);
    const sections = text === undefined ? [] : sectionsOf(file, text);
    const kept = sections.map((section): KeptSection => {
      const id = nextId;
      nextId += 1;
      addSection(index, id, file.shown, section);
      return [id, section.headings, section.line, section.endLine];
    });
    remember({ ...file, sections: kept });
  };
  const save = (): void => {
    clearTimeout(saving);
    saving = undefined;
    const files = [...known.values()];
    // A disk that is full costs the next start some time, and nothing else.
    saved = saved.then(() => writeLibrary(path, { nextId, files, index: index.toJSON() })).catch(() => {});
  };
  const look = async (): Promise<void> => {
    const startedAt = performance.now();
    if (!loaded) await load();
    const found = await findDocuments(folders, manualDir);
    const there = new Set(found.files.map((file) => file.path));
    const gone = [...known.values()].filter((file) => !there.has(file.path));
    const changed = found.files.filter((file) => !isSame(known.get(file.path), file));
    for (const file of gone) forget(file);
    for (const file of changed) {
      const before = known.get(file.path);
      if (before !== undefined) forget(before);
      await read(file);
    }
    shown = found.folders;
    lookedAt = performance.now();
    refreshed = { read: changed.length, removed: gone.length, tookMs: Math.round(lookedAt - startedAt) };
    if (gone.length + changed.length > 0) saving ??= setTimeout(save, SAVE_MS).unref();
  };

  return {
    get index() {
      return index;
    },
    place: (section) => places.get(section),
    refresh(freshMs) {
      if (looking === undefined && performance.now() - lookedAt <= freshMs) return Promise.resolve();
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    status: () => ({ documents: known.size, sections: places.size, folders: shown, refreshed }),
    async close() {
      await looking?.catch(() => {});
      if (saving !== undefined) save();
      await saved;
    },
  };
}

function isSame(known: Known | undefined, { size, mtimeMs, ino, shown }: DocumentFile): boolean {
  return (
    known !== undefined &&
    known.size === size &&
    known.mtimeMs === mtimeMs &&
    known.ino === ino &&
    known.shown === shown
  );
}
