/**
 * Finds the programs and scripts that a shell text names, as the shell would: what is approved is their content, and not only
 * their names. Where the text does not say all of what it runs, every file that it names is held. What cannot be is told.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { delimiter, isAbsolute } from 'node:path';
import type { PlannedProgram } from '../../core/actions.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { ShellReading, SimpleCommand } from '../../core/policy/reading.ts';
import type { FileHashes, FoundFile } from './file-hashes.ts';
import { findFolders, namesIn, namesInText, pathOf, saysAll } from './named-files.ts';

/** What bash, dash and busybox all do themselves. */
const BUILT_IN: ReadonlySet<string> = new Set(
  `. : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill local printf pwd read
   readonly return set shift test times trap true type ulimit umask unalias unset wait`.split(/\s+/),
);

/** Programs whose first argument that is no option is a file that they carry out. */
const SHELLS = /^(sh|bash|dash|ash|zsh|ksh|mksh|fish|source|\.)$/;
const INTERPRETERS =
  /^(python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|tsx|ts-node|perl|ruby|jruby|raku|php|lua[\d.]*|luajit|Rscript|java|go|dotnet|mono|wine(64)?|swift|kotlin|scala|groovy|elixir|gjs|qjs)$/;
/** After these the script stands in the command line itself, which is part of the plan. */
const SHELL_TEXT = /^-[a-z]*c$/;
const PROGRAM_TEXT = /^(-c|-e|-m|-p|-E|-r|--eval|--print)$/;

/** A text with more of them is not read by rules, and a person sees it whole. */
const MOST_COMMANDS = 1000;
/** Files that one plan holds, and how often it is looked for one: a hostile text must not make this expensive. */
const MOST_FILES = 200;
const MOST_LOOKS = 4000;
/** In bytes, of a file that is read for its hash, and of all that one plan reads. Beyond it a file is held by its inode, size and times. */
const LARGE = 256 * 1024 * 1024;
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_TOLD = 10;

export interface ProgramSearch {
  readonly hashes: FileHashes;
  readonly reading: ShellReading;
  /** The text that was read. */
  readonly text: string;
  /** Values of the variables that come with it. */
  readonly values: readonly string[];
  /** PATH of the command. */
  readonly path: string;
  /** Absolute. */
  readonly cwd: string;
  /** What `~` stands for. */
  readonly home: string;
  /** Whether whoever asks may know of that file: absolute, links resolved. */
  readonly mayTell: (path: string) => boolean;
}

export interface FoundPrograms {
  /** Programs and scripts of the commands first, then what else is named; each in the order of the names, and once. */
  readonly programs: readonly PlannedProgram[];
  /** Over the files that are not told of, if there are any. Only this process can make it, so that it tells nothing of them. */
  readonly untold?: Sha256;
  /** What may be another one when it runs, as phrases. */
  readonly unheld: readonly string[];
}

const KEY = randomBytes(32);

export async function findPrograms(search: ProgramSearch): Promise<FoundPrograms> {
  const { reading, text, values, cwd, home } = search;
  const unheld = new Set<string>();
  const looksFurther = !saysAll(reading);
  const names = looksFurther ? namesInText(reading, text) : [];
  const isMoving = reading.moves || looksFurther;
  const folders = isMoving ? await findFolders(reading, names, { cwd, home }) : { paths: [cwd], all: true };
  if (!folders.all) unheld.add('what lies in a folder that is only known when it runs');
  const finder = createFinder(search, folders.paths, unheld);
  const commands = [...reading.commands, ...reading.inner].slice(0, MOST_COMMANDS);
  for (const command of commands) {
    await finder.findProgram(textOf(command, 0) ?? '', { builtIn: !looksFurther });
    await findScript(command, finder);
  }
  const first = finder.take();
  await findEach(names, finder);
  // No value of a variable is shown anywhere.
  const silent = createFinder({ ...search, mayTell: () => false }, folders.paths, unheld);
  await findEach(namesIn(values), silent);
  for (const phrase of whatMayBeAnything(search, commands)) unheld.add(phrase);
  const all = [...first, ...finder.take()];
  const told = all.filter(({ path }) => search.mayTell(path));
  const others = [...all.filter(({ path }) => !search.mayTell(path)), ...silent.take()];
  return {
    programs: told,
    ...(others.length === 0 ? {} : { untold: keyedHash(JSON.stringify(others)) }),
    unheld: [...unheld].sort().slice(0, MOST_TOLD),
  };
}

async function findEach(names: readonly string[], finder: Finder): Promise<void> {
  for (const name of names) {
    await finder.findFile(name);
    if (!name.includes('/')) await finder.findProgram(name, { builtIn: false });
  }
}

interface Finder {
  /** By its path, or the one that PATH leads to. */
  findProgram(name: string, options: { readonly builtIn: boolean }): Promise<void>;
  /** True if there is one. */
  findFile(name: string): Promise<boolean>;
  /** What was found since, in the order of the names. */
  take(): readonly PlannedProgram[];
}

