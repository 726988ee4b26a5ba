// What was chosen in the palette, kept over restarts in a small private file. Each choice is added to what the file says by then, so that
// two dashboards count together. A file that cannot be read is as good as none.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MOST_USES, type PaletteUses, type Use, withUse } from '../model/palette-uses.ts';

export interface UsesFile {
  load(): Promise<PaletteUses>;
  add(id: string, at: number): Promise<void>;
  /** Once everything that was added is in the file. */
  written(): Promise<void>;
}

/** Of keys and commands: `run.cancel`, `/theme dark`, `/search is:failed`. */
const ID = /^[a-z/][\w./: -]{0,63}$/;

export function createUsesFile(path: string | undefined): UsesFile {
  let last = Promise.resolve();

  const load = async (): Promise<PaletteUses> =>
    path === undefined ? new Map<string, Use>() : readUses(await readFile(path, 'utf8').catch(() => ''));

  const count = async (id: string, at: number): Promise<void> => {
    if (path === undefined || !ID.test(id)) return;
    const uses = withUse(await load(), id, at);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const own = `${path}.${process.pid}`;
    await writeFile(own, JSON.stringify(Object.fromEntries(uses)), { mode: 0o600 });
    await rename(own, path);
  };

  return {
    load,
    add(id, at) {
      // It is a comfort: a full disk must not stop what was chosen.
      last = last.then(() => count(id, at)).catch(() => {});
      return last;
    },
    written: () => last,
  };
}

function readUses(text: string): PaletteUses {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(Object.entries(value).flatMap(readUse).slice(0, MOST_USES));
  } catch {
    return new Map();
  }
}

function readUse([id, value]: [string, unknown]): readonly (readonly [string, Use])[] {
  const { score, at } = (value ?? {}) as Partial<Use>;
  const isUse = Number.isFinite(score) && Number.isFinite(at) && ID.test(id);
  return isUse ? [[id, { score: Math.max(0, score as number), at: at as number }]] : [];
}
