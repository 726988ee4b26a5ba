// Searching from the dashboard: what is asked, what is shown of the answers, and how more of them come.
import { expect, it } from 'vitest';
import { aRun, messages, runEntry, startDashboard } from '../../helpers/tui-model.ts';

function searching(query: string) {
  const dashboard = startDashboard({ snapshot: { entries: messages(1, 5) } });
  dashboard.press('escape', '/');
  dashboard.type(query);
  const asked = dashboard.take().filter((effect) => effect.type === 'search');
  return { dashboard, asked, request: asked.at(-1)?.request ?? -1 };
}

it('says what a qualifier takes instead of asking for nothing', () => {
  const { dashboard, asked } = searching('is:broken');
  expect(asked.map(({ query }) => query)).toEqual(['i', 'is']);
  expect(dashboard.model.search).toMatchObject({ state: 'failed', results: [] });
  expect(dashboard.model.search.message).toContain('is:failed');
});

it('asks for the next page as the cursor comes near the end of what is there, and once', () => {
  const { dashboard, request } = searching('message');
  const page = messages(100, 100).reverse();
  dashboard.tell({ type: 'found', request, entries: page, next: 'place-1' });
  expect(dashboard.take()).toEqual([]);
  dashboard.press('pagedown', 'pagedown', 'pagedown', 'pagedown');
  const more = { type: 'search', query: 'message', before: 'place-1', request };
  expect(dashboard.take()).toEqual([more]);
  const { cursor } = dashboard.model.overlays.flatMap((overlay) => ('list' in overlay ? [overlay.list] : []))[0] ?? {};
  dashboard.tell({ type: 'found', request, before: 'place-1', entries: messages(50, 50).reverse() });
  expect(dashboard.model.search).toMatchObject({ state: 'done', next: undefined });
  expect(dashboard.model.search.results).toHaveLength(150);
  expect(dashboard.model.overlays).toMatchObject([{ kind: 'search', list: { cursor } }]);
  dashboard.press('pagedown', 'pagedown', 'pagedown');
  expect(dashboard.take()).toEqual([]);
});

it('goes on looking where a request came back with nothing and was not the last, and Enter waits for it', () => {
  const { dashboard, request } = searching('rare');
  dashboard.press('enter');
  dashboard.tell({ type: 'found', request, entries: [], next: 'place-1' });
  expect(dashboard.model.search.state).toBe('searching');
  expect(dashboard.take()).toEqual([{ type: 'search', query: 'rare', before: 'place-1', request }]);
  dashboard.tell({ type: 'found', request, before: 'place-1', entries: [runEntry(aRun(-7))] });
  expect(dashboard.model.overlays).toEqual([]);
  expect(dashboard.take()).toMatchObject([{ type: 'load', page: { kind: 'around' } }]);
});

it('lets go of pages of an older query', () => {
  const { dashboard, request } = searching('mess');
  dashboard.tell({ type: 'found', request, entries: messages(1, 3), next: 'place-1' });
  dashboard.type('x');
  dashboard.tell({ type: 'found', request, before: 'place-1', entries: messages(9, 3) });
  expect(dashboard.model.search.results).toHaveLength(3);
});
