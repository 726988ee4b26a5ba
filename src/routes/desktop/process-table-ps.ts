/** The process table from the `ps` of macOS and the BSDs. Slower than /proc, and to the second only. */

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

const run = promisify(execFile);
const MOST_BYTES = 64 * 1024 * 1024;
const COLUMNS = 'pid=,ppid=,pgid=,lstart=,stat=';
/** Month names and the like as parsePs expects them. */
const OPTIONS = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: MOST_BYTES, encoding: 'utf8' } as const;

export function createPsProcessTable(): ProcessTable {
  const text = async (...args: string[]): Promise<string> => {
    try {
      return (await run('ps', args, OPTIONS)).stdout;
    } catch {
      return '';
    }
  };
  const textNow = (...args: string[]): string => {
    try {
      return execFileSync('ps', args, { ...OPTIONS, stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return '';
    }
  };

  return {
    list: async () => parsePs(await text('-ax', '-o', COLUMNS)),
    one: (pid) => parsePs(textNow('-o', COLUMNS, '-p', String(pid)))[0],
    async carries({ pid }, variable) {
      const line = await text('-E', '-ww', '-o', 'command=', '-p', String(pid));
      return `${line.trimEnd()} `.includes(` ${variable} `);
    },
    command: async ({ pid }) => (await text('-ww', '-o', 'command=', '-p', String(pid))).trim(),
    // Not to be seen here: both are sent.
    ignores: async () => ({ SIGTERM: false, SIGHUP: false }),
    foregroundGroup(pid) {
      const group = Number(textNow('-o', 'tpgid=', '-p', String(pid)));
      return group > 0 ? group : undefined;
    },
  };
}

/** Lines such as `  501     1   501 Mon Nov 23 19:30:28 2026 Ss`. */
export function parsePs(text: string): ProcessEntry[] {
  const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(\S+)\s*$/gm;
  return [...text.matchAll(line)].map(([, pid, parent, group, started = '', state = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    session: Number(group),
    started: Date.parse(started),
    ended: state.startsWith('Z'),
    suspended: state.startsWith('T'),
  }));
}
