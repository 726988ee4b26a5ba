// Runs of one task on several devices: one entry of the thread, whatever the order in which they become known.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { combinedStatus, groupProgress, membersOf, worstOf } from '../../../src/tui/model/groups.ts';
import type { ShownEntry } from '../../../src/tui/model/model.ts';
import { overlayOf, subjectRun, topOverlay } from '../../../src/tui/model/select.ts';
import { entryRows } from '../../../src/tui/rows/entry-rows.ts';
import {
  aChange,
  anApproval,
  approvalEntry,
  aRun,
  keyOf,
  messageEntry,
  runEntry,
  START,
  startDashboard,
} from '../../helpers/tui-model.ts';

const GROUP = 'group' as RunId;
const member = (number: number, status: Run['status'] = 'running'): Run => ({
  ...aRun(number, { status, command: 'uptime' }),
  device: `device-${number}` as DeviceId,
  group: GROUP,
});
const all = [member(1), member(2, 'completed'), member(3, 'failed')];
const numbers = (dashboard: ReturnType<typeof startDashboard>): number[][] =>
  dashboard.model.thread.entries.map((entry) => membersOf(entry).map(({ number }) => number));

describe('a group', () => {
  it('is one entry, by whichever way its runs come: a snapshot, changes, or a page', () => {
    const snapshot = startDashboard({ snapshot: { entries: all.map(runEntry) } });
    expect(numbers(snapshot)).toEqual([[1, 2, 3]]);

    const changes = startDashboard();
    for (const run of all) changes.tell({ type: 'change', change: aChange(runEntry(run), 'run.submitted') });
    expect(numbers(changes)).toEqual([[1, 2, 3]]);

    const paged = startDashboard({ snapshot: { entries: [runEntry(member(3)), messageEntry(4)], more: true } });
    expect(paged.model.thread.loading).toBe('older');
    paged.tell({
      type: 'page',
      page: { kind: 'older', before: keyOf(3) },
      entries: [runEntry(member(1)), runEntry(member(2))],
      more: { before: false },
    });
    expect(numbers(paged)).toEqual([[1, 2, 3], []]);
  });

  it('is whole and in order whatever the order of its runs', () => {
    const orders = fc.shuffledSubarray(all, { minLength: all.length });
    fc.assert(
      fc.property(orders, (order) => {
        const dashboard = startDashboard();
        for (const run of order) dashboard.tell({ type: 'change', change: aChange(runEntry(run), 'run.submitted') });
        return numbers(dashboard).length === 1 && numbers(dashboard)[0]?.join() === '1,2,3';
      }),
    );
  });

  it('does not take in runs on their own, nor those of another group', () => {
    const other = { ...member(4), group: 'other' as RunId };
    const dashboard = startDashboard({ snapshot: { entries: [...all, other, aRun(5)].map(runEntry) } });
    expect(numbers(dashboard)).toEqual([[1, 2, 3], [4], [5]]);
    expect(dashboard.model.thread.entries.map(({ members }) => members?.length)).toEqual([3, undefined, undefined]);
  });

  it('follows what becomes of each of them', () => {
    const dashboard = startDashboard({ snapshot: { entries: all.map(runEntry), runs: all.toReversed() } });
    const done = member(1, 'completed');
    dashboard.tell({ type: 'change', change: aChange(runEntry(done), 'run.completed') });
    const [entry] = dashboard.model.thread.entries;
    expect(entry === undefined ? [] : membersOf(entry).map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'failed',
    ]);
    // What is told of a run with its approval counts as well.
    const again = member(2, 'cancelled');
    dashboard.tell({ type: 'change', change: aChange(messageEntry(9), 'message.said', again) });
    const [after] = dashboard.model.thread.entries;
    expect(after === undefined ? [] : membersOf(after).map(({ status }) => status)).toEqual([
      'completed',
      'cancelled',
      'failed',
    ]);
  });

  it('is told with the worst first', () => {
    expect(combinedStatus(all)).toBe('1 failed, 1 running, 1 done');
    expect(combinedStatus([member(1, 'completed'), member(2, 'completed'), member(3)])).toBe('1 running, 2 done');
    expect(worstOf([member(1, 'completed'), member(2, 'waiting_approval')])?.number).toBe(2);
    expect(worstOf([])).toBeUndefined();
  });

  it('opens as a list in which each run can be opened and acted on', () => {
    const dashboard = startDashboard({ snapshot: { entries: all.map(runEntry), runs: all.toReversed() } });
    dashboard.press('escape');
    expect(subjectRun(dashboard.model)).toBeUndefined();
    dashboard.press('i');
    expect(dashboard.model.toasts.at(-1)?.text).toContain('choose one');
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'runs')).toMatchObject({ of: { type: 'group', group: GROUP }, selected: 0 });
    expect(subjectRun(dashboard.model)?.number).toBe(1);
    dashboard.press('l', 'l', 'l', 'r');
    expect(dashboard.take()).toContainEqual({ type: 'retry', run: member(3).id });
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'run')?.run).toBe(member(3).id);
    dashboard.press('escape', 'escape');
    expect(dashboard.model.overlays).toEqual([]);
  });

  it('is cancelled as a whole, after a question, from the thread and from its list', () => {
    const running = [member(1), member(2, 'completed'), member(3)];
    for (const keys of [['x'], ['enter', 'X']]) {
      const snapshot = { entries: running.map(runEntry), runs: running.toReversed() };
      const dashboard = startDashboard({ snapshot });
      dashboard.press('escape', ...keys);
      expect(topOverlay(dashboard.model)).toMatchObject({
        question: { type: 'cancel-all', runs: [running[0]?.id, running[2]?.id] },
      });
      dashboard.take();
      dashboard.press('y');
      expect(dashboard.take()).toEqual([
        { type: 'cancel', run: running[0]?.id },
        { type: 'cancel', run: running[2]?.id },
      ]);
    }
  });

  it('shows the last lines of each in its list, and of none in the thread', () => {
    const dashboard = startDashboard({ snapshot: { entries: all.map(runEntry), runs: all.toReversed() } });
    expect(subscriptions(dashboard.model).tails).toEqual([]);
    dashboard.press('escape', 'enter');
    expect(subscriptions(dashboard.model).tails.length).toBeGreaterThan(0);
  });
});

