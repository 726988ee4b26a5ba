import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { createPsProcessTable } from '../../../src/routes/desktop/process-table-ps.ts';
import { createProcessTable } from '../../../src/routes/desktop/system-process-table.ts';
import { needs } from '../../helpers/needs.ts';

const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(command: string): Promise<number> {
  const child = spawn('/bin/sh', ['-c', `${command}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, MARK: 'yes', OTHER: 'MARK=no' },
    detached: true,
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

const WAIT = 'echo ready; read line';

describe('the process table of this system', () => {
  test('shows a process with its parent, its session, its command and its environment', async () => {
    const table = createProcessTable();
    const pid = await start(WAIT);
    const entry = (await table.list()).find((candidate) => candidate.pid === pid);
    if (entry === undefined) throw new Error('the process is not in the table');
    expect(entry).toMatchObject({ pid, parent: process.pid, session: pid, ended: false, suspended: false });
    expect(table.one(pid)).toEqual(entry);
    expect(await table.command(entry)).toContain('read line');
    expect(await table.carries(entry, 'MARK=yes')).toBe(true);
    expect(await table.carries(entry, 'MARK=ye')).toBe(false);
    expect(await table.carries(entry, 'MARK=no')).toBe(false);
    expect(table.foregroundGroup(pid)).toBeUndefined();
  });

  test('has nothing of a process that is gone', async () => {
    const table = createProcessTable();
    const pid = await start(WAIT);
    const entry = table.one(pid);
    if (entry === undefined) throw new Error('the process is not in the table');
    const child = children[0];
    child?.stdin?.end();
    if (child) await once(child, 'exit');
    expect(table.one(pid)).toBeUndefined();
    expect(await table.carries(entry, 'MARK=yes')).toBe(false);
  });

  test.runIf(process.platform === 'linux')('tells which signals are ignored', async () => {
    const table = createProcessTable();
    const ignores = async (command: string) => {
      const entry = table.one(await start(command));
      return entry && table.ignores(entry);
    };
    expect(await ignores(WAIT)).toEqual({ SIGTERM: false, SIGHUP: false });
    expect(await ignores(`trap '' TERM; ${WAIT}`)).toEqual({ SIGTERM: true, SIGHUP: false });
    expect(await ignores(`trap '' HUP; ${WAIT}`)).toEqual({ SIGTERM: false, SIGHUP: true });
  });
});

needs('ps')('the process table of ps', () => {
  test('shows a process with its parent, its group and its command', async () => {
    const table = createPsProcessTable();
    const pid = await start(WAIT);
    const entry = (await table.list()).find((candidate) => candidate.pid === pid);
    if (entry === undefined) throw new Error('the process is not in the table');
    expect(entry).toMatchObject({ pid, parent: process.pid, session: pid, ended: false });
    expect(table.one(pid)).toEqual(entry);
    expect(await table.command(entry)).toContain('read line');
    expect(table.foregroundGroup(pid)).toBeUndefined();
    expect(table.one(2 ** 30)).toBeUndefined();
  });
});
