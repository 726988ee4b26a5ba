/** What goes along with a question: files of this machine, standard input, or artifacts of the thread. */

import { basename } from 'node:path';
import type { Attachment } from '../core/cloud.ts';
import { DispatchError } from '../core/errors.ts';
import type { CliContext } from './context.ts';
import { readSource } from './read-source.ts';

/** Bytes of all files; larger things are attached as artifacts. */
const MOST_BYTES = 8 * 2 ** 20;

/** A file is a file first: an artifact is meant by what is no file here. */
export async function readAlong(context: CliContext, refs: readonly string[]): Promise<readonly Attachment[]> {
  const along: Attachment[] = [];
  let room = MOST_BYTES;
  for (const ref of refs) {
    const content = await readFileOrNothing(context, ref);
    if (content === undefined) {
      along.push(await findArtifact(context, ref));
      continue;
    }
    room -= content.length;
    if (room < 0) {
      throw new DispatchError('too-large', `what goes along has more than ${MOST_BYTES / 2 ** 20} MiB`, {
        hint: 'attach less, or parts of it',
      });
    }
    along.push({ name: ref === '-' ? 'input.txt' : basename(ref), content: content.toString('base64') });
  }
  return along;
}

async function readFileOrNothing({ stdin }: CliContext, ref: string): Promise<Buffer | undefined> {
  if (ref === '-') return readSource('-', stdin);
  try {
    return await readSource(ref, stdin);
  } catch (error) {
    const isAbsent = ((error as DispatchError).cause as NodeJS.ErrnoException | undefined)?.code;
    if (isAbsent === 'ENOENT' || isAbsent === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What no artifact is called. */
const PATH = /^[/.~]/;

async function findArtifact(context: CliContext, ref: string): Promise<Attachment> {
  if (PATH.test(ref)) {
    throw new DispatchError('not-found', `there is no file ${ref}`, { hint: 'name a file that is there' });
  }
  const client = await context.connect();
  try {
    const { artifact } = await client.call('artifact.get', { artifact: ref });
    return { artifact: artifact.id, name: artifact.name };
  } catch (error) {
    if (!(error instanceof DispatchError)) throw error;
    throw new DispatchError('not-found', `"${ref}" is neither a file here nor an artifact: ${error.message}`, {
      hint: 'name a file that is there, or RUN/NAME as "dispatch artifacts" lists it',
      cause: error,
    });
  }
}
