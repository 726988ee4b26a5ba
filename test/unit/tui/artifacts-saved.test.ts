// Saving an artifact where that cannot be: what was typed is not lost.
import { expect, it } from 'vitest';
import { topOverlay } from '../../../src/tui/model/select.ts';
import { anArtifact, aRun, keyOf, startDashboard } from '../../helpers/tui-model.ts';

const failure = { code: 'not-found', message: 'its folder is not there' };
const saving = () => {
  const artifact = anArtifact(1);
  const run = aRun(1, { status: 'completed' });
  const dashboard = startDashboard({
    snapshot: { runs: [run], entries: [{ key: keyOf(2), kind: 'artifact', artifact }] },
  });
  dashboard.press('escape', '1', 's');
  dashboard.type('/there');
  dashboard.press('enter');
  const [asked] = dashboard.take().flatMap((effect) => (effect.type === 'save-artifact' ? [effect] : []));
  if (asked === undefined) throw new Error('nothing was saved');
  return { dashboard, failed: { type: 'save-failed', artifact, path: asked.path, failure } as const };
};

it('asks again, with what was typed', () => {
  const { dashboard, failed } = saving();
  dashboard.tell(failed);
  expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'save', editor: { text: failed.path } });
  expect(dashboard.model.toasts.map(({ text }) => text)).toContain('its folder is not there');
});

it('does not come between the keys of somebody who went on', () => {
  const { dashboard, failed } = saving();
  dashboard.press('t');
  dashboard.tell(failed);
  expect(topOverlay(dashboard.model)).toBeUndefined();
});
