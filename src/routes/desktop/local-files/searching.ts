/** Looks for names and for lines in a tree. It follows no link, and never looks where nobody may. */

import { type Dirent, readdirSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import picomatch from 'picomatch';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import { enter, type Folder } from './folder.ts';
import { MOST_IN_MEMORY, notThere, readWhole } from './open-file.ts';
import type { Reach } from './reach.ts';
import { shown } from './shown.ts';
import { textOf } from './text.ts';
import { explain, type Walked } from './walk.ts';

const DEFAULT_LIMIT = 1000;
const MOST_DEPTH = 100;
/** Of a line that is shown. */
const MOST_LINE = 500;

type Search = Extract<FileOperation, { op: 'search' }>;

export interface Finding {
  /** Absolute. */
  readonly path: string;
  /** From 1; with the text, where a line was looked for. */
  readonly line?: number;
  readonly text?: string;
}

/** Calls back with each finding as it is found. True if there may be more than the limit. */
export async function search(
  { folder, name, real, stats }: Walked,
  operation: Search,
  { reach, signal, onFound }: { reach: Reach; signal: AbortSignal; onFound: (finding: Finding) => Promise<void> },
): Promise<boolean> {
  if (stats === undefined) throw notThere(real);
  const { names, content, hidden, limit = DEFAULT_LIMIT } = operation;
  const isName = names === undefined ? () => true : matcher(names, operation);
  const isLine = content === undefined ? undefined : lineTest(content, operation);
  let found = 0;
  const tell = async (finding: Finding): Promise<boolean> => {
    if (found >= limit) return false;
    found += 1;
    await onFound(finding);
    return true;
  };
  const lookInFile = async (parent: Folder, file: string): Promise<boolean> => {
    const path = join(parent.path, file);
    if (isLine === undefined) return tell({ path });
    const lines = await readLines(parent, file);
    for (const [at, text] of lines.entries()) {
      if (isLine(text) && !(await tell({ path, line: at + 1, text: text.slice(0, MOST_LINE) }))) return false;
    }
    return true;
  };
  /** False once the limit is reached. */
  const lookInFolder = async (at: Folder, depth: number): Promise<boolean> => {
    await turn();
    for (const entry of entriesOf(at)) {
      if (signal.aborted) return true;
      const path = join(at.path, entry.name);
      if ((hidden !== true && entry.name.startsWith('.')) || reach.whyHidden(path) !== undefined) continue;
      const fits = isName(relative(real, path), entry.name);
      if (entry.isDirectory()) {
        if (fits && isLine === undefined && names !== undefined && !(await tell({ path: `${path}/` }))) return false;
        if (depth < MOST_DEPTH && !(await descend(at, entry.name, depth))) return false;
      } else if (fits && (entry.isFile() || isLine === undefined) && !(await lookInFile(at, entry.name))) return false;
    }
    return true;
  };
  const descend = async (at: Folder, child: string, depth: number): Promise<boolean> => {
    const next = await enter(at, child).catch(() => undefined); // it went, or became a link
    if (next === undefined) return true;
    try {
      return await lookInFolder(next, depth + 1);
    } finally {
      await next.close();
    }
  };
  if (!stats.isDirectory()) return !(await lookInFile(folder, name));
  if (name === '.') return !(await lookInFolder(folder, 0));
  return !(await descend(folder, name, 0));
}

function entriesOf(folder: Folder): Dirent[] {
  try {
    return readdirSync(folder.at('.'), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'ENOENT') return []; // what this account may not read it does not find
    throw explain(error, folder.path);
  }
}

/** None for what is no text, cannot be read, or is larger than files with lines are. */
async function readLines(folder: Folder, name: string): Promise<string[]> {
  try {
    const stats = await lstat(folder.at(name));
    if (!stats.isFile() || stats.size > MOST_IN_MEMORY) return [];
    const walked = { folder, name, real: join(folder.path, name), stats, missing: [] };
    const text = textOf((await readWhole(walked)).bytes);
    return text === undefined ? [] : text.split(/\r?\n/);
  } catch {
    return [];
  }
}

function matcher(globs: readonly string[], { ignoreCase }: Search): (path: string, name: string) => boolean {
  const tests = globs.map((glob) => ({
    isMatch: picomatch(glob, { dot: true, nocase: ignoreCase === true, maxLength: 4096 }),
    isPath: glob.includes('/'),
  }));
  return (path, name) => tests.some(({ isMatch, isPath }) => isMatch(isPath ? path : name));
}

function lineTest(content: string, { regex, ignoreCase }: Search): (line: string) => boolean {
  if (regex === true) {
    throw new DispatchError('invalid', 'regular expressions need ripgrep, which this device does not have', {
      hint: 'install ripgrep there, or look for plain text',
    });
  }
  if (ignoreCase !== true) return (line) => line.includes(content);
  const wanted = content.toLowerCase();
  return (line) => line.toLowerCase().includes(wanted);
}

export function findingText({ path, line, text }: Finding): string {
  return line === undefined ? `${shown(path)}\n` : `${shown(path)}:${line}:${shown(text ?? '')}\n`;
}
