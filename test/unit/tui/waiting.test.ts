// Tasks that are typed while the peer is not there.
import { describe, expect, it } from 'vitest';
import { topOverlay } from '../../../src/tui/model/select.ts';
import type { WaitingTask } from '../../../src/tui/model/waiting-task.ts';
import { aSnapshot, startDashboard } from '../../helpers/tui-model.ts';

type Dashboard = ReturnType<typeof startDashboard>;
const unavailable = { code: 'unavailable', message: 'the connection is gone' };
const tty = { cols: 80, rows: 24 };
const task = (id: string, state: WaitingTask['state'] = 'waiting'): WaitingTask => ({
  id,
  text: `!echo ${id}`,
  tty,
  cwd: '/home/me/there',
  state,
});
const submits = (dashboard: Dashboard): unknown[] =>
  dashboard.take().flatMap((effect) => (effect.type === 'submit' ? [effect.id] : []));
const ids = ({ model }: Dashboard): string[] => model.composer.waiting.map(({ id, state }) => `${id} ${state}`);
const toasts = ({ model }: Dashboard): string => model.toasts.map(({ text }) => text).join('\n');

function offline(...waiting: readonly string[]): Dashboard {
  const dashboard = startDashboard();
  dashboard.tell({ type: 'lost', reason: 'gone' });
  for (const id of waiting) dashboard.tell({ type: 'task-waits', task: task(id) });
  dashboard.take();
  return dashboard;
}

describe('a task that is sent while the peer is gone', () => {
  it('waits, and leaves a clean line', () => {
    const dashboard = offline();
    dashboard.type('!ls');
    dashboard.press('enter');
    expect(dashboard.take()).toMatchObject([
      { type: 'let-wait', text: '!ls' },
      { type: 'remember', line: '!ls' },
    ]);
    expect(dashboard.model.composer.editor.text).toBe('');
  });

  it('is sent once the peer is there, in its order, one after the other, and told of', () => {
    const dashboard = offline('a', 'b');
    dashboard.tell({ type: 'snapshot', snapshot: aSnapshot() });
    expect(submits(dashboard)).toEqual(['a']);
    dashboard.tell({ type: 'submitted', id: 'a', runs: [] });
    expect(submits(dashboard)).toEqual(['b']);
    expect(toasts(dashboard)).toContain('sent what waited: !echo a; 1 more to send');
    dashboard.tell({ type: 'submitted', id: 'b', runs: [] });
    expect(submits(dashboard)).toEqual([]);
    expect(ids(dashboard)).toEqual([]);
  });

  it('is sent again with the same id if the connection goes while it is on its way', () => {
    const dashboard = offline('a');
    dashboard.tell({ type: 'connected' });
    dashboard.tell({ type: 'lost', reason: 'again' });
    dashboard.tell({ type: 'submit-failed', id: 'a', text: '!echo a', failure: unavailable });
    expect(ids(dashboard)).toEqual(['a waiting']);
    dashboard.take();
    dashboard.tell({ type: 'connected' });
    expect(submits(dashboard)).toEqual(['a']);
  });

  it('is not overtaken by one that is typed later', () => {
    const dashboard = offline('a');
    dashboard.tell({ type: 'connected' });
    dashboard.type('!ls');
    dashboard.press('enter');
    expect(dashboard.take().map(({ type }) => type)).toEqual(['submit', 'let-wait', 'remember']);
  });

  it('is given back if it is refused, and the next one goes on', () => {
    const dashboard = offline('a', 'b');
    dashboard.tell({ type: 'connected' });
    dashboard.take();
    dashboard.tell({ type: 'submit-failed', id: 'a', text: '!echo a', failure: { code: 'denied', message: 'no' } });
    expect(toasts(dashboard)).toContain('not sent: !echo a: no');
    expect(submits(dashboard)).toEqual(['b']);
  });

  it('can be looked at, withdrawn and taken back', () => {
    const dashboard = offline('a', 'b');
    dashboard.press('M-w', 'x');
    expect(ids(dashboard)).toEqual(['b waiting']);
    dashboard.press('e');
    expect(dashboard.model.composer.editor.text).toBe('!echo b');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    dashboard.tell({ type: 'connected' });
    expect(submits(dashboard)).toEqual([]);
  });
});

describe('what a dashboard before this one left', () => {
  it('is never sent by surprise', () => {
    const dashboard = startDashboard();
    dashboard.tell({ type: 'draft', draft: { text: 'half', waiting: [task('a', 'held')] } });
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.tell({ type: 'connected' });
    expect(submits(dashboard)).toEqual([]);
    expect(dashboard.model.composer.editor.text).toBe('half');
    dashboard.press('M-w', 'enter');
    expect(submits(dashboard)).toEqual(['a']);
  });

  it('does not take the place of what is typed already', () => {
    const dashboard = startDashboard();
    dashboard.type('new');
    dashboard.tell({ type: 'draft', draft: { text: 'old', waiting: [] } });
    expect(dashboard.model.composer.editor.text).toBe('new');
    dashboard.press('up');
    expect(dashboard.model.composer.editor.text).toBe('old');
  });
});

it('runs where it was typed, whichever dashboard sends it', () => {
  const dashboard = offline('one');
  dashboard.tell({ type: 'connected' });
  expect(dashboard.take()).toContainEqual(
    expect.objectContaining({ type: 'submit', id: 'one', cwd: '/home/me/there' }),
  );
});

it('does not hold up what was typed after it where the peer is there and cannot take it', () => {
  const dashboard = offline('one', 'two');
  dashboard.tell({ type: 'connected' });
  expect(submits(dashboard)).toEqual(['one']);
  dashboard.tell({ type: 'submit-failed', id: 'one', text: '!echo one', failure: unavailable });
  expect(ids(dashboard)).toEqual(['one held', 'two sending']);
  expect(toasts(dashboard)).toContain('not sent: !echo one');
});

it('remembers what was typed last time where something is typed already', () => {
  const dashboard = startDashboard();
  dashboard.type('new');
  dashboard.take();
  dashboard.tell({ type: 'draft', draft: { text: 'old', waiting: [] } });
  expect(dashboard.take()).toContainEqual({ type: 'remember', line: 'old' });
  expect(dashboard.model.composer.editor.text).toBe('new');
});
