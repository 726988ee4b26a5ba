/** What reading and changing files needs of the device, and what makes it faster. */

import type { Probe } from '../../../core/devices.ts';
import { findRipgrep } from './ripgrep.ts';

export async function probeFiles({
  path,
  folders,
}: {
  readonly path: string;
  readonly folders: () => readonly string[];
}): Promise<readonly Probe[]> {
  const ripgrep = findRipgrep(path);
  const reachable = folders();
  return [
    reachable.length > 0
      ? { name: 'reachable folders', ok: true, detail: reachable.join(', '), needed: 'local_files' }
      : {
          name: 'reachable folders',
          ok: false,
          detail: 'no folder may be reached by tasks',
          fix: 'dispatch permissions set reach+=DIR',
          needed: 'local_files',
        },
    ripgrep !== undefined
      ? { name: 'ripgrep', ok: true, detail: ripgrep }
      : {
          name: 'ripgrep',
          ok: false,
          detail: 'it is not on PATH, so searching is slower and takes no regular expressions',
          fix: 'install ripgrep',
        },
  ];
}
