/**
 * Looks again for what another program says that it found, in the file that the path leads to without a link: a program that looks
 * names up by itself can be led elsewhere between two looks.
 */

import { encodingOf } from '../../../core/text-encoding.ts';
import { openFile } from './open-file.ts';
import { walk } from './walk.ts';

export interface FoundLines {
  /** The line as it stands there, without its end; undefined if there is none, or no such file. Lines from 1. */
  line(path: string, line: number): Promise<string | undefined>;
}

/** Keeps the last file, as findings come file by file. `most`: bytes of a file that is looked at. */
export function createFoundLines(most: number): FoundLines {
  let path: string | undefined;
  let lines: readonly string[] = [];
  return {
    async line(wanted, line) {
      if (path !== wanted) {
        lines = await linesOf(wanted, most).catch(() => []); // it went, or is another one
        path = wanted;
      }
      return lines[line - 1];
    },
  };
}

async function linesOf(path: string, most: number): Promise<readonly string[]> {
  const walked = await walk(path, { follow: false });
  try {
    if (walked.real !== path) return [];
    const { handle, stats } = await openFile(walked);
    try {
      return stats.size > most ? [] : split(await handle.readFile());
    } finally {
      await handle.close();
    }
  } finally {
    await walked.folder.close();
  }
}

/** As ripgrep reads it: by the mark that it begins with. */
function split(bytes: Buffer): readonly string[] {
  return new TextDecoder(encodingOf(bytes)).decode(bytes).split('\n').map(withoutEnd);
}

export function withoutEnd(line: string): string {
  return line.replace(/\r?\n$|\r$/, '').replace(/^\ufeff/, '');
}
