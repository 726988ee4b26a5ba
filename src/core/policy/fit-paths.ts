/** Whether all paths that an action names lead into those of an `allow` rule, and it works in no other folder on its way. */

import { type FolderFit, leadsInto } from './patterns.ts';
import type { ActionFacts, ResolvedPath, ShellReading } from './reading.ts';
import type { CompiledRule } from './rule-index.ts';

export function pathsFit({ paths }: Pick<CompiledRule, 'paths'>, { reading, paths: named }: ActionFacts): boolean {
  if (paths === undefined) return true;
  if (reading === undefined || named.length === 0 || !goesWhereItSays(reading)) return false;
  const words = reading.commands.flatMap((command) => command.words);
  if (![...words, ...reading.writes.map(({ word }) => word)].every(({ known }) => known)) return false;
  const seen = new Set(named.map(({ written }) => written));
  if (!reading.reads.every(({ word }) => word.known && seen.has(word.text))) return false;
  const folders = goesTo(reading);
  return named.every((path) => paths.some((pattern) => leadsInto(pattern, path.real, folderFit(path, folders))));
}

/**
 * As what a path has to fit. Where it goes from one folder to the next, and how often, the text does not tell: a folder that is not
 * absolute may be one further below.
 */
export function folderFit({ use, written }: ResolvedPath, goesTo: ReadonlySet<string>): FolderFit | undefined {
  if (use === 'folder') return 'folder';
  if (!goesTo.has(written)) return undefined;
  return written.startsWith('/') ? 'folder' : 'below';
}

/** The folders that a text goes to, as it names them. */
export function goesTo({ moves, commands }: ShellReading): ReadonlySet<string> {
  if (!moves) return new Set();
  return new Set(
    commands.flatMap(({ words: [name, to] }) =>
      name?.known === true && name.text === 'cd' && to?.known === true ? [to.text] : [],
    ),
  );
}

/**
 * Where it goes on its way, it says in so many words: then they are among the paths, and what it names later is found from there. What
 * `..` means behind a link, shells and systems do not agree on.
 */
function goesWhereItSays({ moves, commands }: ShellReading): boolean {
  if (!moves) return true;
  return commands.every(({ words: [name, to, ...more] }) => {
    if (name?.known !== true || !/^(cd|chdir|pushd|popd)$/.test(name.text)) return true;
    return name.text === 'cd' && more.length === 0 && to?.known === true && /^[^-]/.test(to.text) && !isUp(to.text);
  });
}

function isUp(path: string): boolean {
  return path.split('/').includes('..');
}
