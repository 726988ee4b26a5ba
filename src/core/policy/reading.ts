/**
 * What a shell text would do, as far as that can be known without running it. The text is read by whoever owns a parser of shell; the
 * rules judge what was read. What cannot be read is an obstacle: it never makes an action look smaller than it is.
 */

import type { Refusal } from '../errors.ts';

/** A word of a command: as the program will see it, or as it stands in the text where only running it would tell. */
export type Word =
  | { readonly known: true; readonly text: string }
  | {
      readonly known: false;
      /** Shell text: an expansion, a substitution, a glob. */
      readonly source: string;
      /** True if none of the words that it becomes can begin with `-`: it names things, and is no option. */
      readonly operand: boolean;
    };

/** A program that the text runs, with its words. Every one of the text: in pipes, lists, loops, substitutions and here-documents. */
export interface SimpleCommand {
  /** The first is the name. Never empty. */
  readonly words: readonly Word[];
  /** Names of variables that are set for it alone. */
  readonly assigns: readonly string[];
  /** True if it starts other commands, which may begin at any of its words. */
  readonly wraps?: true;
}

/** A file that the shell itself opens. */
export interface FileTarget {
  readonly word: Word;
}

export interface ShellReading {
  /** In the order of the text. May be empty: a text of assignments alone. */
  readonly commands: readonly SimpleCommand[];
  /**
   * What those commands may start in their turn, as far as their words tell: `rm x` in `sh -c 'rm x'`. It may name too much and never
   * all, so it makes rules stricter (`ask`, `deny`) and nothing else.
   */
  readonly inner: readonly SimpleCommand[];
  /** Files that the shell opens for writing. */
  readonly writes: readonly FileTarget[];
  /** Files that the shell opens for reading alone. */
  readonly reads: readonly FileTarget[];
  /** True if it goes to another folder on its way, so that relative paths do not mean what they would mean where it starts. */
  readonly moves: boolean;
  /**
   * Why no rule may allow the text, as phrases: a parse error, a name that is only known when it runs, a wrapper that runs other
   * commands, a function, `eval`. Empty if all of it was understood.
   */
  readonly obstacles: readonly string[];
  /** True if some of the text could not be read at all, so that commands are missing. */
  readonly partial?: true;
}

/** A path that an action names, and where it leads on this device. */
export interface ResolvedPath {
  /** As it was written: the text of a known word. */
  readonly written: string;
  /** Absolute, links resolved as far as it exists. */
  readonly real: string;
  /** `folder`: worked in; `file`: read or changed without a shell; `write`: opened for writing by the shell; `argument`: a word. */
  readonly use: 'folder' | 'file' | 'write' | 'argument';
}

/** What the checks look at besides the action itself, found on the executing device without running anything. */
export interface ActionFacts {
  /** Absent where the action is no shell text. */
  readonly reading?: ShellReading;
  readonly paths: readonly ResolvedPath[];
  /**
   * What it does, as rules name it, where it is no shell text: those of `operationsOf`, and what was found besides: `files.overwrite`
   * where something is in the place of what would be written by a copy, a move or a transfer.
   */
  readonly operations?: readonly string[];
  /** Web origins that it opens or acts on, as `https://host:port` without a default port. */
  readonly origins?: readonly string[];
  /** True if it may touch further origins, which are only known when it runs. */
  readonly furtherOrigins?: true;
  /**
   * True if it is certain that no confined run can have put another program in the place of the one that the first command names, or
   * anything that is loaded with it. Absent: nobody has looked.
   */
  readonly untouched?: true;
  /** Why the working folder cannot be worked in; its path is then resolved as far as it exists. Not for everybody to know. */
  readonly unusable?: Refusal;
}
