/**
 * What a mount cannot protect: a start file that nobody has yet, a link, and a file that something outside replaces while a run goes
 * on, which takes the mount over it away. Each is looked at before the run and again when all of its processes are gone; what has
 * changed is put away, and what was there before is put back.
 */

import { closeSync, constants, fstatSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { isInside } from '../../../core/policy/paths.ts';
import { putAway } from './put-away.ts';
import { type Looking, lookAt, type Step, trailOf } from './trail.ts';

/** Start files and settings are smaller. A larger one that was replaced is put away, and not put back. */
const MOST_KEPT_BYTES = 64 * 1024;
/** Each round mends one step of a trail. */
const MOST_ROUNDS = 10;

export interface Watched {
  readonly path: string;
  readonly before: readonly Step[];
  /** Of a file: what to put back. */
  readonly content?: { readonly base64: string; readonly mode: number };
}

/** `secret` says of which files no copy must be made. */
export function watchPlace(path: string, { look, real }: Looking, secret: (path: string) => boolean): Watched {
  const before = trailOf(path, look, real);
  const end = before.at(-1);
  const content = end?.is.startsWith('file ') && !secret(end.path) ? contentOf(end.path) : undefined;
  return { path, before, ...(content === undefined ? {} : { content }) };
}

export interface Settlement {
  /** Where runs could write. */
  readonly writable: readonly string[];
  /** Where what is found goes; absolute. */
  readonly folder: string | undefined;
  /** Numbers of disks are others after the machine was started anew. */
  readonly sameBoot: boolean;
}

/** Mends what has changed, and says so in sentences. `looking` is for the first look at it. */
export function settlePlace(watched: Watched, settlement: Settlement, looking?: Looking): readonly string[] {
  const said: string[] = [];
  if (firstChange(watched.before, trailOf(watched.path, looking?.look, looking?.real), settlement.sameBoot) === -1)
    return said;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const sentence = mend(watched, settlement, said.length > 0);
    if (sentence === undefined) break;
    said.push(sentence);
  }
  return said;
}

/** Undefined where nothing is left to do. */
function mend({ path, before, content }: Watched, settlement: Settlement, mended: boolean): string | undefined {
  const now = trailOf(path);
  const at = firstChange(before, now, settlement.sameBoot);
  const [was, is] = [before[at], now[at]];
  if (was === undefined || is === undefined) return undefined;
  const wasLink = linkOf(was);
  // A link that took the place of a folder on the way is what was made, and not what lies where it leads.
  const onTheWay = linkOf(is) !== undefined && is.path !== was.path && isInside(is.path, was.path);
  const made = wasLink !== undefined && !onTheWay ? was.path : is.path;
  if (!settlement.writable.some((folder) => folder !== made && isInside(folder, made))) return undefined;
  const putBack = (): boolean => {
    if (wasLink !== undefined) return attempt(() => symlinkSync(wasLink, was.path));
    return content !== undefined && attempt(() => write(was.path, content));
  };
  if (lookAt(made) === undefined) return mended && putBack() ? `${was.path} is as it was before` : undefined;
  if (content !== undefined && contentOf(made)?.base64 === content.base64) return undefined;
  const outcome = putAway(made, settlement.folder);
  const restored = made === was.path && putBack() ? ', and what was there before is back' : '';
  const how = was.is === 'missing' ? 'made' : 'replaced';
  return `${made} was ${how} while this run could write there, and would run outside of its sandbox; ${outcome}${restored}`;
}

function firstChange(before: readonly Step[], now: readonly Step[], sameBoot: boolean): number {
  return before.findIndex((step, index) => !isSame(step, now[index], sameBoot));
}

function linkOf({ is }: Step): string | undefined {
  return is.startsWith('link ') ? is.slice('link '.length) : undefined;
}

function isSame(was: Step, is: Step | undefined, sameBoot: boolean): boolean {
  const plain = (step: Step): string => (sameBoot ? step.is : step.is.replace(/^(file|folder) \d+:/, '$1 '));
  return is !== undefined && was.path === is.path && plain(was) === plain(is);
}

function attempt(what: () => void): boolean {
  try {
    what();
    return true;
  } catch {
    return false; // Somebody else was faster, and what they made is theirs.
  }
}

function write(path: string, { base64, mode }: NonNullable<Watched['content']>): void {
  writeFileSync(path, Buffer.from(base64, 'base64'), { flag: 'wx', mode });
}

function contentOf(path: string): Watched['content'] {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const info = fstatSync(file);
    if (!info.isFile() || info.size > MOST_KEPT_BYTES) return undefined;
    return { base64: readFileSync(file).toString('base64'), mode: info.mode & 0o777 };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
