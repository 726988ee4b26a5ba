/** What a person is shown of changes to files: how each differs, and what else to look at before saying yes. */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { DispatchError } from '../../../core/errors.ts';
import type { Sha256 } from '../../../core/ids.ts';
import type { Illustration } from '../../../engine/executor-ports.ts';
import { changedSince } from './backups.ts';
import { type OpenFile, openFile } from './open-file.ts';
import type { Reach } from './reach.ts';
import { shown } from './shown.ts';
import type { Source, Step } from './steps.ts';
import { type Content, diffOf, MOST_COMPARED } from './text.ts';
import { walk } from './walk.ts';

/** In characters: more is no diff that anybody reads. */
const MOST_DIFF = 4 * 1024 * 1024;

/** `targets`: what else the plan says of them. Throws where what it would show is not what the steps are about. */
export async function illustrateSteps(
  steps: readonly Step[],
  targets: readonly string[],
  reach: Reach,
): Promise<Illustration> {
  const parts: string[] = [];
  let length = 0;
  let left = 0;
  for (const step of steps) {
    if (step.do !== 'write' && step.do !== 'delete') continue;
    if (length > MOST_DIFF) {
      left += 1;
      continue;
    }
    const before = step.before === undefined ? undefined : await contentAt(step.path, step.before, reach);
    const after = step.do === 'delete' ? undefined : await contentOf(step.source, step.after, reach);
    const part = diffOf(step.path, before, after);
    parts.push(part);
    length += part.length;
  }
  const deleted = steps.filter(({ do: what }) => what === 'delete').length;
  const written = steps.filter((step) => step.do === 'write' && step.before !== undefined).length;
  return {
    ...(parts.length === 0 ? {} : { diff: parts.join('') }),
    ...(targets.length === 0 ? {} : { steps: targets.map(shown) }),
    warnings: [
      ...(deleted > 1 ? [`${deleted} files go; what was in them is kept to be undone`] : []),
      ...(written > 1 ? [`${written} files are written over; what was in them is kept to be undone`] : []),
      ...(left > 0 ? [`the differences of ${left} more files are not shown`] : []),
    ],
  };
}

async function contentOf(source: Source, sha256: Sha256, reach: Reach): Promise<Content> {
  switch (source.kind) {
    case 'bytes':
      return source.bytes;
    case 'file':
      return contentAt(source.path, sha256, reach);
    case 'blob': {
      const handle = await open(source.path, 'r');
      return read({ handle, stats: await handle.stat() });
    }
  }
}

/** Of a real path: nothing else is shown than what a yes would be about, wherever the path leads by now. */
async function contentAt(path: string, sha256: Sha256, reach: Reach): Promise<Content> {
  const walked = await walk(path, { follow: false });
  try {
    if (walked.real !== path) throw changedSince(path);
    const why = reach.whyNotRead(path);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    const content = await read(await openFile(walked));
    const isOther = content instanceof Uint8Array && createHash('sha256').update(content).digest('hex') !== sha256;
    if (isOther) throw changedSince(path);
    return content;
  } finally {
    await walked.folder.close();
  }
}

async function read({ handle, stats }: OpenFile): Promise<Content> {
  try {
    return stats.size > MOST_COMPARED ? stats.size : await handle.readFile();
  } finally {
    await handle.close();
  }
}
