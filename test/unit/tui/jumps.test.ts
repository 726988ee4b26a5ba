// Going to the next entry of a kind, and to one that is named, wherever it is in the thread.
import { expect, it } from 'vitest';
import { aRun, keyOf, messages, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const reading = () => {
  const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
  dashboard.press('escape', '1');
  dashboard.take();
  return dashboard;
};
const sought = (dashboard: ReturnType<typeof reading>) =>
  dashboard.take().flatMap((effect) => (effect.type === 'seek-entry' ? [effect] : []));

it('asks the peer, from the selected entry on, and goes there', () => {
  const dashboard = reading();
  dashboard.press('{');
  const [asked] = sought(dashboard);
  expect(asked).toMatchObject({ query: 'is:failed', from: { before: keyOf(5) } });
  const entry = runEntry(aRun(-900, { status: 'failed' }));
  dashboard.tell({ type: 'entry-found', request: asked?.request ?? -1, entry, missing: '' });
  expect(dashboard.take()).toEqual([{ type: 'load', page: { kind: 'around', key: entry.key } }]);
});

it('selects what is loaded already, and lets go of an older answer', () => {
  const dashboard = reading();
  dashboard.press('<');
  const [first] = sought(dashboard);
  dashboard.press('>');
  const [second] = sought(dashboard);
  expect(second).toMatchObject({ query: 'by:me', from: { after: keyOf(5) } });
  const [entry] = messages(2, 1);
  dashboard.tell({ type: 'entry-found', request: first?.request ?? -1, entry, missing: '' });
  expect(dashboard.model.thread.list.cursor).toBe(4);
  dashboard.tell({ type: 'entry-found', request: second?.request ?? -1, entry, missing: '' });
  expect(dashboard.model.thread.list.cursor).toBe(1);
});

it('says so where there is none', () => {
  const dashboard = reading();
  dashboard.press(')');
  const [asked] = sought(dashboard);
  const { request = -1, missing = '' } = asked ?? {};
  dashboard.tell({ type: 'entry-found', request, entry: undefined, missing });
  expect(dashboard.model.toasts.map(({ text }) => text)).toContain('nothing newer waits for a person');
});

it('opens a run that is not in sight by its number, with /open', () => {
  const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
  dashboard.type('/open 4711');
  dashboard.press('enter');
  const [asked] = sought(dashboard);
  expect(asked).toMatchObject({ run: '4711' });
  dashboard.tell({ type: 'entry-found', request: asked?.request ?? -1, run: aRun(4711).id });
  expect(dashboard.model.overlays).toMatchObject([{ kind: 'run', run: aRun(4711).id }]);
});

it('comes too late where somebody has typed on: nothing goes away under the keys', () => {
  const dashboard = reading();
  dashboard.press('t');
  dashboard.type('/open 9f3a2bcdef');
  dashboard.press('enter');
  const [asked] = sought(dashboard);
  dashboard.type('!cu');
  const run = aRun(7).id;
  dashboard.tell({ type: 'entry-found', request: asked?.request ?? -1, run });
  dashboard.type('rl -s');
  expect(dashboard.model.overlays).toEqual([]);
  expect(dashboard.model.composer.editor.text).toBe('!curl -s');
});
