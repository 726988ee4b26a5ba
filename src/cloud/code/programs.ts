/** Finds the program for a language, by starting each candidate in the sandbox: a wrapper that needs a home is none. */

import { realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { attempt, type Confinement } from './confinement.ts';
import type { CodeLimits } from './job.ts';
import type { Language } from './languages.ts';

const USUAL = ['/usr/local/bin', '/usr/bin', '/bin'];
/** A source of nothing is a program in each of them; what is asked for is only that it starts. */
const NOTHING = '/dev/null';

export interface Programs {
  /** The path of the program; undefined where there is none that works. */
  find(language: Language): Promise<string | undefined>;
}

export function createPrograms(confinement: Confinement, limits: CodeLimits, path: string): Programs {
  const found = new Map<string, Promise<string | undefined>>();
  const works = async (program: string, args: readonly string[]): Promise<boolean> =>
    (await attempt(confinement, [program, ...args, NOTHING], limits)) === undefined;
  const look = async ({ programs, args = [] }: Language): Promise<string | undefined> => {
    if (confinement.kind === 'none') return undefined;
    for (const program of programs.flatMap((name) => candidates(name, path)))
      if (await works(program, args)) return program;
    return undefined;
  };
  return {
    find(language) {
      const looked = found.get(language.name) ?? look(language);
      found.set(language.name, looked);
      return looked;
    },
  };
}

function candidates(name: string, path: string): readonly string[] {
  const folders = [...path.split(delimiter).filter(isAbsolute), ...USUAL];
  const files = [...(name === 'node' ? [process.execPath] : []), ...folders.map((folder) => join(folder, name))];
  return [...new Set(files.flatMap(realProgram))];
}

/** Without links, which lead nowhere inside. A link of the system's own is kept: programs look at the name that they are called by. */
function realProgram(file: string): readonly string[] {
  try {
    const real = realpathSync(file);
    if (!statSync(real).isFile()) return [];
    return [file.startsWith('/usr/') && real.startsWith('/usr/') ? file : real];
  } catch {
    return [];
  }
}
