/** Gives the bytes of a file, or a range of them, at the pace of whoever takes them. */

import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import { openFile } from './open-file.ts';
import { shown } from './shown.ts';
import { textOf } from './text.ts';
import { explain, type Walked } from './walk.ts';

type Read = Extract<FileOperation, { op: 'read' }>;

const PIECE = 256 * 1024;
/** By the first so many bytes text is told from everything else. */
const PROBED = 64 * 1024;
/** What is printed is kept as output, which has a bound; whatever is larger comes as an artifact. */
const MOST_PRINTED = 16 * 1024 * 1024;

export interface Reading {
  /** `artifact`: it is to become one, whole. */
  readonly how: 'print' | 'artifact';
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Throws `invalid` where text is wanted and it is none. The file is closed when the chunks end. */
export async function readFile(walked: Walked, { as = 'auto', offset, length }: Read): Promise<Reading> {
  const { handle, stats } = await openFile(walked);
  let begun = false;
  try {
    const isPart = offset !== undefined || length !== undefined;
    const from = Math.min(offset ?? 0, stats.size);
    const to = Math.min(from + (length ?? stats.size), stats.size);
    const head = Buffer.alloc(Math.min(PROBED, to - from));
    await handle.read(head, 0, head.length, from);
    // A character that the probe cuts in two is still one.
    const cuts = head.length < to - from || isPart ? [0, 1, 2, 3] : [0];
    const isText = as === 'bytes' || cuts.some((cut) => textOf(head.subarray(0, head.length - cut)) !== undefined);
    if (as === 'text' && !isText) {
      throw new DispatchError('invalid', `${shown(walked.real)} is no text`, {
        hint: 'read it as bytes, or take it as an artifact',
      });
    }
    const fits = to - from <= MOST_PRINTED;
    if (!fits && as !== 'artifact' && as !== 'auto') {
      throw new DispatchError(
        'too-large',
        `${shown(walked.real)} has ${to - from} bytes to print, and ${MOST_PRINTED} are printed at most`,
        {
          hint: 'read a range of it, take it as an artifact, or copy it',
        },
      );
    }
    const how = as === 'artifact' || (as === 'auto' && (!isText || !fits) && !isPart) ? 'artifact' : 'print';
    const chunks = (async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (let at = from; at < to; ) {
          const { buffer, bytesRead } = await handle.read(
            Buffer.allocUnsafe(Math.min(PIECE, to - at)),
            0,
            undefined,
            at,
          );
          if (bytesRead === 0)
            throw new DispatchError('conflict', `${shown(walked.real)} became shorter while it was read`, {
              hint: 'read it again',
            });
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } catch (error) {
        throw explain(error, walked.real);
      } finally {
        await handle.close();
      }
    })();
    begun = true;
    return { how, sizeBytes: to - from, chunks };
  } finally {
    if (!begun) await handle.close();
  }
}
