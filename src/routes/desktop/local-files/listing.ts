/** What lies in a folder, for people and as JSON. */

import { lstatSync, type PathLike, type Stats } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import { notThere } from './open-file.ts';
import type { Reach } from './reach.ts';
import { shown, sizeText } from './shown.ts';
import { explain, type Walked } from './walk.ts';

const MOST_ENTRIES = 200_000;
/** So many are looked at before others have their turn. */
const BATCH = 500;

export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
  /** Permission bits in octal. */
  readonly mode: string;
  /** Of a link. */
  readonly target?: string;
}

type List = Extract<FileOperation, { op: 'list' }>;

/** Of a folder all that is in it, of anything else itself. What nobody may reach is not listed. */
export async function listEntries(walked: Walked, { hidden, sort = 'name' }: List, reach: Reach): Promise<Entry[]> {
  const { folder, name, real, stats } = walked;
  if (stats === undefined) throw notThere(real);
  if (!stats.isDirectory()) return [await describeEntry(folder.at(name), name === '.' ? real : name, stats)];
  const way = folder.at(name);
  const names = await namesIn(way).catch((error: unknown) => {
    throw explain(error, real);
  });
  if (names.length > MOST_ENTRIES) {
    throw new DispatchError(
      'too-large',
      `${shown(real)} has ${names.length} entries, and ${MOST_ENTRIES} are listed at most`,
      {
        hint: 'search it for the names that you want',
      },
    );
  }
  const wanted = names.filter(
    ({ name: each }) => (hidden === true || !each.startsWith('.')) && reach.whyHidden(join(real, each)) === undefined,
  );
  const entries: Entry[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    for (const each of wanted.slice(from, from + BATCH)) {
      const at = each.bytes === undefined ? `${way}/${each.name}` : Buffer.concat([Buffer.from(`${way}/`), each.bytes]);
      const found = lookAt(at);
      // It went between the two looks.
      if (found !== undefined) entries.push(await describeEntry(at, each.name, found));
    }
    await turn();
  }
  await folder.check();
  return entries.sort(ORDER[sort]);
}

interface Named {
  readonly name: string;
  /** Where the name is no UTF-8. */
  readonly bytes?: Buffer;
}

async function namesIn(way: string): Promise<readonly Named[]> {
  const names = await readdir(way);
  if (!names.some((name) => name.includes('\ufffd'))) return names.map((name) => ({ name }));
  return (await readdir(way, { encoding: 'buffer' })).map((bytes) => ({ name: bytes.toString(), bytes }));
}

/** Without a wait for each: ten thousand of them are a millisecond apiece otherwise. */
function lookAt(way: PathLike): Stats | undefined {
  try {
    return lstatSync(way, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export async function describeEntry(way: PathLike, name: string, stats: Stats): Promise<Entry> {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  const target = kind === 'link' ? await readlink(way).catch(() => undefined) : undefined;
  return {
    name,
    kind,
    sizeBytes: stats.size,
    modifiedAt: Math.floor(stats.mtimeMs),
    mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    ...(target === undefined ? {} : { target }),
  };
}

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const ORDER: Readonly<Record<NonNullable<List['sort']>, (a: Entry, b: Entry) => number>> = {
  name: byName,
  size: (a, b) => b.sizeBytes - a.sizeBytes || byName(a, b),
  time: (a, b) => b.modifiedAt - a.modifiedAt || byName(a, b),
};

/** `-rw-r--r--  1.2 kB  2026-11-26 08:00  notes.md`, a line each. */
export function listText(entries: readonly Entry[]): string {
  const sizes = entries.map(({ kind, sizeBytes }) => (kind === 'file' ? sizeText(sizeBytes) : '-'));
  const width = sizes.reduce((most, text) => Math.max(most, text.length), 0);
  return entries
    .map(
      (entry, at) =>
        `${modeText(entry)}  ${(sizes[at] ?? '').padStart(width)}  ${timeText(entry.modifiedAt)}  ${nameText(entry)}\n`,
    )
    .join('');
}

function nameText({ name, kind, target }: Entry): string {
  return `${shown(name)}${kind === 'folder' ? '/' : ''}${target === undefined ? '' : ` -> ${shown(target)}`}`;
}

const LETTERS: Readonly<Record<Entry['kind'], string>> = { file: '-', folder: 'd', link: 'l', other: '?' };

function modeText({ kind, mode }: Entry): string {
  const bits = Number.parseInt(mode, 8);
  const letters = [...'rwxrwxrwx'].map((letter, at) => ((bits & (1 << (8 - at))) === 0 ? '-' : letter)).join('');
  return LETTERS[kind] + letters;
}

/** In the time zone of this device, to the minute. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
