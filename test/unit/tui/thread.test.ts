import { describe, expect, it } from 'vitest';
import type { Effect, PageRequest } from '../../../src/tui/model/effects.ts';
import { THREAD_WINDOW } from '../../../src/tui/model/model.ts';
import {
  aChange,
  anArtifact,
  aRun,
  aSnapshot,
  type Dashboard,
  keyOf,
  messageEntry,
  messages,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

const numbers = ({ model }: Dashboard): number[] =>
  model.thread.entries.map((entry) => Number(entry.key.split('/')[2]));
const pages = (effects: readonly Effect[]): PageRequest[] =>
  effects.flatMap((effect) => (effect.type === 'load' ? [effect.page] : []));

/** Answers page requests as a peer with `total` messages would, until none is open. */
function serve(dashboard: Dashboard, total: number): number {
  const number = (key: string): number => Number(key.split('/')[2] ?? 0);
  let served = 0;
  for (let open = pages(dashboard.take()); open.length > 0; open = pages(dashboard.take())) {
    for (const page of open) {
      served += 1;
      if (served > 1_000) throw new Error('paging does not end');
      dashboard.tell({ type: 'page', page, ...answer(page, total, number) });
    }
  }
  return served;
}

function answer(page: PageRequest, total: number, number: (key: string) => number) {
  const slice = (from: number, to: number) =>
    messages(Math.max(1, from), Math.max(0, Math.min(total, to) - Math.max(1, from) + 1));
  switch (page.kind) {
    case 'older': {
      const before = number(page.before);
      return { entries: slice(before - 100, before - 1), more: { before: before - 100 > 1 } };
    }
    case 'newer': {
      const after = number(page.after);
      return { entries: slice(after + 1, after + 100), more: { after: after + 100 < total } };
    }
    case 'newest':
      return { entries: slice(total - 99, total), more: { before: total > 100 } };
    case 'oldest':
      return { entries: slice(1, 100), more: { before: false, after: total > 100 } };
    case 'around': {
      const at = number(page.key);
      return { entries: slice(at - 99, at + 100), more: { before: at > 100, after: at + 100 < total } };
    }
  }
}

const isContiguous = (list: readonly number[]): boolean =>
  list.every((value, index) => index === 0 || value === (list[index - 1] ?? 0) + 1);

function long(total: number): Dashboard {
  return startDashboard({ snapshot: { entries: messages(total - 99, 100), more: true } });
}

describe('the thread', () => {
  it('follows the end as entries come', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(1, 100) } });
    for (let number = 101; number <= 120; number += 1)
      dashboard.tell({ type: 'change', change: aChange(messageEntry(number)) });
    expect(numbers(dashboard).at(-1)).toBe(120);
    expect(dashboard.model.thread.list).toMatchObject({ follow: true, cursor: 119 });
  });

  it('shows an entry once, as it is now', () => {
    const dashboard = startDashboard({ snapshot: { entries: [runEntry(aRun(1))], runs: [aRun(1)] } });
    const done = aRun(1, { status: 'completed' });
    dashboard.tell({ type: 'change', change: aChange(runEntry(done), 'run.completed') });
    expect(dashboard.model.thread.entries).toEqual([runEntry(done)]);
    expect(dashboard.model.runs).toEqual([done]);
  });

  it('changes the entry of a run when something of the run changes', () => {
    const dashboard = startDashboard({ snapshot: { entries: [runEntry(aRun(1))], runs: [aRun(1)] } });
    const entry = { key: keyOf(2), kind: 'artifact' as const, artifact: anArtifact(1) };
    const changed = { ...aRun(1), updatedAt: 99 };
    dashboard.tell({ type: 'change', change: aChange(entry, 'artifact.created', changed) });
    expect(dashboard.model.thread.entries).toEqual([runEntry(changed), entry]);
  });

  it('does not repeat kept output: the run shows it', () => {
    const entry = { key: keyOf(2), kind: 'artifact' as const, artifact: anArtifact(1, { kind: 'output' }) };
    const dashboard = startDashboard({ snapshot: { entries: [runEntry(aRun(1)), entry] } });
    expect(dashboard.model.thread.entries).toHaveLength(1);
  });

  it('puts an entry that comes late in its place', () => {
    const dashboard = startDashboard({ snapshot: { entries: [messageEntry(1), messageEntry(5)] } });
    dashboard.tell({ type: 'change', change: aChange(messageEntry(3)) });
    expect(numbers(dashboard)).toEqual([1, 3, 5]);
  });

  it('counts what comes below while someone reads further up', () => {
    const dashboard = long(1_000);
    serve(dashboard, 1_000);
    dashboard.press('escape');
    for (let page = 0; page < 60; page += 1) {
      dashboard.press('pageup');
      serve(dashboard, 1_000);
    }
    const before = numbers(dashboard);
    for (let number = 1_001; number <= 1_003; number += 1)
      dashboard.tell({ type: 'change', change: aChange(messageEntry(number)) });
    expect(numbers(dashboard)).toEqual(before);
    expect(dashboard.model.thread.newBelow).toBe(3);
    dashboard.press('G');
    serve(dashboard, 1_003);
    expect(numbers(dashboard).at(-1)).toBe(1_003);
    expect(dashboard.model.thread.newBelow).toBe(0);
    expect(dashboard.model.thread.list.follow).toBe(true);
  });

  it('keeps a bounded window of a thread of any length, without gaps, all the way up and down', () => {
    const total = 2_345;
    const dashboard = long(total);
    dashboard.press('escape');
    const seen = new Set<number>();
    for (let page = 0; page < 200 && !seen.has(1); page += 1) {
      dashboard.press('pageup');
      serve(dashboard, total);
      expect(dashboard.model.thread.entries.length).toBeLessThanOrEqual(THREAD_WINDOW);
      expect(isContiguous(numbers(dashboard))).toBe(true);
      for (const number of numbers(dashboard)) seen.add(number);
    }
    expect(seen.size).toBe(total);
    for (let page = 0; page < 200 && numbers(dashboard).at(-1) !== total; page += 1) {
      dashboard.press('pagedown');
      serve(dashboard, total);
      expect(dashboard.model.thread.entries.length).toBeLessThanOrEqual(THREAD_WINDOW);
      expect(isContiguous(numbers(dashboard))).toBe(true);
    }
    expect(numbers(dashboard).at(-1)).toBe(total);
  });

  it('does not run away to the end when the end of what is loaded is reached', () => {
    const dashboard = long(5_000);
    dashboard.press('escape', 'g');
    serve(dashboard, 5_000);
    expect(numbers(dashboard)[0]).toBe(1);
    dashboard.press('end');
    // `end` asks for the end itself; going down by items pages on one page at a time.
    serve(dashboard, 5_000);
    expect(numbers(dashboard).at(-1)).toBe(5_000);
    dashboard.press('g');
    serve(dashboard, 5_000);
    for (let line = 0; line < 90; line += 1) dashboard.press('j');
    expect(serve(dashboard, 5_000)).toBeLessThanOrEqual(2);
    expect(dashboard.model.thread.list.cursor).toBe(90);
  });

  it('asks for no page while another is on its way, nor again after one failed', () => {
    const dashboard = long(1_000);
    dashboard.press('escape');
    for (let page = 0; page < 10; page += 1) dashboard.press('pageup');
    const [page, ...others] = pages(dashboard.take());
    expect(others).toEqual([]);
    if (page === undefined) throw new Error('no page was asked for');
    dashboard.tell({ type: 'page-failed', page, failure: { code: 'timeout', message: 'too slow' } });
    dashboard.tell({ type: 'tick' });
    expect(pages(dashboard.take())).toEqual([]);
    dashboard.press('k');
    expect(pages(dashboard.take())).toHaveLength(1);
  });

  it('ignores a page that was asked for before the window changed', () => {
    const dashboard = long(1_000);
    dashboard.press('escape');
    for (let page = 0; page < 10; page += 1) dashboard.press('pageup');
    const [page] = pages(dashboard.take());
    if (page === undefined) throw new Error('no page was asked for');
    dashboard.tell({ type: 'lost', reason: 'gone' });
    const before = numbers(dashboard);
    dashboard.tell({ type: 'page', page, entries: messages(1, 3), more: { before: false } });
    expect(numbers(dashboard)).toEqual(before);
  });

  it('an empty page is the end, whatever it claims', () => {
    const dashboard = startDashboard({ snapshot: { entries: messages(50, 5), more: true } });
    const [page] = pages([...dashboard.take(), ...reload(dashboard)]);
    if (page !== undefined) dashboard.tell({ type: 'page', page, entries: [], more: { before: true } });
    dashboard.tell({ type: 'tick' });
    expect(pages(dashboard.take())).toEqual([]);
  });

  it('stays where someone reads when the connection comes back, with everything as it is now', () => {
    const total = 1_000;
    const dashboard = long(total);
    dashboard.press('escape');
    for (let page = 0; page < 20; page += 1) {
      dashboard.press('pageup');
      serve(dashboard, total);
    }
    const reading = dashboard.model.thread.entries[dashboard.model.thread.list.cursor]?.key;
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ entries: messages(total - 99, 100), more: true }) });
    serve(dashboard, total);
    expect(dashboard.model.thread.entries[dashboard.model.thread.list.cursor]?.key).toBe(reading);
    expect(isContiguous(numbers(dashboard))).toBe(true);
  });
});

/** The snapshot of `startDashboard` has taken its effects already: a new one asks again. */
function reload(dashboard: Dashboard): Effect[] {
  dashboard.tell({ type: 'lost', reason: 'gone' });
  dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ entries: messages(50, 5), more: true }) });
  return dashboard.take();
}
