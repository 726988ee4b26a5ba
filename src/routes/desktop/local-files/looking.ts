/** Operations that change nothing: they print what they find, or keep it as an artifact. */

import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import type { ExecutionContext, Outcome } from '../../../engine/executor-ports.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { describeEntry, listEntries, listText, timeText } from './listing.ts';
import { notAFile, notThere } from './open-file.ts';
import { ledElsewhere } from './places.ts';
import { createPrinter, type Printer } from './printing.ts';
import type { Reach } from './reach.ts';
import { readFile } from './reading.ts';
import { findRipgrep, searchLines } from './ripgrep.ts';
import { type Finding, findingText, search } from './searching.ts';
import { shown, sizeText } from './shown.ts';
import { explain, type Walked, type WalkOptions, walk } from './walk.ts';

export type Looking = Extract<FileOperation, { op: 'list' | 'stat' | 'read' | 'search' }>;

export interface LookContext {
  readonly absolute: (path: string) => string;
  readonly reach: Reach;
  readonly context: ExecutionContext;
  /** Where the path must lead. */
  readonly place: string | undefined;
  readonly sandbox: Sandbox;
  readonly path: string;
  readonly folders: () => readonly string[];
}

const DONE = { kind: 'exit', exitCode: 0 } as const;
const STOPPED = { kind: 'stopped', receipt: { stopped: [], left: [] } } as const;

export async function look(operation: Looking, looking: LookContext): Promise<Outcome> {
  const printer = createPrinter(looking.context);
  return reached(looking.absolute(operation.path), { follow: operation.op !== 'stat' }, looking, (walked) => {
    switch (operation.op) {
      case 'list':
        return list(walked, operation, looking, printer);
      case 'stat':
        return stat(walked, operation, printer);
      case 'read':
        return read(walked, operation, looking, printer);
      default:
        return find(walked, operation, looking, printer);
    }
  });
}

/** What a path leads to, if that is what was looked at, and may be read. */
export async function reached<T>(
  path: string,
  options: WalkOptions,
  { reach, place }: Pick<LookContext, 'reach' | 'place'>,
  use: (walked: Walked) => Promise<T>,
): Promise<T> {
  const walked = await walk(path, options);
  try {
    if (walked.real !== place) throw ledElsewhere(walked.real);
    const why = reach.whyNotRead(walked.real);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    return await use(walked);
  } finally {
    await walked.folder.close();
  }
}

async function list(
  walked: Walked,
  operation: Extract<Looking, { op: 'list' }>,
  { reach }: LookContext,
  { print }: Printer,
): Promise<Outcome> {
  const entries = await listEntries(walked, operation, reach);
  await print(operation.as === 'json' ? `${JSON.stringify({ path: walked.real, entries })}\n` : listText(entries));
  return DONE;
}

async function stat(
  { folder, name, real, stats }: Walked,
  operation: Extract<Looking, { op: 'stat' }>,
  { print }: Printer,
): Promise<Outcome> {
  if (stats === undefined) throw notThere(real);
  const { name: _, ...entry } = await describeEntry(folder.at(name), real, stats);
  const { uid, gid, nlink } = stats;
  if (operation.as === 'json') {
    await print(`${JSON.stringify({ path: real, ...entry, uid, gid, names: nlink })}\n`);
    return DONE;
  }
  const size = entry.kind === 'file' ? `${sizeText(entry.sizeBytes)} (${entry.sizeBytes} bytes), ` : '';
  await print(`${shown(real)}\n${entry.kind}, ${size}mode ${entry.mode}, user ${uid}, group ${gid}\n`);
  await print(`changed ${timeText(entry.modifiedAt)}\n`);
  if (entry.target !== undefined) await print(`leads to ${shown(entry.target)}\n`);
  return DONE;
}

async function read(
  walked: Walked,
  operation: Extract<Looking, { op: 'read' }>,
  { context }: LookContext,
  { print, write }: Printer,
): Promise<Outcome> {
  const { how, sizeBytes, chunks } = await readFile(walked, operation);
  if (how === 'print') {
    for await (const chunk of chunks) {
      if (context.signal.aborted) return STOPPED;
      await write(chunk);
    }
    return DONE;
  }
  await keep(chunks, join(context.artifactsDir, basename(walked.real) || 'file'), context.signal);
  await print(`${shown(walked.real)} (${sizeText(sizeBytes)}) is kept as an artifact\n`);
  return DONE;
}

/** Half of a file is no artifact. */
async function keep(chunks: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    await rm(path, { force: true });
    throw explain(error, 'the artifact');
  }
}

async function find(
  walked: Walked,
  operation: Extract<Looking, { op: 'search' }>,
  { reach, context, sandbox, path, folders }: LookContext,
  { print }: Printer,
): Promise<Outcome> {
  const { signal, run, artifactsDir } = context;
  const { stats, real } = walked;
  if (stats === undefined) throw notThere(real);
  if (!stats.isFile() && !stats.isDirectory()) throw notAFile(real, stats);
  const findings: Finding[] = [];
  const onFound = async (finding: Finding): Promise<void> => {
    if (operation.as === 'json') findings.push(finding);
    else await print(findingText(finding));
  };
  const program = operation.content === undefined ? undefined : findRipgrep(path);
  const common = { reach, signal, onFound };
  const more =
    program === undefined
      ? await search(walked, operation, common)
      : await searchLines(walked, operation, {
          ...common,
          program,
          sandbox,
          run,
          artifactsDir,
          folders: folders(),
        });
  if (signal.aborted) return STOPPED;
  if (operation.as === 'json') await print(`${JSON.stringify({ path: walked.real, findings, more })}\n`);
  else if (more) await print('there is more: narrow it, or raise the limit\n');
  return DONE;
}
