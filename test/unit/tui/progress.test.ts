// How far runs are: in the room there is, with the speed of the newest seconds, and in plain lines that can be listened to.

import { describe, expect, it } from 'vitest';
import { createPlainProgress, SAID_EVERY_MS } from '../../../src/tui/plain/progress.ts';
import { stringWidth } from '../../../src/tui/terminal/width.ts';
import { progressInShort, progressRow, progressText } from '../../../src/tui/words/progress.ts';
import { aRun, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const run = aRun(1);
const at = (bytes: number) => ({ text: 'photos/a.jpg', bytes, totalBytes: 1_000_000_000 });

describe('how far a run is', () => {
  it('has a bar, and as much behind it as there is room for', () => {
    const told = {
      ...at(410_000_000),
      points: [
        { bytes: 210_000_000, at: 0 },
        { bytes: 410_000_000, at: 2000 },
      ],
    };
    expect(progressRow(told, 80)).toBe('████████░░░░░░░░░░░░  41 %  410 MB of 1.0 GB  100 MB/s  photos/a.jpg');
    expect(progressRow(told, 50)).toBe('████░░░░░░░░  41 %  410 MB of 1.0 GB  100 MB/s');
    expect(progressRow(told, 34)).toBe('███░░░░░  41 %  410 MB of 1.0 GB');
    expect(progressRow(told, 20)).toBe('██░░░  41 %');
    expect(progressRow({ text: 'click "Send"', step: 2, steps: 4 }, 40)).toBe('██░░░░░░░░  2 of 4  click "Send"');
    expect(progressRow({ text: 'thinking\u001b[31m' }, 40)).toBe('thinking␛[31m');
    for (let width = 1; width < 100; width += 1)
      expect(stringWidth(progressRow(told, width))).toBeLessThanOrEqual(Math.max(width, 5));
  });

  it('is taken of runs that go on, with their speed, and forgotten at the end', () => {
    const dashboard = startDashboard({ snapshot: { entries: [runEntry(run)], runs: [run] } });
    dashboard.tell({ type: 'progress', run: run.id, progress: at(0) });
    dashboard.wait(1000);
    dashboard.tell({ type: 'progress', run: run.id, progress: at(50_000_000) });
    expect(progressText(dashboard.model, run)).toBe('5 %, 50 MB of 1.0 GB, 50 MB/s: photos/a.jpg');
    expect(progressInShort(dashboard.model, run)).toBe('5 %');
    expect(progressInShort(dashboard.model, aRun(1, { status: 'completed' }))).toBeUndefined();
  });
});

describe('in plain lines', () => {
  it('it is said every few seconds, if it is new, and not of what is over', () => {
    const plain = createPlainProgress();
    expect(plain.line(run, at(0), 0)).toBeUndefined();
    expect(plain.line(run, at(10_000_000), SAID_EVERY_MS - 1)).toBeUndefined();
    expect(plain.line(run, at(100_000_000), SAID_EVERY_MS)).toBe(
      'Run 1: 10 %, 100 MB of 1.0 GB, 20 MB/s: photos/a.jpg',
    );
    expect(plain.line(run, at(200_000_000), SAID_EVERY_MS + 10)).toBeUndefined();
    expect(plain.line(aRun(1, { status: 'completed' }), at(1_000_000_000), 99_000)).toBeUndefined();
    expect(plain.line(undefined, at(1), 99_000)).toBeUndefined();
    plain.forget(run);
    expect(plain.line(run, at(300_000_000), 100_000)).toBeUndefined();
  });
});
