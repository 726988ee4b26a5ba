/** Files that steps give to pages: read where tasks may read, and the same that were approved. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { BrowserStep } from '../../../core/browser.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { ResolvedPath } from '../../../core/policy/reading.ts';
import { readWhole } from '../local-files/open-file.ts';
import type { Reach } from '../local-files/reach.ts';
import { walk } from '../local-files/walk.ts';
import type { Upload } from './session-settings.ts';

/** As they are written in a step: absolute, or from the home folder. */
function uploadPaths({ tool, params }: BrowserStep): readonly string[] {
  if (tool !== 'browser_file_upload' || !Array.isArray(params.paths)) return [];
  return params.paths.filter((path) => typeof path === 'string');
}

/** Where they really are now, for the checks. */
export async function resolveUploads(steps: readonly BrowserStep[], home: string): Promise<readonly ResolvedPath[]> {
  const resolved: ResolvedPath[] = [];
  for (const written of steps.flatMap(uploadPaths)) {
    const walked = await walk(absolute(written, home), { follow: true });
    await walked.folder.close();
    resolved.push({ written, real: walked.real, use: 'file' });
  }
  return resolved;
}

/** By step, counted from 0, with what a plan binds of each. Throws where one may not be read. */
export async function readUploads(
  steps: readonly BrowserStep[],
  { home, reach }: { readonly home: string; readonly reach: Reach },
): Promise<{ readonly uploads: Readonly<Record<number, readonly Upload[]>>; readonly bound: readonly string[] }> {
  const uploads: Record<number, Upload[]> = {};
  const bound: string[] = [];
  for (const [at, step] of steps.entries()) {
    for (const written of uploadPaths(step)) {
      const { real, bytes } = await read(absolute(written, home), reach);
      uploads[at] = [...(uploads[at] ?? []), { name: basename(real), bytes }];
      bound.push(`step ${at + 1}: gives ${real}, sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
    }
  }
  return { uploads, bound };
}

async function read(path: string, reach: Reach): Promise<{ real: string; bytes: Uint8Array }> {
  const walked = await walk(path, { follow: true });
  try {
    const why = reach.whyNotRead(walked.real);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    return { real: walked.real, bytes: (await readWhole(walked)).bytes };
  } finally {
    await walked.folder.close();
  }
}

function absolute(path: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return `${home}${path.slice(1)}`;
  return path.startsWith('/') ? path : `${home}/${path}`;
}
