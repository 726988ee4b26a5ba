/** What a person is shown of changes to files: how each differs, and what else to look at before saying yes. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { asDispatchError } from '../../../core/errors.ts';
import type { Illustration } from '../../../engine/ports.ts';
import { openFile } from './open-file.ts';
import { shown } from './shown.ts';
import { type Step, targetsOf } from './steps.ts';
import { diffOf } from './text.ts';
import { walk } from './walk.ts';

/** In characters: more is no diff that anybody reads. */
const MOST_DIFF = 4 * 1024 * 1024;
/** Of one file, to be compared. */
const MOST_BYTES = 2 * 1024 * 1024 + 1;

export async function illustrateSteps(steps: readonly Step[]): Promise<Illustration> {
  const parts: string[] = [];
  let length = 0;
  let left = 0;
  for (const step of steps) {
    if (step.do !== 'write' && step.do !== 'delete') continue;
    if (length > MOST_DIFF) {
      left += 1;
      continue;
    }
    const before = step.before === undefined ? undefined : await headOf(step.path);
    const after = step.do === 'delete' ? undefined : await contentOf(step);
    const part = diffOf(step.path, before, after);
    parts.push(part);
    length += part.length;
  }
  const deleted = steps.filter(({ do: what }) => what === 'delete').length;
  const written = steps.filter((step) => step.do === 'write' && step.before !== undefined).length;
  return {
    ...(parts.length === 0 ? {} : { diff: parts.join('') }),
    ...(targetsOf(steps).length === 0 ? {} : { steps: targetsOf(steps).map(shown) }),
    warnings: [
      ...(deleted > 1 ? [`${deleted} files go; what was in them is kept to be undone`] : []),
      ...(written > 1 ? [`${written} files are written over; what was in them is kept to be undone`] : []),
      ...(left > 0 ? [`the differences of ${left} more files are not shown`] : []),
    ],
  };
}

async function contentOf(step: Extract<Step, { do: 'write' }>): Promise<Uint8Array> {
  const { source } = step;
  if (source.kind === 'bytes') return source.bytes;
  if (source.kind === 'file') return headOf(source.path);
  const handle = await open(source.path, constants.O_RDONLY);
  return readHead(handle);
}

async function headOf(path: string): Promise<Uint8Array> {
  const walked = await walk(path, { follow: false });
  try {
    return await readHead((await openFile(walked)).handle);
  } catch (error) {
    throw asDispatchError(error);
  } finally {
    await walked.folder.close();
  }
}

async function readHead(handle: FileHandle): Promise<Uint8Array> {
  try {
    const buffer = Buffer.alloc(Math.min((await handle.stat()).size, MOST_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
