// The history of typed tasks, kept over restarts in a private file, one JSON string a line. What looks like it holds a
// secret is never written.

import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { maskSecrets } from '../../core/secrets.ts';
import { MAX_HISTORY } from '../terminal/history.ts';

export interface TypedHistory {
  /** Oldest first; empty if there is none, or it cannot be read. */
  load(): Promise<readonly string[]>;
  add(line: string): Promise<void>;
  /** Once everything that was added is in the file. */
  written(): Promise<void>;
}

const MAX_LINE = 16 * 1024;
/** The file is written anew when it has grown to this many times what is kept. */
const GROWTH = 2;

export function createTypedHistory(path: string | undefined): TypedHistory {
  let last = Promise.resolve();

  const load = async (): Promise<readonly string[]> => {
    if (path === undefined) return [];
    const text = await readFile(path, 'utf8').catch(() => '');
    const lines = text.split('\n').flatMap(parseLine);
    if (lines.length > MAX_HISTORY * GROWTH) await write(lines.slice(-MAX_HISTORY)).catch(() => {});
    return lines.slice(-MAX_HISTORY);
  };
  const write = (lines: readonly string[]): Promise<void> =>
    writeFile(path as string, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });

  const append = async (line: string): Promise<void> => {
    if (path === undefined || line.length > MAX_LINE || maskSecrets(line) !== line) return;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    try {
      await file.write(`${JSON.stringify(line)}\n`);
    } finally {
      await file.close();
    }
  };

  return {
    load,
    add(line) {
      // History is a comfort: a full disk must not stop the task that was typed.
      last = last.then(() => append(line)).catch(() => {});
      return last;
    },
    written: () => last,
  };
}

function parseLine(line: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' ? [value] : [];
  } catch {
    return [];
  }
}
