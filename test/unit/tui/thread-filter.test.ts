// The thread with a filter: what is asked for, what comes into it and goes from it, and how the whole thread is there again.
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/tui/model/effects.ts';
import {
  aChange,
  anApproval,
  approvalEntry,
  aRun,
  aSnapshot,
  type Dashboard,
  keyOf,
  messageEntry,
  messages,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

const loads = (dashboard: Dashboard): Extract<Effect, { type: 'load' }>[] =>
  dashboard.take().filter((effect) => effect.type === 'load');

const shown = ({ model }: Dashboard): string[] => model.thread.entries.map(({ key }) => key);

/** A thread of fifty messages with the filter on, which found some entries. */
function filtered(query: string, found = [messageEntry(3), messageEntry(7)]): Dashboard {
  const dashboard = startDashboard({ snapshot: { entries: messages(1, 50) } });
  dashboard.press('escape', '/');
  dashboard.type(query);
  dashboard.take();
  dashboard.press('tab');
  expect(loads(dashboard)).toEqual([{ type: 'load', page: { kind: 'newest' }, query }]);
  dashboard.tell({ type: 'page', page: { kind: 'newest' }, query, entries: found, more: { before: false } });
  return dashboard;
}

describe('keeping a search as a filter', () => {
  it('leaves the search and shows what is found, and Esc shows everything again where it was', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 50) } });
    dashboard.press('escape', 'k', 'k', 'k');
    const before = dashboard.model.thread;
    dashboard.press('/');
    dashboard.type('seven');
    dashboard.press('tab');
    dashboard.tell({
      type: 'page',
      page: { kind: 'newest' },
      query: 'seven',
      entries: [messageEntry(7)],
      more: { before: false },
    });
    expect(dashboard.model.overlays).toEqual([]);
    expect(dashboard.model.focus).toBe('thread');
    expect(shown(dashboard)).toEqual([keyOf(7)]);
    dashboard.press('escape');
    expect(dashboard.model.thread).toEqual(before);
  });

  it('stays in the search where there is nothing to look for, or no such thing', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
    dashboard.press('escape', '/', 'tab');
    dashboard.type('@toaster');
    dashboard.press('tab');
    expect(dashboard.model.overlays).toMatchObject([{ kind: 'search' }]);
    expect(dashboard.model.toasts.map(({ text }) => text).join()).toContain('no device is meant by "@toaster"');
    expect(loads(dashboard)).toEqual([]);
  });

  it('is a command too, and without a query it shows everything again', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
    dashboard.type('/filter is:failed');
    dashboard.press('enter');
    expect(loads(dashboard)).toMatchObject([{ query: 'is:failed' }]);
    dashboard.press('t');
    dashboard.type('/filter');
    dashboard.press('enter');
    expect(dashboard.model.thread.filter).toBeUndefined();
    expect(shown(dashboard)).toHaveLength(5);
  });
});

describe('pages of a filtered thread', () => {
  it('are asked for with the query while there is more', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
    dashboard.type('/filter message');
    dashboard.press('enter');
    dashboard.take();
    const page = { kind: 'newest' } as const;
    dashboard.tell({ type: 'page', page, query: 'message', entries: messages(100, 9), more: { before: true } });
    expect(loads(dashboard)).toEqual([{ type: 'load', page: { kind: 'older', before: keyOf(100) }, query: 'message' }]);
  });

  it('are let go when they come after the filter has gone', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 50) } });
    dashboard.type('/filter message');
    dashboard.press('enter', 'escape');
    const { thread } = dashboard.model;
    const page = { kind: 'newest' } as const;
    dashboard.tell({ type: 'page', page, query: 'message', entries: messages(1, 2), more: { before: false } });
    expect(dashboard.model.thread).toEqual(thread);
  });
});

describe('what comes while a filter is on', () => {
  it('is shown if the query finds it, and is in the whole thread in any case', () => {
    const dashboard = filtered('milk');
    dashboard.tell({ type: 'change', change: aChange(messageEntry(60, 'remember the milk')) });
    dashboard.tell({ type: 'change', change: aChange(messageEntry(61, 'remember the bread')) });
    expect(shown(dashboard)).toEqual([keyOf(3), keyOf(7), keyOf(60)]);
    dashboard.press('escape');
    expect(shown(dashboard).slice(-2)).toEqual([keyOf(60), keyOf(61)]);
  });

  it('goes when it is no longer found', () => {
    const dashboard = filtered('is:running', []);
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(60)), 'run.started') });
    expect(shown(dashboard)).toEqual([keyOf(60)]);
    const over = runEntry(aRun(60, { status: 'failed' }));
    dashboard.tell({ type: 'change', change: aChange(over, 'run.failed') });
    expect(shown(dashboard)).toEqual([]);
    dashboard.press('escape');
    expect(dashboard.model.thread.entries.at(-1)).toMatchObject({ run: { status: 'failed' } });
  });

  it('comes when it is found at last, at its place', () => {
    const dashboard = filtered('is:failed', [runEntry(aRun(40, { status: 'failed' }))]);
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(60)), 'run.started') });
    expect(shown(dashboard)).toEqual([keyOf(40)]);
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(60, { status: 'failed' })), 'run.failed') });
    expect(shown(dashboard)).toEqual([keyOf(40), keyOf(60)]);
  });

  it('is asked for where its place is not told: a run that begins to wait', () => {
    const dashboard = filtered('is:waiting', []);
    const change = aChange(
      approvalEntry(anApproval(60), 61),
      'approval.requested',
      aRun(60, { status: 'waiting_approval' }),
    );
    dashboard.tell({ type: 'change', change });
    expect(loads(dashboard)).toEqual([{ type: 'load', page: { kind: 'newest' }, query: 'is:waiting' }]);
  });
});

describe('a filtered thread and the peer', () => {
  it('is asked for again after the peer was away', () => {
    const dashboard = filtered('milk');
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.take();
    dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ entries: messages(1, 55) }) });
    expect(loads(dashboard)).toEqual([{ type: 'load', page: { kind: 'newest' }, query: 'milk' }]);
    dashboard.press('escape');
    expect(shown(dashboard)).toHaveLength(55);
  });

  it('lets go of the filter to show what it does not find', () => {
    const dashboard = filtered('milk');
    dashboard.press('/');
    dashboard.type('bread');
    const request = dashboard.take().findLast((effect) => effect.type === 'search')?.request ?? -1;
    dashboard.tell({ type: 'found', request, entries: [messageEntry(20, 'bread')] });
    dashboard.press('enter');
    expect(dashboard.model.thread.filter).toBeUndefined();
    expect(dashboard.model.thread.entries[dashboard.model.thread.list.cursor]?.key).toBe(keyOf(20));
  });
});
