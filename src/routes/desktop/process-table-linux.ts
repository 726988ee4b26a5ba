/** The process table from /proc (proc_pid_stat(5), proc_pid_status(5)). A process that ends while it is looked at is not there. */

import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

/** After so many the event loop gets a turn: a machine may have thousands. */
const AT_ONCE = 256;

export function createLinuxProcessTable(): ProcessTable {
  return {
    async list() {
      const entries: ProcessEntry[] = [];
      const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
      for (const [index, pid] of pids.entries()) {
        const entry = read(pid);
        if (entry !== undefined) entries.push(entry);
        if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
      }
      return entries;
    },
    one: read,
    async carries({ pid }, variable) {
      const environment = await readOrEmpty(pid, 'environ');
      return `\0${environment}`.includes(`\0${variable}\0`);
    },
    async command({ pid }) {
      const line = (await readOrEmpty(pid, 'cmdline')).replace(/\0+$/, '').replaceAll('\0', ' ');
      return line === '' ? `[${(await readOrEmpty(pid, 'comm')).trimEnd()}]` : line;
    },
    async ignores({ pid }) {
      const mask = /^SigIgn:\t([0-9a-f]+)$/m.exec(await readOrEmpty(pid, 'status'))?.[1] ?? '0';
      const bits = BigInt(`0x${mask}`);
      return { SIGTERM: (bits & (1n << 14n)) !== 0n, SIGHUP: (bits & 1n) !== 0n };
    },
    foregroundGroup(pid) {
      const group = Number(fieldsOf(pid)?.[5]);
      return group > 0 ? group : undefined;
    },
  };
}

function read(pid: number): ProcessEntry | undefined {
  const fields = fieldsOf(pid);
  if (fields === undefined) return undefined;
  const [state = '', parent, , session] = fields;
  return {
    pid,
    parent: Number(parent),
    session: Number(session),
    started: Number(fields[19]),
    ended: state === 'Z' || state === 'X',
    suspended: state === 'T' || state === 't',
  };
}

/** From the third on. The second is the name in parentheses, which may hold blanks and parentheses itself. */
function fieldsOf(pid: number): string[] | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

async function readOrEmpty(pid: number, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
