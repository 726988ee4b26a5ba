// What the list of completions says of each of its items.
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import {
  aDevice,
  anArtifact,
  aRun,
  type Dashboard,
  keyOf,
  runEntry,
  START,
  startDashboard,
} from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  presence: { state: 'offline', since: START - 60_000 },
});
function tab(typed: string, dashboard = startDashboard({ snapshot: { devices: [aDevice(), nas] } })): Dashboard {
  dashboard.type(typed);
  dashboard.press('tab');
  return dashboard;
}
const rows = ({ model }: Dashboard): string[] => text(model).split('\n');
const row = (dashboard: Dashboard, item: string): string =>
  rows(dashboard).find((line) => line.includes(`${item} `) && !line.includes('›')) ?? '';

describe('the list of completions', () => {
  it('says of a device whether it is there', () => {
    const dashboard = tab('!ls @');
    expect(row(dashboard, '@nas')).toContain('offline');
    expect(row(dashboard, '@all')).toContain('all 2 devices');
  });

  it('says of a command what it does, and of a route that it is one', () => {
    expect(row(tab('/s'), '/say')).toContain('leave a message in the thread');
    expect(row(tab('?why #'), '#inline')).toContain('route');
    expect(row(tab('?why #'), '#embedded')).toContain('connector');
  });

  it('says of an artifact how large it is, and what made it', () => {
    const run = aRun(12, { command: 'make report', status: 'completed' });
    const entries = ['a.pdf', 'b.pdf'].map((name, at) => ({
      key: keyOf(13 + at),
      kind: 'artifact' as const,
      artifact: anArtifact(13 + at, { runId: run.id, name, sizeBytes: 120_000 }),
    }));
    const dashboard = tab(
      '?why +',
      startDashboard({ snapshot: { entries: [runEntry(run), ...entries], runs: [run] } }),
    );
    expect(row(dashboard, '+12/a.pdf')).toContain('120 kB from !make report');
  });

  it('goes on after /theme with the names of themes', () => {
    const dashboard = tab('/theme h');
    expect(dashboard.model.composer.completion?.items).toEqual(['high-contrast', 'harbour']);
    dashboard.press('tab', 'enter');
    expect(dashboard.model.settings.theme).toBe('harbour');
  });

  it('leaves the words away where there is no room for them', () => {
    const named = (name: string) => ({ ...nas, name, id: `device-${name}` as DeviceId });
    const devices = [aDevice(), named('a-rather-long-name'), named('a-rather-longer-name')];
    const list = (width: number): string =>
      row(
        tab('!ls @a-', startDashboard({ size: { width, height: 16 }, snapshot: { devices } })),
        '@a-rather-longer-name',
      );
    expect(list(80)).toContain('offline since');
    expect(list(30)).toContain('@a-rather-longer-name');
    expect(list(30)).not.toContain('off');
  });
});
