// Choosing which two runs are compared, and the page that waits for what comes of it.
import { describe, expect, it } from 'vitest';
import { overlayOf } from '../../../src/tui/model/select.ts';
import { line } from '../../../src/tui/preview/document.ts';
import { aRun, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const first = aRun(1, { status: 'failed' });
const second = aRun(2, { status: 'completed' });
const again = { ...aRun(3, { status: 'completed' }), retryOf: first.id };

function selected(...runs: (typeof first)[]) {
  const dashboard = startDashboard({ snapshot: { runs: runs.toReversed(), entries: runs.map(runEntry) } });
  dashboard.press('escape', '3');
  return dashboard;
}

const compared = (dashboard: ReturnType<typeof selected>) =>
  dashboard.effects.filter(({ type }) => type === 'compare-runs').map((effect) => 'runs' in effect && effect.runs);

describe('D', () => {
  it('on a retry compares it with the run that it retries', () => {
    const dashboard = selected(first, again);
    dashboard.press('D');
    expect(compared(dashboard)).toEqual([[first.id, again.id]]);
    expect(overlayOf(dashboard.model, 'text')).toMatchObject({ title: 'Run 1 ↔ run 3', loading: true });
  });

  it('on any other marks the run, and on the next one compares both', () => {
    const dashboard = selected(first, second);
    dashboard.press('D');
    expect(compared(dashboard)).toEqual([]);
    expect(dashboard.model.toasts.at(-1)?.text).toBe('run 2 marked: the same key on another run compares them');
    dashboard.press('D');
    expect(compared(dashboard)).toEqual([]);
    dashboard.press('j', 'enter', 'D');
    expect(compared(dashboard)).toEqual([[second.id, first.id]]);
    expect(dashboard.model.marked).toBeUndefined();
    dashboard.press('escape');
    expect(dashboard.model.overlays.at(-1)?.kind).toBe('run');
  });
});

describe('/compare', () => {
  it('takes two runs, in sight or not, and nothing else', () => {
    const dashboard = startDashboard({ snapshot: { runs: [second, first] } });
    dashboard.type('/compare 1 900');
    dashboard.press('enter');
    expect(compared(dashboard)).toEqual([['1', '900']]);
    dashboard.press('escape');
    dashboard.type('/compare 1');
    dashboard.press('enter');
    expect(compared(dashboard)).toHaveLength(1);
    expect(dashboard.model.toasts.at(-1)?.text).toBe('for example: /compare 12 15');
  });
});

describe('the page', () => {
  it('shows what comes for it, and nothing that was for another', () => {
    const dashboard = selected(first, again);
    dashboard.press('D');
    const request = overlayOf(dashboard.model, 'text')?.request ?? -1;
    const document = { type: 'text', blocks: [line('+ new', 'added')] } as const;
    dashboard.tell({ type: 'compared', request: request + 1, title: 'other', document });
    expect(overlayOf(dashboard.model, 'text')?.loading).toBe(true);
    dashboard.tell({ type: 'compared', request, title: 'Run 1 ↔ run 3', document });
    expect(overlayOf(dashboard.model, 'text')).toMatchObject({ document, loading: false });
  });

  it('says why there is nothing to compare', () => {
    const dashboard = selected(first, again);
    dashboard.press('D');
    const request = overlayOf(dashboard.model, 'text')?.request ?? -1;
    dashboard.tell({ type: 'compare-failed', request, failure: { code: 'not-found', message: 'there is no run 900' } });
    expect(overlayOf(dashboard.model, 'text')).toMatchObject({ text: 'there is no run 900', loading: false });
  });
});
