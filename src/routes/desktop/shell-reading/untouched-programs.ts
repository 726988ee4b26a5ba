/**
 * Whether a name on PATH can only lead to a program that no confined run can have put there, nor anything that is loaded with it:
 * then it may run outside of the sandbox without a question, if it is harmless.
 */

import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';
import { resolvePath } from '../resolve-path.ts';
import { GUARDED_PLACES } from '../sandbox/guarded-places.ts';

/** By which a program is made to load more than itself. */
const LOADS =
  /^(LD_.*|DYLD_.*|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|NLSPATH|TEXTDOMAINDIR|LANGUAGE_PATH|BASH_.*|ENV|SHELLOPTS|BASHOPTS|MALLOC_.*|[A-Z]+SAN_OPTIONS)$/;

export interface ProgramPlaces {
  /** Of the command, with PATH. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The shell that carries out the text: absolute. */
  readonly shell: string;
  readonly home: string;
  /** Those that confined runs may write to: absolute, links resolved. */
  readonly folders: readonly string[];
}

/** True only if it is certain. `name` has no folder. */
export async function isUntouched(name: string, places: ProgramPlaces): Promise<boolean> {
  const { environment, shell } = places;
  if (name === '' || name.includes('/') || Object.keys(environment).some((key) => LOADS.test(key))) return false;
  if (await mayBeWritten(shell, places)) return false;
  for (const entry of (environment.PATH ?? '').split(delimiter)) {
    // Whatever stands before the place where it is found could be given one of that name.
    if (!isAbsolute(entry) || (await mayBeWritten(entry, places))) return false;
    const file = join(entry, name);
    if (await isExecutable(file)) return !(await mayBeWritten(file, places));
  }
  return false;
}

async function mayBeWritten(path: string, { folders, home }: ProgramPlaces): Promise<boolean> {
  const real = await resolvePath('/', path);
  if (real === undefined) return true;
  if (!folders.some((folder) => isInside(folder, real))) return false;
  // What is guarded is read-only in the sandbox, where it exists and is no link.
  const guarded = GUARDED_PLACES.filter(({ ifThere }) => ifThere !== true).flatMap(({ paths }) => paths);
  for (const place of guarded) {
    const own = join(home, place.slice(2));
    if (isInside(own, real) && isInside(own, path) && (await realpath(own).catch(() => undefined)) === own)
      return false;
  }
  return true;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
