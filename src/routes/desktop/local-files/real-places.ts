/**
 * Where listed places really are, also those that are not there yet: a start file is often a link to a folder of such files, and what
 * is written there is carried out as much as what is written to the link.
 */

import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many as the kernel follows (path_resolution(7)). */
const MOST_LINKS = 40;

/** `~` is `home`, the rest is absolute. Of each place its path as it is written, and the one that it leads to. */
export function realPlaces(paths: readonly string[], home: string): readonly string[] {
  const top = namesIn(home);
  const known = new Map<string, string>();
  const places = new Set<string>();
  for (const written of paths) {
    const path = written.startsWith('~') ? join(home, written.slice(1)) : written;
    places.add(path);
    // Of hundreds of places most are not there, which one look at the home folder tells.
    if (!written.startsWith('~/') || top === undefined || top.has(nameBelowHome(written)))
      places.add(realOf(path, known, MOST_LINKS));
  }
  return [...places];
}

/** A name may be spelled otherwise where the file system does not tell capitals apart. */
function namesIn(home: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(home).map((name) => name.toLowerCase()));
  } catch {
    return undefined; // A home that cannot be listed may still be entered.
  }
}

function nameBelowHome(written: string): string {
  return (written.split('/')[1] ?? '').toLowerCase();
}

/** Links resolved as far as it is there. `known`: folders that were resolved before. */
function realOf(path: string, known: Map<string, string>, links: number): string {
  const found = known.get(path);
  if (found !== undefined) return found;
  const real = realpath(path) ?? missing(path, known, links);
  known.set(path, real);
  return real;
}

function missing(path: string, known: Map<string, string>, links: number): string {
  const above = dirname(path);
  if (above === path) return path;
  const folder = realOf(above, known, links);
  const here = join(folder, basename(path));
  const target = links > 0 ? readlink(here) : undefined;
  return target === undefined ? here : realOf(resolve(folder, target), known, links - 1);
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function readlink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
