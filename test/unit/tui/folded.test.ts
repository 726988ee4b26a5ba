// What a run leaves for itself is one entry of the thread, whichever way it comes; its detail lists each.

import { describe, expect, it } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import type { ThreadEntry } from '../../../src/core/thread.ts';
import { foldedWords } from '../../../src/tui/model/folded.ts';
import { subjectArtifact, topOverlay } from '../../../src/tui/model/select.ts';
import { aChange, anArtifact, aRun, keyOf, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const run = aRun(1, { status: 'completed' });
const of = (number: number, change: Partial<PublishedArtifact>): ThreadEntry => ({
  key: keyOf(number),
  kind: 'artifact',
  artifact: anArtifact(number, { runId: run.id, ...change }),
});
const entries = [
  of(2, { kind: 'backup', name: 'a.txt' }),
  of(3, { kind: 'image', name: 'approval/before.png' }),
  of(4, { kind: 'file', name: 'report.txt' }),
  of(5, { kind: 'backup', name: 'b.txt' }),
];
const shown = ({ model }: ReturnType<typeof startDashboard>) =>
  model.thread.entries.flatMap((entry) =>
    entry.kind === 'artifact' ? [entry.folded === undefined ? entry.artifact.name : foldedWords(entry.folded)] : [],
  );

describe('backups and what an approval showed', () => {
  it('are one entry, by whichever way they come: a snapshot, changes, or a page', () => {
    const expected = ['2 backups, 1 file of its approval', 'report.txt'];
    expect(shown(startDashboard({ snapshot: { entries: [runEntry(run), ...entries] } }))).toEqual(expected);
    const changes = startDashboard({ snapshot: { entries: [runEntry(run)] } });
    for (const entry of [...entries, ...entries])
      changes.tell({ type: 'change', change: aChange(entry, 'artifact.created') });
    expect(shown(changes)).toEqual(expected);
    const paged = startDashboard({ snapshot: { entries: entries.slice(2), more: true } });
    const older = entries.slice(0, 2);
    paged.tell({ type: 'page', page: { kind: 'older', before: keyOf(4) }, entries: older, more: { before: false } });
    expect(shown(paged)).toEqual(['report.txt', '2 backups, 1 file of its approval']);
  });

  it('are not mixed between runs', () => {
    const other = of(6, { kind: 'backup', runId: aRun(9).id });
    expect(shown(startDashboard({ snapshot: { entries: [...entries, other] } }))).toHaveLength(3);
  });

  it('leave the keys to what a person wants: the only other file of the run', () => {
    const dashboard = startDashboard({ snapshot: { entries: [runEntry(run), ...entries], runs: [run] } });
    dashboard.press('escape', 'g');
    expect(subjectArtifact(dashboard.model)?.name).toBe('report.txt');
    dashboard.press('j');
    expect(subjectArtifact(dashboard.model)).toBeUndefined();
    dashboard.press('enter');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'run', run: run.id });
  });
});
