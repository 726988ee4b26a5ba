/** What can be done to the files of a device without a shell. As data: how it is done safely is for the route that does it. */

import type { AccessLevel } from './access.ts';
import type { DeviceId, RunId, Sha256 } from './ids.ts';

/** How a list is printed: for people, or as one JSON document. */
export type ListForm = 'text' | 'json';

/**
 * All paths are absolute, begin with `~/`, or are relative to the `cwd` of the action (the home folder if it has none). What an operation
 * needs besides is found on the executing device at the moment of use.
 */
export type FileOperation =
  | {
      readonly op: 'list';
      readonly path: string;
      /** Names that begin with a dot, too. */
      readonly hidden?: true;
      readonly sort?: 'name' | 'size' | 'time';
      readonly as?: ListForm;
    }
  | { readonly op: 'stat'; readonly path: string; readonly as?: ListForm }
  | {
      readonly op: 'read';
      readonly path: string;
      /** In bytes; the whole file without them. */
      readonly offset?: number;
      readonly length?: number;
      /**
       * `text`: only if it is text; `bytes`: as it is; `artifact`: the file becomes an artifact of the run; `auto`: text is printed, and
       * everything else becomes an artifact.
       */
      readonly as?: 'auto' | 'text' | 'bytes' | 'artifact';
    }
  | {
      readonly op: 'search';
      readonly path: string;
      /** Globs of names: `*.ts`. One of them must fit. */
      readonly names?: readonly string[];
      /** Lines that hold this; without it, names alone are looked for. */
      readonly content?: string;
      /** `content` is a regular expression. */
      readonly regex?: true;
      readonly ignoreCase?: true;
      readonly hidden?: true;
      /** Of the findings. */
      readonly limit?: number;
      readonly as?: ListForm;
    }
  | {
      readonly op: 'write';
      readonly path: string;
      readonly content: string;
      /** The content is base64 of the bytes. */
      readonly base64?: true;
      /** `create` wants that there is no such file, `replace` that there is; either may be without it. */
      readonly mode?: 'create' | 'replace' | 'append';
      /** Of what is there now, as it was read: where anything else is there, nothing is written. */
      readonly replaces?: Sha256;
    }
  | {
      readonly op: 'edit';
      readonly path: string;
      /** Exact text, which must stand there once, or any number of times with `all`. In order. */
      readonly replace?: readonly { readonly find: string; readonly with: string; readonly all?: true }[];
      /** A unified diff of this one file; either this or `replace`. */
      readonly diff?: string;
    }
  | { readonly op: 'move'; readonly from: string; readonly to: string; readonly overwrite?: true }
  | { readonly op: 'copy'; readonly from: string; readonly to: string; readonly overwrite?: true }
  | { readonly op: 'delete'; readonly path: string /** A folder with all that is in it. */; readonly recursive?: true }
  | { readonly op: 'make-folder'; readonly path: string /** Those above it, too. */; readonly parents?: true }
  /** One end of a transfer: lets a device read this file or folder, while the run lasts. */
  | { readonly op: 'send'; readonly path: string; readonly to: DeviceId }
  /** The other end: reads what a `send` on another device gives, and puts it here. */
  | {
      readonly op: 'receive';
      /** Where it goes; into it, if it is a folder that is there. */
      readonly path: string;
      readonly from: { readonly device: DeviceId; readonly run: RunId /** Its last name. */; readonly name: string };
      readonly overwrite?: true;
    }
  /** Puts back what a run has changed, from the backups that it left. */
  | { readonly op: 'undo'; readonly run: RunId };

export type FileOperationName = FileOperation['op'];

export interface FilesAction {
  readonly kind: 'files';
  readonly operation: FileOperation;
  /** Absolute. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

const ACCESS: Readonly<Record<FileOperationName, AccessLevel>> = {
  list: 'read-only',
  stat: 'read-only',
  read: 'read-only',
  search: 'read-only',
  send: 'read-only',
  write: 'workspace-write',
  edit: 'workspace-write',
  move: 'workspace-write',
  copy: 'workspace-write',
  delete: 'workspace-write',
  'make-folder': 'workspace-write',
  receive: 'workspace-write',
  undo: 'workspace-write',
};

export const FILE_OPERATIONS = Object.keys(ACCESS) as readonly FileOperationName[];

export function accessOfFiles({ operation }: FilesAction): AccessLevel {
  return ACCESS[operation.op];
}

/** The paths that an operation names, as they are written. */
export function pathsOf(operation: FileOperation): readonly string[] {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return [operation.from, operation.to];
    case 'undo':
      return [];
    default:
      return [operation.path];
  }
}

/** As a person would write it in one line. */
export function describeFiles(operation: FileOperation): string {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return `${operation.op} ${operation.from} to ${operation.to}`;
    case 'undo':
      return `undo run ${operation.run}`;
    case 'search':
      return `search ${operation.path} for ${operation.content ?? (operation.names ?? ['*']).join(' ')}`;
    case 'make-folder':
      return `make the folder ${operation.path}`;
    case 'send':
      return `send ${operation.path} to another device`;
    case 'receive':
      return `receive ${operation.from.name} into ${operation.path}`;
    default:
      return `${operation.op} ${operation.path}`;
  }
}

/** A place in what a `send` gives: entries come in one order, which does not change while it lasts. */
export interface TransferPosition {
  /** Of the entry, from 0. */
  readonly entry: number;
  /** In its content, in bytes. */
  readonly offset: number;
}

/** How a transfer ended on the side that receives it, told to the side that sends. */
export type TransferEnd =
  | { readonly ok: true; readonly entries: number; readonly bytes: number }
  | { readonly ok: false; readonly message: string };
