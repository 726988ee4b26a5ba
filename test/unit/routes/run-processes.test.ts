import { describe, expect, test } from 'vitest';
import type { RunId } from '../../../src/core/ids.ts';
import type { ProcessEntry, ProcessTable } from '../../../src/routes/desktop/process-table.ts';
import { parsePs } from '../../../src/routes/desktop/process-table-ps.ts';
import { findRunProcesses } from '../../../src/routes/desktop/run-processes.ts';

const run = 'some-run' as RunId;

interface Described extends Partial<ProcessEntry> {
  readonly pid: number;
  readonly marked?: boolean;
}

/** A table over whatever the list holds at the time. */
function tableOf(list: readonly Described[]): ProcessTable {
  const entryOf = ({ marked: _, ...entry }: Described): ProcessEntry => ({
    parent: 1,
    session: 1,
    started: 100,
    ended: false,
    suspended: false,
    ...entry,
  });
  return {
    list: async () => list.map(entryOf),
    one: (pid) => list.filter((entry) => entry.pid === pid).map(entryOf)[0],
    carries: async (entry, variable) =>
      variable === `DISPATCH_RUN=${run}` && list.some((other) => other.pid === entry.pid && other.marked === true),
    command: async () => 'x',
    ignores: async () => ({ SIGTERM: false, SIGHUP: false }),
    foregroundGroup: () => undefined,
  };
}

const main = { pid: 50, started: 100 };
const find = async (list: readonly Described[], from: typeof main | undefined = main): Promise<number[]> => {
  const alive = findRunProcesses({ table: tableOf(list), run, ...(from === undefined ? {} : { main: from }) });
  return (await alive()).map(({ pid }) => pid);
};

describe('the processes of a run', () => {
  test('are its main process, what descends from it, its session and what carries its name', async () => {
    const list = [
      { pid: 50 },
      { pid: 52, parent: 51 },
      { pid: 51, parent: 50 },
      { pid: 60, session: 50 },
      { pid: 70, marked: true },
      { pid: 71, parent: 70 },
      { pid: 80 },
    ];
    expect(await find(list)).toEqual([50, 52, 51, 60, 70, 71]);
  });

  test('are not a later process with the number of the main process, nor its session', async () => {
    expect(
      await find([
        { pid: 50, started: 200 },
        { pid: 51, parent: 50, started: 201 },
      ]),
    ).toEqual([]);
  });

  test('are not processes that are older than the run', async () => {
    expect(
      await find([{ pid: 50 }, { pid: 60, session: 50, started: 99 }, { pid: 61, marked: true, started: 99 }]),
    ).toEqual([50]);
  });

  test('are not those that have ended, but still what these leave behind', async () => {
    expect(
      await find([
        { pid: 50, ended: true },
        { pid: 51, parent: 50 },
      ]),
    ).toEqual([51]);
  });

  test('are never this process and what it descends from', async () => {
    const list = [
      { pid: 40, marked: true },
      { pid: process.pid, parent: 40, marked: true },
      { pid: 41, parent: 40, marked: true },
    ];
    expect(await find(list, undefined)).toEqual([41]);
  });

  test('are remembered when nothing ties them to the run any more', async () => {
    const list: Described[] = [{ pid: 50 }, { pid: 51, parent: 50 }];
    const alive = findRunProcesses({ table: tableOf(list), run, main });
    await alive();
    list.splice(0, 2, { pid: 51, parent: 1 });
    expect((await alive()).map(({ pid }) => pid)).toEqual([51]);
  });
});

test('the table of other systems is read from ps', () => {
  const text = [
    '    1     0     1 Sun Nov  1 00:00:01 2026     Ss',
    '  501     1   501 Mon Nov 23 19:30:28 2026     S+',
    '  502   501   501 Mon Nov 23 19:30:29 2026     Z',
    'ps: some complaint',
    '  503   501   501 Mon Nov 23 19:30:30 2026     T',
    '',
  ].join('\n');
  const [first, , third, fourth, ...more] = parsePs(text);
  expect(more).toEqual([]);
  expect(first).toEqual({
    pid: 1,
    parent: 0,
    session: 1,
    started: Date.parse('2026-11-01T00:00:01'),
    ended: false,
    suspended: false,
  });
  expect(third).toMatchObject({ pid: 502, parent: 501, ended: true });
  expect(fourth).toMatchObject({ pid: 503, started: Date.parse('2026-11-23T19:30:30'), suspended: true });
});
