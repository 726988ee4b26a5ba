// A file of any device that a person changes in their editor, as it was read. Parts of the model.

import type { Sha256 } from '../../core/ids.ts';

export interface ReadFile {
  readonly device: string;
  /** As it was written. */
  readonly path: string;
  readonly text: string;
  /** What is changed is this and nothing else: a write over anything else is refused by the device. */
  readonly sha256: Sha256;
}

/** More is no file that anybody edits by hand, in bytes. */
export const MOST_EDITED = 1024 * 1024;

const MOST_NAME = 80;

/**
 * What the file is called while it is in the editor: its own name, so that the editor knows what it is, as far as no program could take
 * it for an option or for settings of its own.
 */
export function editorName(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? '';
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '');
  return plain === '' ? 'file' : plain.slice(-MOST_NAME).replace(/^[.-]+/, '');
}