describe('what a run asks for', () => {
  const waiting = aRun(1, { command: 'make', status: 'waiting_approval' });
  const asked = anApproval(1, { command: 'make' });

  it('stands with the run, and not as an entry of its own', () => {
    const dashboard = startDashboard({
      snapshot: { runs: [waiting], approvals: [asked], entries: [runEntry(waiting), approvalEntry(asked, 2)] },
    });
    expect(dashboard.model.thread.entries.map(({ kind }) => kind)).toEqual(['run']);
    expect(dashboard.model.thread.entries[0]?.requests).toEqual([asked]);
  });

  it('is told under it once it is answered, and stays with the run as that goes on', () => {
    const dashboard = startDashboard({
      snapshot: { runs: [waiting], approvals: [asked], entries: [runEntry(waiting), approvalEntry(asked, 2)] },
    });
    const { status: _, ...rest } = asked;
    const by = { kind: 'human' as const, device: waiting.device };
    const said = { ...rest, status: 'rejected' as const, decidedBy: by, decidedAt: START + 5, note: 'not on a Friday' };
    dashboard.tell({
      type: 'change',
      change: aChange({ ...approvalEntry(asked, 2), kind: 'approval', approval: said }),
    });
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(1, { command: 'make', status: 'cancelled' }))) });
    const [entry, ...others] = dashboard.model.thread.entries;
    expect(others).toEqual([]);
    const rows = entryRows(dashboard.model, entry as ShownEntry, 80).map(({ text }) => text);
    expect(rows[1]).toMatch(/^rejected, \d\d:\d\d$/);
    expect(rows).toContain('not on a Friday');
    dashboard.wait(24 * 60 * 60_000);
    dashboard.tell({ type: 'tick' });
    const later = entryRows(dashboard.model, dashboard.model.thread.entries[0] as ShownEntry, 80).map(
      ({ text }) => text,
    );
    expect(later[1]).toMatch(/^rejected, \d+ [A-Z][a-z][a-z] \d\d:\d\d$/);
  });

  it('is looked at with Enter on the run while it waits', () => {
    const dashboard = startDashboard({
      snapshot: { runs: [waiting], approvals: [asked], entries: [runEntry(waiting), approvalEntry(asked, 2)] },
    });
    dashboard.press('escape', 'enter');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'approval', approval: { id: asked.id } });
  });
});

