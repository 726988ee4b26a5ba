// Folding and unfolding what the thread shows.

import { describe, expect, it } from 'vitest';
import { entryId, type ThreadEntry } from '../../../src/core/thread.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { footerHints } from '../../../src/tui/keys/keymap.ts';
import { entryRows } from '../../../src/tui/rows/entry-rows.ts';
import { anArtifact, aRun, keyOf, messageEntry, runEntry, startDashboard } from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const LONG = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n');

function withEntries(...entries: ThreadEntry[]) {
  const dashboard = startDashboard({ snapshot: { entries } });
  dashboard.press('escape');
  return dashboard;
}
const heights = ({ model }: ReturnType<typeof withEntries>): number[] =>
  model.thread.entries.map((entry) => entryRows(model, entry, 100).length);

describe('an entry of the thread', () => {
  it('is folded to one row with h, and unfolded with l to all of it', () => {
    const dashboard = withEntries(messageEntry(1, LONG));
    expect(heights(dashboard)).toEqual([20]);
    dashboard.press('h');
    expect(heights(dashboard)).toEqual([1]);
    expect(text(dashboard.model)).toMatch(/line 0 …/);
    dashboard.press('h', 'l', 'l');
    expect(heights(dashboard)).toEqual([60]);
    expect(text(dashboard.model)).toContain('line 30');
  });

  it('is not offered more of where there is none, and stays as it is', () => {
    const dashboard = withEntries(messageEntry(1, 'short'));
    expect(footerHints(dashboard.model)).not.toContainEqual(expect.objectContaining({ label: 'more' }));
    dashboard.press('l');
    expect(dashboard.model.toasts.map(({ text: said }) => said)).toContain('there is no more of it');
    dashboard.press('h');
    expect(text(dashboard.model)).toMatch(/you \d\d:\d\d +short/);
    dashboard.press('l');
    expect(dashboard.model.folds.own.get(entryId(messageEntry(1, 'short')))).toBe('usual');
  });

  it('says of a run that it has printed more than is shown, and shows it', () => {
    const run = aRun(1);
    const dashboard = withEntries(runEntry(run));
    dashboard.tell({ type: 'tail', run: run.id, tail: { lines: ['a', 'b', 'c', 'd'], done: false } });
    expect(text(dashboard.model)).toMatch(/│ {3}▲ b /);
    expect(footerHints(dashboard.model)).toContainEqual({ key: 'l', label: 'more' });
    dashboard.press('l');
    expect(text(dashboard.model)).not.toContain('▲');
    expect(heights(dashboard)).toEqual([5]);
  });

  it('stays as it was left while others come', () => {
    const dashboard = withEntries(messageEntry(1, LONG), messageEntry(2, LONG));
    dashboard.press('left', 'k', 'right');
    expect(heights(dashboard)).toEqual([60, 1]);
  });

  it('is folded with all others with H, and shown as usual with H again', () => {
    const dashboard = withEntries(messageEntry(1, LONG), messageEntry(2, 'short'), messageEntry(3, LONG));
    dashboard.press('H');
    expect(heights(dashboard)).toEqual([1, 1, 1]);
    dashboard.press('l');
    expect(heights(dashboard)).toEqual([1, 1, 20]);
    dashboard.press('H');
    expect(heights(dashboard)).toEqual([20, 1, 20]);
  });

  it('that is a run shows more of what it printed', () => {
    const dashboard = withEntries(runEntry(aRun(1)));
    const lines = Array.from({ length: 20 }, (_, index) => `printed ${index}`);
    dashboard.tell({ type: 'tail', run: aRun(1).id, tail: { lines, done: false } });
    expect(heights(dashboard)).toEqual([4]);
    dashboard.press('l');
    expect(heights(dashboard)).toEqual([21]);
    dashboard.press('h', 'h');
    expect(heights(dashboard)).toEqual([1]);
  });

  it('that is a group shows each device with its last line, and follows their output', () => {
    const runs = [1, 2, 3].map((number) => ({ ...aRun(number), group: 'g' as never }));
    const dashboard = withEntries(...runs.map(runEntry));
    expect(subscriptions(dashboard.model).tails).toHaveLength(0);
    dashboard.press('l');
    expect(heights(dashboard)).toEqual([4]);
    expect(subscriptions(dashboard.model).tails.map(({ run }) => run)).toEqual(runs.map(({ id }) => id));
    dashboard.tell({ type: 'tail', run: aRun(2).id, tail: { lines: ['building', 'testing'], done: false } });
    expect(text(dashboard.model)).toMatch(/laptop +running +testing/);
  });

  it('that is a picture shows it once it is unfolded, and is not fetched before', () => {
    const artifact = anArtifact(1, { name: 'a.png', mimeType: 'image/png' });
    const dashboard = withEntries({ key: keyOf(1) as ThreadEntry['key'], kind: 'artifact', artifact });
    expect(dashboard.take().filter(({ type }) => type === 'glance-artifact')).toEqual([]);
    dashboard.press('l');
    expect(dashboard.take()).toContainEqual({ type: 'glance-artifact', artifact });
    const picture = { width: 4, height: 4, rgba: new Uint8Array(64).fill(255) };
    dashboard.tell({ type: 'text-read', id: artifact.id, document: { type: 'picture', picture, note: '' } });
    expect(heights(dashboard)).toEqual([3]);
    dashboard.press('h');
    expect(heights(dashboard)).toEqual([1]);
  });
});

describe('a difference', () => {
  const DIFF = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new';
  it('is shown by what comes and what goes, as a result', () => {
    const done = { ...aRun(1, { status: 'completed' }), result: DIFF } as ReturnType<typeof aRun>;
    const dashboard = withEntries(runEntry(done));
    const looks = entryRows(dashboard.model, runEntry(done), 100).flatMap((row) =>
      row.kind === 'styled' ? row.row.map(([, look]) => look) : [],
    );
    expect(looks).toEqual(['strong', 'strong', 'strong', 'hunk', 'removed', 'added']);
  });

  it('is not seen in a list that happens to have a minus', () => {
    const done = { ...aRun(1, { status: 'completed' }), result: '- one\n- two' } as ReturnType<typeof aRun>;
    const dashboard = withEntries(runEntry(done));
    expect(entryRows(dashboard.model, runEntry(done), 100).map(({ kind }) => kind)).toEqual([
      'head',
      'result',
      'result',
    ]);
  });
});
