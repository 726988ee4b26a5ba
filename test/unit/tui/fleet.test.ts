// Several devices at once: what is said about them, what can be done with them from the panes, and tasks for many of them.

import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { aDevice, START, startDashboard } from '../../helpers/tui-model.ts';
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
const offline = (): Device => nas({ presence: { state: 'offline', since: START, stage: 'refused' } });

describe('what is said about a device', () => {
  it('is its newest state alone, and nothing older comes back after it', () => {
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, nas()] } });
    dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, offline()] });
    dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, nas()] });
    expect(dashboard.model.toasts).toHaveLength(1);
    dashboard.tell({ type: 'toast', toast: { tone: 'error', text: 'something else' } });
    dashboard.tell({ type: 'toast', toast: { tone: 'info', text: 'and this' } });
    dashboard.wait(5_000);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.model.toasts).toEqual([]);
  });

  it('covers nothing while there is an empty place', () => {
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, nas()] } });
    dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, offline()] });
    const shown = text(dashboard.model);
    const without = text({ ...dashboard.model, toasts: [] });
    for (const word of without.split(/[\s│└┘─]+/)) expect(shown).toContain(word);
    expect(shown).toContain('nas is offline');
  });
});

describe('the Devices pane', () => {
  it('revokes and renames what is selected, as the palette does', () => {
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, nas()] } });
    dashboard.press('escape', '4', 'j', 'x');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'revoke', device: nas().id });
    dashboard.press('escape', 'r');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'rename', device: nas().id });
    dashboard.press('escape', '1', ':');
    const labels = overlayOf(dashboard.model, 'palette')?.items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['rename laptop', 'rename nas', 'revoke nas']));
    expect(labels).not.toContain('revoke laptop');
  });
});

describe('a task for all devices', () => {
  it('says which are left out, and why, before and after it is sent', () => {
    const mute = { ...nas(), grants: { held: [], given: [] } };
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, mute] } });
    dashboard.type('!uptime @all');
    const left = 'left out: nas (it does not let this device run tasks)';
    expect(text(dashboard.model)).toContain(left);
    dashboard.press('enter');
    expect(dashboard.model.toasts.at(-1)?.text).toBe(left);
    dashboard.type('!uptime');
    expect(dashboard.model.composer.hint).not.toHaveProperty('leftOut');
  });

  it('completes the names of a list', () => {
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, nas()] } });
    dashboard.type('!uptime @laptop,n');
    dashboard.press('tab');
    expect(dashboard.model.composer.editor.text).toBe('!uptime @laptop,nas ');
  });
});
