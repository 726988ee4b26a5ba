/** Programs that tasks often need, and which version is there. Each is asked by itself, and only for a moment. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Probe } from '../../core/devices.ts';

const run = promisify(execFile);
const PATIENCE_MS = 3000;

const PROGRAMS: readonly { readonly name: string; readonly version: readonly string[] }[] = [
  { name: 'git', version: ['--version'] },
  { name: 'python3', version: ['--version'] },
  { name: 'node', version: ['--version'] },
  { name: 'docker', version: ['--version'] },
];

/** `path`: where they are looked for. Never rejects. */
export function probePrograms(path: string): Promise<readonly Probe[]> {
  return Promise.all(
    PROGRAMS.map(async ({ name, version }): Promise<Probe> => {
      try {
        const { stdout } = await run(name, [...version], {
          timeout: PATIENCE_MS,
          env: { PATH: path },
          maxBuffer: 64 * 1024,
        });
        return { name, ok: true, detail: firstLine(stdout) || 'it is there' };
      } catch (error) {
        const { code, killed } = error as { code?: unknown; killed?: boolean };
        const why =
          code === 'ENOENT' ? 'it is not on PATH' : killed === true ? 'it does not answer' : 'it does not start';
        return { name, ok: false, detail: why, fix: `install ${name}, if tasks need it` };
      }
    }),
  );
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/\p{Cc}/gu, ' ').slice(0, 200);
}
