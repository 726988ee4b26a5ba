/**
 * Reads a shell text without running it: which commands are in it, which files it opens, and what of it cannot be known. It never
 * throws, and what it does not understand is an obstacle.
 */

import { parse } from 'unbash';
import type { ShellReading, SimpleCommand } from '../../../core/policy/reading.ts';
import { commandsWithin, guessCommands } from './inner-commands.ts';
import { checkProgram } from './programs.ts';
import { type Collected, collect } from './walk.ts';

/** Longer texts are not for rules: a person may read them. In UTF-16 code units. */
const LONGEST = 65_536;
/** So many expansions, brackets and separators that no person wrote them. What they cost to read may grow with their square. */
const MOST_SIGNS = 2000;
/** More commands than this in one text are not looked at one by one. */
const MOST_COMMANDS = 1000;
/** Obstacles beyond these would tell a person nothing new. */
const MOST_OBSTACLES = 20;
/** How deep texts within texts are read. */
const DEEPEST = 4;

/** Control characters, and blanks that no shell takes for one or that nobody sees. */
const INVISIBLE =
  /[\0-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|[\u180b-\u180d\u180f]|[\ufe00-\ufe0f]|\p{Cs}|[\u{e0000}-\u{e0fff}]/u;

export function readShell(text: string): ShellReading {
  return read(text, 0);
}

function read(text: string, depth: number): ShellReading {
  const collected = gather(text);
  const { obstacles } = collected;
  if (INVISIBLE.test(text)) obstacles.add('it holds characters that nobody can see, or that a terminal obeys');
  const inner: SimpleCommand[] = [];
  if (collected.broken) inner.push(...guessCommands(text));
  const commands = collected.commands.map((command) => {
    const [name] = command.words;
    if (name?.known !== true) {
      obstacles.add(`the name of a command is only known when it runs`);
      return { ...command, wraps: true as const };
    }
    if (!/^[\x21-\x7e]+$/.test(name.text)) obstacles.add('the name of a command has unusual characters');
    const finding = checkProgram(name.text, command.words.slice(1));
    if (finding === undefined) return command;
    obstacles.add(finding.reason);
    if (!finding.wraps) return command;
    inner.push(...commandsWithin(command, depth < DEEPEST ? (within) => read(within, depth + 1) : undefined));
    return { ...command, wraps: true as const };
  });
  return {
    commands,
    inner,
    writes: collected.writes,
    reads: collected.reads,
    moves: commands.some(({ words: [name] }) => name?.known === true && /^(cd|pushd|popd|chdir)$/.test(name.text)),
    obstacles: [...obstacles].slice(0, MOST_OBSTACLES),
    ...(collected.broken ? { partial: true as const } : {}),
  };
}

function gather(text: string): Collected {
  if (text.length > LONGEST) return unreadable('it is too long to be read');
  if ((text.match(/[$`(;&|\n]|<</g)?.length ?? 0) > MOST_SIGNS) return unreadable('it is too intricate to be read');
  try {
    const collected = collect(parse(text), text);
    if (collected.commands.length > MOST_COMMANDS) return unreadable('it has too many commands to be read');
    return collected;
  } catch {
    return unreadable('it cannot be read as shell text');
  }
}

function unreadable(obstacle: string): Collected {
  return { commands: [], writes: [], reads: [], obstacles: new Set([obstacle]), broken: true };
}