function createFinder(search: ProgramSearch, folders: readonly string[], unheld: Set<string>): Finder {
  const held = new Set<string>();
  const isRead = new Map<string, boolean>();
  let found: PlannedProgram[] = [];
  let bytesLeft = MOST_BYTES;
  let looks = 0;

  /** Decided by size alone, and once for each file: the same plan comes out whatever was read before. */
  const reads = (path: string, bytes: number): boolean => {
    const before = isRead.get(path);
    if (before !== undefined) return before;
    const now = bytes <= LARGE && bytes <= bytesLeft;
    if (now) bytesLeft -= bytes;
    isRead.set(path, now);
    return now;
  };
  const look = async (path: string, executable: boolean): Promise<FoundFile | undefined> => {
    looks += 1;
    if (looks <= MOST_LOOKS) return search.hashes.find(path, { executable, reads });
    unheld.add(`files beyond the ${MOST_LOOKS} places that were looked at`);
    return undefined;
  };
  const hold = (name: string, { path, sha256, read }: FoundFile): void => {
    const key = `${name}\0${path}`;
    if (held.has(key)) return;
    if (held.size >= MOST_FILES) {
      unheld.add(`files beyond the first ${MOST_FILES} that it names`);
      return;
    }
    held.add(key);
    found.push({ name, path, sha256 });
    if (!read && search.mayTell(path))
      unheld.add(`\`${path}\`, which is held by its inode, size and times, and not by its content`);
  };

  return {
    async findProgram(name, { builtIn }) {
      if (name === '' || (builtIn && BUILT_IN.has(name))) return;
      const isPath = name.includes('/');
      const places = isPath
        ? folders.map((folder) => pathOf(name, folder, search.home))
        : onPath(name, search.path, folders);
      for (const place of new Set(places)) {
        const file = await look(place, true);
        if (file === undefined) continue;
        hold(name, file);
        // Behind the first on PATH nothing is looked for; of a path each place may be meant.
        if (!isPath) return;
      }
    },
    async findFile(name) {
      let isThere = false;
      for (const place of new Set(folders.map((folder) => pathOf(name, folder, search.home)))) {
        const file = await look(place, false);
        if (file === undefined) continue;
        hold(name, file);
        isThere = true;
      }
      return isThere;
    },
    take() {
      const taken = found.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
      found = [];
      return taken;
    },
  };
}

async function findScript(command: SimpleCommand, finder: Finder): Promise<void> {
  const interpreter = textOf(command, 0)?.split('/').at(-1);
  if (interpreter === undefined) return;
  const isShell = SHELLS.test(interpreter);
  if (!isShell && !INTERPRETERS.test(interpreter)) return;
  for (let index = 1; index < command.words.length; index += 1) {
    const word = textOf(command, index);
    if (word === undefined || (isShell ? SHELL_TEXT : PROGRAM_TEXT).test(word)) return;
    if (word.startsWith('-') && word !== '-') continue;
    // Without a file it is the value of an option, perhaps: the script may still come.
    if (await finder.findFile(word)) return;
  }
}

/** What nobody can look for. */
function whatMayBeAnything({ reading, text }: ProgramSearch, commands: readonly SimpleCommand[]): readonly string[] {
  const isNameless = commands.some(({ words: [name] }) => name?.known !== true);
  const isWordless = commands.some(
    (command) =>
      (command.wraps === true || SHELLS.test(nameOf(command)) || INTERPRETERS.test(nameOf(command))) &&
      command.words.slice(1).some(({ known }) => !known),
  );
  return [
    ...(isNameless ? ['a program whose name is only known when it runs'] : []),
    ...(isWordless ? ['files that are only known when it runs'] : []),
    ...(/(^|[^A-Za-z0-9_])PATH\+?=/.test(text) ? ['programs that are found by the PATH that it sets'] : []),
    ...(reading.partial === true ? ['what stands in the part of it that could not be read'] : []),
  ];
}

function keyOf({ name, path }: PlannedProgram): string {
  return `${name}\0${path}`;
}

function keyedHash(text: string): Sha256 {
  return createHmac('sha256', KEY).update(text).digest('hex') as Sha256;
}

function nameOf(command: SimpleCommand): string {
  return textOf(command, 0)?.split('/').at(-1) ?? '';
}

function textOf({ words }: SimpleCommand, index: number): string | undefined {
  const word = words[index];
  return word?.known === true ? word.text : undefined;
}

/** An entry that is empty or relative means the folder that the command works in. */
function onPath(name: string, path: string, folders: readonly string[]): readonly string[] {
  return path
    .split(delimiter)
    .flatMap((entry) => (isAbsolute(entry) ? [entry] : folders.map((folder) => `${folder}/${entry}`)))
    .map((folder) => `${folder}/${name}`);
}
