// What was running on a device when the link to it was lost: nothing on the screen claims more than is known.

import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { counts } from '../../../src/tui/model/select.ts';
import { formatClock } from '../../../src/tui/words/format.ts';
import { isTicking, knownUntil, waitsInShort } from '../../../src/tui/words/presence.ts';
import { aDevice, aRun, type Dashboard, runEntry, START, startDashboard } from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const laptop = aDevice();
const nas = (change: Partial<Device> = {}): Device =>
  aDevice({
    id: 'device-nas' as DeviceId,
    name: 'nas',
    local: false,
    version: '0.1.0',
    grants: { held: ['run', 'approve'], given: ['observe'] },
    presence: { state: 'online', since: START, roundTripMs: 12.4 },
    ...change,
  });

describe('a run whose device went out of reach', () => {
  const since = START - 60_000;
  const lost = { ...nas(), presence: { state: 'offline' as const, since, stage: 'lost' as const } };
  const run = { ...aRun(1), device: lost.id, startedAt: since - 5_000 };
  const day = (device: Device): Dashboard =>
    startDashboard({ snapshot: { device: laptop, devices: [laptop, device], runs: [run], entries: [runEntry(run)] } });

  it('says since when nothing is known, with its clock standing still, and is not counted as running', () => {
    const { model } = day(lost);
    expect(waitsInShort(model, run)).toBe(`link lost ${formatClock(since)}`);
    expect(knownUntil(model, run)).toBe(since);
    expect(isTicking(model, run)).toBe(false);
    expect(counts(model)).toMatchObject({ running: 0, lost: 1 });
    const shown = text(model);
    expect(shown).toContain(`link lost ${formatClock(since)}`);
    expect(shown).toContain('1 lost');
    expect(shown).toContain('0:05');
    const back = day(nas());
    expect(isTicking(back.model, run)).toBe(true);
    expect(counts(back.model)).toMatchObject({ running: 1, lost: 0 });
  });

  it('has a page that claims nothing of what cannot be seen, and shows the last lines that came', () => {
    const dashboard = day(lost);
    dashboard.tell({ type: 'tail', run: run.id, tail: { lines: ['step 41 of 90'], done: false } });
    dashboard.press('escape', 'enter');
    const port = { rows: () => 0, behind: () => 0, find: () => [], draw: () => {} };
    dashboard.tell({ type: 'output', run: run.id, output: { port, bytes: 0, state: 'live', attached: false } });
    const shown = text(dashboard.model);
    expect(shown).toContain('step 41 of 90');
    expect(shown).toContain('link lost');
    expect(shown).not.toContain('nothing yet');
    expect(shown).not.toMatch(/ live /);
  });

  it('takes no keys, says so, and says afterwards what was not sent', () => {
    for (const presence of [lost.presence, { state: 'suspect' as const, since }]) {
      const dashboard = day(nas());
      dashboard.press('escape', '3', 'i');
      const output = { port: undefined, bytes: 0, state: 'live', attached: true } as const;
      dashboard.tell({ type: 'output', run: run.id, output });
      dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, { ...nas(), presence }] });
      const bar = (): string => text(dashboard.model).split('\n')[0] ?? '';
      const how = presence.state === 'suspect' ? 'suspect' : 'lost';
      expect(bar()).toContain(`what you type is not sent: connection to nas ${how}`);
      dashboard.take();
      dashboard.press('a');
      dashboard.paste('b');
      expect(dashboard.take()).toEqual([]);
      const at = formatClock(dashboard.now);
      expect(bar()).toContain(`nothing you typed since ${at} was sent: connection to nas ${how}`);
      dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, nas()] });
      expect(bar()).toContain(`what you typed since ${at} was not sent`);
      dashboard.press('c');
      expect(dashboard.take()).toMatchObject([{ type: 'input', input: { key: 'c' } }]);
      expect(bar()).not.toContain('not sent');
      dashboard.tell({ type: 'output', run: run.id, output: { ...output, unsent: true } });
      expect(bar()).toContain('was not sent');
    }
  });
});
