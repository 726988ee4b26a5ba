/**
 * What in a shell text may name a file, where its commands do not say it all: behind a program that runs another one, in a text
 * within the text, in the value of a variable. It finds too much rather than too little.
 */

import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ShellReading, Word } from '../../core/policy/reading.ts';

/** Longer ones name nothing: PATH_MAX of Linux. */
const LONGEST = 4096;
/** Folders in which relative names are looked for, and how often it is looked whether a name is one. */
const MOST_FOLDERS = 16;
const MOST_LOOKS = 1000;

/** What parts words of the shell, and an option from its value. */
const APART = /[\s;&|()<>`"'$\\{}=]+/;
const GOES = /^(cd|chdir|pushd)$/;

/** Whether the commands of the text alone tell what it runs. */
export function saysAll({ obstacles }: ShellReading): boolean {
  return obstacles.length === 0;
}

/** In the order of importance: what commands are given, then whatever stands in the text. Each once. */
export function namesInText(reading: ShellReading, text: string): readonly string[] {
  const commands = [...reading.commands, ...reading.inner];
  const wrapping = commands.filter(({ wraps }) => wraps === true);
  const words = [
    ...[...wrapping, ...commands].flatMap((command) => command.words),
    ...reading.reads.map(({ word }) => word),
  ];
  return namesIn([...words.flatMap((word) => (word.known ? [word.text] : [])), text]);
}

/** Each text, and what it may be made of. */
export function namesIn(texts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const add = (part: string): void => {
    if (part !== '' && part.length <= LONGEST && !part.includes('\0')) found.add(part);
  };
  for (const written of texts) {
    add(written);
    for (const part of withPlaces(written).split(APART)) {
      add(part);
      for (const item of part.split(/[:,]/)) add(item);
      if (/^-[^-]./.test(part)) add(part.slice(2));
    }
  }
  return [...found];
}

/** The two places that are known before it runs. */
function withPlaces(text: string): string {
  return text.replace(/\$(HOME|\{HOME\})(?=\/)/g, '~').replace(/\$(PWD|\{PWD\})(?=\/)/g, '.');
}

export interface Folders {
  /** Absolute; the one that it works in is the first. */
  readonly paths: readonly string[];
  /** False if it may go to another one. */
  readonly all: boolean;
}

/** The folders that commands may work in: the text goes to them, or tells a program to. */
export async function findFolders(
  reading: ShellReading,
  names: readonly string[],
  { cwd, home }: { readonly cwd: string; readonly home: string },
): Promise<Folders> {
  const going = [...reading.commands, ...reading.inner].filter(({ words: [name] }) => isGoing(name));
  const targets = going.map(({ words }) => words.slice(1).find((word) => !(word.known && word.text.startsWith('-'))));
  const found = new Set([cwd]);
  let all = targets.every((word) => word === undefined || word.known || isHome(word));
  let looks = 0;
  const told = targets.flatMap((word) => {
    if (word === undefined || isHome(word)) return [home];
    return word.known ? [word.text] : [];
  });
  for (const name of [...told, ...names]) {
    for (const folder of isAbsolute(name) || name.startsWith('~/') ? [cwd] : [...found]) {
      if (found.size >= MOST_FOLDERS || looks >= MOST_LOOKS) {
        all = false;
        break;
      }
      looks += 1;
      const path = await folderAt(pathOf(name, folder, home));
      if (path !== undefined) found.add(path);
    }
  }
  return { paths: [...found], all };
}

function isGoing(name: Word | undefined): boolean {
  return name?.known === true && GOES.test(name.text);
}

function isHome(word: Word): boolean {
  return !word.known && /^(~|"?\$(HOME|\{HOME\})"?)$/.test(word.source);
}

/** Absolute. */
export function pathOf(name: string, folder: string, home: string): string {
  if (name === '~' || name.startsWith('~/')) return `${home}${name.slice(1)}`;
  return isAbsolute(name) ? name : `${folder}/${name}`;
}

/** Links resolved. */
async function folderAt(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? await realpath(path) : undefined;
  } catch {
    return undefined;
  }
}