describe('the page of a group', () => {
  const fleet = (count: number, status: (number: number) => Run['status']): Run[] =>
    Array.from({ length: count }, (_, index) => member(index + 1, status(index + 1)));
  const page = (runs: readonly Run[], size = { width: 120, height: 40 }) => {
    const dashboard = startDashboard({ size, snapshot: { entries: runs.map(runEntry), runs: runs.toReversed() } });
    dashboard.press('escape', 'enter');
    dashboard.take();
    return dashboard;
  };
  const chosen = (dashboard: ReturnType<typeof startDashboard>) => subjectRun(dashboard.model)?.number;

  it('is a grid that is walked through with h j k l and the arrows', () => {
    const dashboard = page(fleet(8, () => 'running'));
    const walk = [
      ['l', 2],
      ['j', 5],
      ['j', 8],
      ['j', 8],
      ['right', 8],
      ['up', 5],
      ['left', 4],
      ['h', 3],
      ['G', 8],
      ['g', 1],
      ['k', 1],
    ] as const;
    for (const [key, number] of walk) {
      dashboard.press(key);
      expect(chosen(dashboard)).toBe(number);
    }
  });

  it('shows only those that failed with f, keeps the choice, and runs them again with R after a question', () => {
    const dashboard = page(fleet(9, (number) => (number % 3 === 0 ? 'failed' : 'completed')));
    dashboard.press('l', 'l', 'j', 'f');
    expect(chosen(dashboard)).toBe(6);
    dashboard.press('l');
    expect(chosen(dashboard)).toBe(9);
    dashboard.press('f');
    expect(chosen(dashboard)).toBe(9);
    dashboard.take();
    dashboard.press('R', 'y');
    expect(dashboard.take()).toEqual([3, 6, 9].map((number) => ({ type: 'retry', run: member(number).id })));
  });

  it('keeps the choice on its run when another fails meanwhile', () => {
    const dashboard = page(fleet(6, (number) => (number > 3 ? 'failed' : 'running')));
    dashboard.press('f', 'l');
    expect(chosen(dashboard)).toBe(5);
    dashboard.tell({ type: 'change', change: aChange(runEntry(member(1, 'failed')), 'run.failed') });
    expect(chosen(dashboard)).toBe(5);
  });

  it('cancels all of them with X, also while only those that failed are shown', () => {
    const dashboard = page(fleet(4, (number) => (number === 1 ? 'failed' : 'running')));
    dashboard.press('f', 'X');
    expect(topOverlay(dashboard.model)).toMatchObject({ question: { type: 'cancel-all' } });
  });

  it('of two hundred devices follows the output of those on the screen alone', () => {
    const dashboard = page(fleet(200, () => 'running'));
    const { tails } = subscriptions(dashboard.model);
    expect(tails.length).toBeGreaterThan(10);
    expect(tails.length).toBeLessThanOrEqual(60);
    dashboard.press('G');
    expect(subscriptions(dashboard.model).tails.map(({ run }) => run)).toContain(member(200).id);
    expect(chosen(dashboard)).toBe(200);
  });

  it('tells how far all of them are, and what needs somebody', () => {
    const runs = fleet(
      5,
      (number) =>
        (['completed', 'completed', 'failed', 'waiting_approval', 'running'] as const)[number - 1] ?? 'running',
    );
    expect(groupProgress(runs, () => false)).toEqual([
      '2 of 5 done · 1 failed · 1 waiting',
      '2/5 done · 1 failed',
      '2/5 done',
    ]);
  });
});
