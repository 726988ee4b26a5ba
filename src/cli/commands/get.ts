/** `dispatch get`: saves an artifact, whole or not at all. */

import { createHash, randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDestination, isThere } from '../destination.ts';
import { bytes as size } from '../print.ts';

export const command: Command = {
  usage: 'get ARTIFACT [-o PATH]',
  summary: 'Save an artifact to a file. "-o -" writes it to standard output.',
  details: [
    'ARTIFACT is an id, the beginning of one, RUN/NAME, or the number of a run that has one artifact.',
    'What lies on another device is fetched first. If that is interrupted, the same command goes on where it stopped.',
  ].join('\n'),
  options: {
    output: { type: 'string', short: 'o', value: 'PATH', help: 'file or folder (default: its name, here)' },
    force: { type: 'boolean', help: 'replace a file that is there' },
  },
  examples: ['dispatch get 12/log.txt', 'dispatch get 12 -o /tmp/', 'dispatch get 12/log.txt -o - | head'],
  completes: 'artifacts',
  async run(context, args) {
    const ref = onlyArgument(args, 'get', 'ARTIFACT');
    const wanted = args.text('output');
    const client = await context.connect();
    const { artifact: meant } = await client.call('artifact.get', { artifact: ref });
    const force = args.flag('force');
    const path = wanted === '-' ? undefined : await findDestination(wanted, basename(meant.name), force);
    if (meant.device !== (await client.peer).id)
      await (await import('../fetch.ts')).fetchArtifact(context, client, meant);
    const { artifact, chunks } = await client.blob({ artifact: meant.id, offset: 0 });
    if (path === undefined) return printAll(context, chunks);
    await save(artifact, untilInterrupted(context, chunks), path, force);
    if (context.json) context.printJson({ ...artifact, path });
    else context.print(`${path}  ${size(artifact.sizeBytes)}`);
    return 0;
  },
};

async function printAll(context: CliContext, chunks: AsyncIterable<OutputChunk>): Promise<number> {
  for await (const { bytes } of chunks) {
    if (!context.stdout.write(bytes)) await new Promise<void>((resume) => context.stdout.once('drain', () => resume()));
  }
  return 0;
}

/** Ctrl-C leaves no half file behind. */
async function* untilInterrupted(
  { interrupted }: CliContext,
  chunks: AsyncIterable<OutputChunk>,
): AsyncIterable<OutputChunk> {
  for await (const chunk of chunks) {
    if (interrupted.aborted) throw new DispatchError('cancelled', 'it was not saved', { hint: 'do it again' });
    yield chunk;
  }
}

async function save(
  artifact: PublishedArtifact,
  chunks: AsyncIterable<OutputChunk>,
  path: string,
  force: boolean,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  const hash = createHash('sha256');
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const { bytes } of chunks) {
        hash.update(bytes);
        await file.write(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (hash.digest('hex') !== artifact.sha256) {
      throw new DispatchError('storage', `${artifact.name} arrived damaged: its hash is not ${artifact.sha256}`, {
        hint: 'try again; "dispatch doctor" checks the store',
      });
    }
    if (force) await rename(temporary, path);
    else await link(temporary, path); // fails if there is a file, which rename would replace
  } catch (error) {
    throw describe(error, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {}); // where nothing can be written nothing was
  }
}

function describe(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DispatchError || code === undefined) return error;
  if (code === 'EEXIST') return isThere(path); // since it was looked for
  return new DispatchError('storage', `cannot write ${path}: ${message}`, {
    cause: error,
    hint: 'name another place with -o PATH',
  });
}
