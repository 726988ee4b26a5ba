/**
 * The end of a transfer that writes: into a part beside the destination, which takes its name when all of it is there and proved right.
 * Nothing that the sender says is believed: names stay inside, sizes are counted, links are never followed.
 */

import { execFile } from 'node:child_process';
import { rename, statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DispatchError } from '../../../../core/errors.ts';
import type { TransferEnd } from '../../../../core/files.ts';
import type { DeviceId, RunId } from '../../../../core/ids.ts';
import type { ExecutionContext, Outcome } from '../../../../engine/executor-ports.ts';
import { createBackups } from '../backups.ts';
import { partNameOf } from '../parts.ts';
import { renameToNew, syncFolder } from '../put-file.ts';
import type { Reach } from '../reach.ts';
import { removeTree } from '../remove-tree.ts';
import { shown, sizeText } from '../shown.ts';
import { hashFile } from '../tree.ts';
import { explain, type Walked } from '../walk.ts';
import { createParser } from './parse.ts';
import { createPart, type Part } from './part.ts';
import { entriesText } from './send.ts';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5000;
const NOTHING_LEFT = { stopped: [], left: [] } as const;

export interface ReceiveOptions {
  readonly from: { readonly device: DeviceId; readonly run: RunId };
  /** Where it goes: its folder is open, and the name in it is free, or is to be replaced. */
  readonly to: Walked;
  readonly overwrite: boolean;
  readonly reach: Reach;
  readonly context: ExecutionContext;
  /** How much of what is replaced is kept. */
  readonly backupMaxBytes: number;
}

export async function receiveFiles(options: ReceiveOptions): Promise<Outcome> {
  const { from, to, context } = options;
  const { signal, run } = context;
  const partName = partNameOf(to.name, run);
  const part = createPart({ ...options, name: partName });
  let end: TransferEnd = { ok: false, message: 'it was stopped' };
  try {
    await receiveAll(part, options);
    await keepReplaced(part, options);
    await place(partName, options);
    const { entries, bytes } = part.received;
    end = { ok: true, entries, bytes };
    await tellUntilHeard(from, end, context);
    context.output.write(Buffer.from(`${shown(to.real)}: ${entriesText(entries)}, ${sizeText(bytes)}\n`));
    return { kind: 'exit', exitCode: 0, result: `${entriesText(entries)}, ${sizeText(bytes)}` };
  } catch (thrown) {
    await part.close();
    const left = await removeTree(to.folder, partName).then(
      () => '',
      (error: unknown) => `; what had come of it could not be taken away: ${explain(error, partName).message}`,
    );
    if (signal.aborted && left === '') return { kind: 'stopped', receipt: NOTHING_LEFT };
    const error = explain(thrown, to.real);
    const message = `${error.hint === undefined ? error.message : `${error.message}: ${error.hint}`}${left}`;
    // Whoever sends waits for a word; it has one even where nothing comes of it.
    await context
      .tellEnd(from, { ok: false, message: error.message }, AbortSignal.timeout(LAST_RETRY_MS))
      .catch(() => {});
    return { kind: 'exit', exitCode: 1, message };
  }
}

/** Asks for what is missing until all of it is here. */
async function receiveAll(part: Part, { from, to, context }: ReceiveOptions): Promise<void> {
  const { signal, progress } = context;
  let wait = FIRST_RETRY_MS;
  for (;;) {
    const parser = createParser({
      async onMessage(message) {
        if ('bytes' in message) {
          await checkRoom(to, message.bytes - part.received.bytes);
          return part.begin(message);
        }
        return part.take(message);
      },
      onBytes: (bytes) => part.write(bytes),
    });
    try {
      for await (const bytes of context.pull(from, part.position, signal)) {
        await parser.push(bytes);
        wait = FIRST_RETRY_MS;
        const { bytes: done, total, name, entries } = part.received;
        progress({ text: `${shown(name)} (${entries} of ${total.entries})`, bytes: done, totalBytes: total.bytes });
      }
      if (signal.aborted) throw stopped();
      parser.end();
      if (part.isComplete) break;
      throw new DispatchError('unavailable', 'the transfer broke off', { retryable: true });
    } catch (error) {
      if (signal.aborted || !(error instanceof DispatchError && error.retryable)) throw error;
      progress({
        text: 'waits for the other device',
        bytes: part.received.bytes,
        totalBytes: part.received.total.bytes,
      });
      await delay(wait, undefined, { signal });
      wait = Math.min(LAST_RETRY_MS, wait * 2);
    }
  }
  await part.finish();
  await part.close();
  await syncAll(to);
}

async function checkRoom({ folder }: Walked, missing: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder.at('.'));
  if (missing <= bavail * bsize) return;
  throw new DispatchError(
    'storage',
    `${sizeText(missing)} are to come, and the disk has ${sizeText(bavail * bsize)} left`,
    {
      hint: 'free some space, or choose another place',
    },
  );
}

/** All that was written is on the disk: one call for all of it where the system has one (sync(1), -f), as each takes its time. */
async function syncAll({ folder }: Walked): Promise<void> {
  if (process.platform === 'linux') {
    await promisify(execFile)('sync', ['-f', folder.path]).catch(() => syncFolder(folder));
  } else await syncFolder(folder);
}

/** A file that comes can be undone as one that is written: by what it replaced, or by its going. */
async function keepReplaced({ sha256 }: Part, { to, context, backupMaxBytes }: ReceiveOptions): Promise<void> {
  if (sha256 === undefined) return;
  const backups = createBackups(context, backupMaxBytes);
  const before = to.stats?.isFile() === true ? await backups.keep(to, await hashFile(to)) : undefined;
  await backups.announce([{ did: 'wrote', path: to.real, after: sha256, ...(before === undefined ? {} : { before }) }]);
}

async function place(part: string, { to, overwrite, reach }: ReceiveOptions): Promise<void> {
  const { folder, name, real, stats } = to;
  const why = reach.whyNotWrite(real);
  if (why !== undefined) throw DispatchError.fromRefusal(why);
  await folder.check();
  const isReplaced = overwrite && stats?.isFile() === true;
  await (isReplaced ? rename : renameToNew)(folder.at(part), folder.at(name));
  await syncFolder(folder);
}

/** The sender goes on until it knows; it may be away for a while. */
async function tellUntilHeard(
  from: ReceiveOptions['from'],
  end: TransferEnd,
  { tellEnd, signal }: ExecutionContext,
): Promise<void> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(LAST_RETRY_MS, wait * 2)) {
    try {
      await tellEnd(from, end, signal);
      return;
    } catch (error) {
      // It is over there as well, or will never be there again: what is here is here.
      if (signal.aborted || !(error instanceof DispatchError && error.retryable)) return;
    }
    await delay(wait, undefined, { signal }).catch(() => {});
  }
}

function stopped(): DispatchError {
  return new DispatchError('cancelled', 'the transfer was stopped', { hint: 'start it again' });
}
