/** The two ends of a transfer as operations: where what is sent comes from, and where what is received goes. */

import { join } from 'node:path';
import { DispatchError } from '../../../../core/errors.ts';
import type { FileOperation } from '../../../../core/files.ts';
import type { ExecutionContext, Outcome } from '../../../../engine/executor-ports.ts';
import { reached } from '../looking.ts';
import { notThere } from '../open-file.ts';
import { ledElsewhere } from '../places.ts';
import type { Reach } from '../reach.ts';
import { whyNoRepository } from '../repositories.ts';
import { shown } from '../shown.ts';
import { type Walked, walk } from '../walk.ts';
import { receiveFiles } from './receive.ts';
import { sendFiles } from './send.ts';

type Send = Extract<FileOperation, { op: 'send' }>;
type Receive = Extract<FileOperation, { op: 'receive' }>;

export interface TransferContext {
  readonly absolute: (path: string) => string;
  readonly reach: Reach;
  readonly context: ExecutionContext;
  /** Where the path must lead. */
  readonly place: string | undefined;
}

export function send({ path }: Send, sending: TransferContext): Promise<Outcome> {
  const { absolute, reach, context } = sending;
  return reached(absolute(path), { follow: true }, sending, (walked) => {
    if (walked.stats === undefined) throw notThere(walked.real);
    return sendFiles(walked, reach, context);
  });
}

export async function receive(
  operation: Receive,
  { absolute, reach, context, place }: TransferContext,
  backupMaxBytes: number,
): Promise<Outcome> {
  const to = await destination(absolute(operation.path), operation);
  try {
    if (to.real !== place) throw ledElsewhere(to.real);
    const why = whyNot(to, operation, reach);
    if (why !== undefined) throw why;
    const { from, overwrite } = operation;
    return await receiveFiles({ from, to, overwrite: overwrite === true, reach, context, backupMaxBytes });
  } finally {
    await to.folder.close();
  }
}

/** Into a folder that is there, by the name that it has at the other end; or to the name itself. Its folder is open. */
export async function destination(path: string, { from }: Pick<Receive, 'from'>): Promise<Walked> {
  const walked = await walk(path, { follow: true });
  if (walked.stats?.isDirectory() !== true) return walked;
  await walked.folder.close();
  return walk(join(walked.real, from.name), { follow: false });
}

/** Why nothing can be received there. */
export function whyNot(
  { real, stats, missing }: Walked,
  { overwrite }: Receive,
  reach: Reach,
): DispatchError | undefined {
  const refusal = reach.whyNotWrite(real);
  if (refusal !== undefined) return DispatchError.fromRefusal(refusal);
  const repository = whyNoRepository([real]);
  if (repository !== undefined) return repository;
  if (missing.length > 0) {
    return new DispatchError('not-found', `there is no folder for ${shown(real)}`, { hint: 'make it first' });
  }
  if (stats === undefined) return undefined;
  if (stats.isFile() && overwrite === true) return undefined;
  return new DispatchError('conflict', `${shown(real)} is there already`, {
    hint: stats.isFile()
      ? 'choose another name, or say that it is to be replaced'
      : 'choose another name: folders are not replaced',
  });
}
