// Copying how to come back to what is selected.
import { expect, it } from 'vitest';
import { entryId } from '../../../src/core/thread.ts';
import { aRun, messageEntry, startDashboard } from '../../helpers/tui-model.ts';

it('copies the command that shows the selected entry, or the selected run', () => {
  const entry = messageEntry(3);
  const run = aRun(7);
  const dashboard = startDashboard({ snapshot: { entries: [entry], runs: [run] } });
  dashboard.press('escape', 'C');
  expect(dashboard.take()).toContainEqual({ type: 'copy', text: `dispatch show ${entryId(entry)}` });
  dashboard.press('3', 'C');
  expect(dashboard.take()).toContainEqual({ type: 'copy', text: `dispatch show ${run.id}` });
});

it('says that nothing is selected where the thread is empty', () => {
  const dashboard = startDashboard();
  dashboard.press('escape', 'C');
  expect(dashboard.take()).toEqual([]);
  expect(dashboard.model.toasts.map(({ text }) => text)).toContain('nothing is selected');
});
