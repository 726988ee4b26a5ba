// Devices: what is said when one comes or goes, what can be read about it, and what can be done with it.

import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { overlayOf } from '../../../src/tui/model/select.ts';
import { deviceRows } from '../../../src/tui/rows/device-rows.ts';
import { DEAF_MS } from '../../../src/tui/update/reading.ts';
import { clockWarning, describePresence, linkLost, mayAnswer, whyWaits } from '../../../src/tui/words/presence.ts';
import {
  aDevice,
  anApproval,
  aRun,
  type Dashboard,
  keyOf,
  runEntry,
  START,
  startDashboard,
} from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const MINUTE = 60_000;
const laptop = aDevice();
const nas = (change: Partial<Device> = {}): Device =>
  aDevice({
    id: 'device-nas' as DeviceId,
    name: 'nas',
    local: false,
    version: '0.1.0',
    grants: { held: ['run', 'approve'], given: ['observe'] },
    addresses: ['nas.local:4747'],
    presence: { state: 'online', since: START, roundTripMs: 12.4 },
    ...change,
  });
const offline = (stage: NonNullable<Extract<Device['presence'], { state: 'offline' }>['stage']> = 'refused'): Device =>
  nas({ presence: { state: 'offline', since: START, stage } });

const fleet = (...devices: Device[]): Dashboard =>
  startDashboard({ snapshot: { device: laptop, devices: [laptop, ...devices] } });
const toasts = ({ model }: Dashboard): string[] => model.toasts.map(({ text }) => text);
const told = (before: Device[], after: Device[]): string[] => {
  const dashboard = fleet(...before);
  dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, ...after] });
  return toasts(dashboard);
};

describe('presence in words', () => {
  it('gives the evidence', () => {
    expect(describePresence(nas(), START)).toBe('12 ms');
    expect(describePresence(nas({ presence: { state: 'online', since: START, roundTripMs: 0.3 } }), START)).toBe(
      '<1 ms',
    );
    expect(describePresence(nas({ presence: { state: 'suspect', since: START } }), START)).toBe('suspect');
    expect(describePresence(offline(), START)).toMatch(/^offline since \d\d:\d\d · refused$/);
    expect(describePresence(offline('denied'), START)).toMatch(/^denies us since \d\d:\d\d$/);
    expect(describePresence(laptop, START)).toBe('this device');
  });

  it('warns of a clock that is more than two minutes off', () => {
    expect(clockWarning({ clockAheadMs: 2 * MINUTE })).toBeUndefined();
    expect(clockWarning({ clockAheadMs: 3 * MINUTE })).toBe('3 min ahead');
    expect(clockWarning({ clockAheadMs: -5 * 60 * MINUTE })).toBe('5 h behind');
    expect(clockWarning({ clockAheadMs: 24 * 60 * 3 * MINUTE })).toBe('3 days ahead');
    expect(clockWarning({})).toBeUndefined();
  });

  it('needs no clock of its own while nothing counts: the next minute is soon enough', () => {
    const dashboard = fleet(offline());
    dashboard.wait(10_000);
    dashboard.tell({ type: 'tick' });
    expect(subscriptions(dashboard.model).wakeAt).toBe(START + MINUTE);
  });
});

describe('news of devices', () => {
  it('says who came, who went and why, and who denies this one', () => {
    expect(told([offline()], [nas()])).toEqual(['nas is online: it lets you run and approve']);
    expect(told([nas()], [offline('lost')])[0]).toMatch(/^nas is offline since .* · connection lost$/);
    expect(told([nas()], [offline('denied')])[0]).toContain('has revoked it');
    expect(told([nas()], [])).toEqual(['nas is not paired any more']);
  });

  it('says nothing of what is no news', () => {
    expect(told([nas()], [nas({ presence: { state: 'suspect', since: START } })])).toEqual([]);
    expect(told([offline('denied')], [offline('denied')])).toEqual([]);
    expect(toasts(fleet(offline()))).toEqual([]);
  });

  it('takes over what this device is called', () => {
    const dashboard = fleet();
    dashboard.tell({ type: 'devices', revoked: [], devices: [aDevice({ name: 'desk' })] });
    expect(dashboard.model.device?.name).toBe('desk');
  });
});

describe('the page of a device', () => {
  const textOf = (device: Device, now = START): string =>
    deviceRows({ devices: [laptop, device], revoked: [], runs: [], now }, device.id, 100)
      .map(({ text }) => text)
      .join('\n');
  const opened = (...devices: Device[]): Dashboard => {
    const dashboard = fleet(...devices);
    dashboard.press('escape', '4', ...(devices.length > 0 ? ['j'] : []), 'enter');
    dashboard.take();
    return dashboard;
  };

  it('tells the grants both ways, in words', () => {
    const text = textOf(nas());
    expect(text).toContain('nas lets you run tasks and follow them');
    expect(text).toContain('nas lets you see and answer its approvals');
    expect(text).toContain('it may follow the whole thread here');
    expect(text).not.toContain('may run tasks here');
  });

  it('tells which of capability and permission is missing', () => {
    const text = textOf(nas({ permissions: { ...laptop.permissions, shell: false } }));
    expect(text).toMatch(/shell +no: its owner does not allow it/);
    expect(text).toMatch(/browser_automation +no: the device cannot/);
    expect(text).toMatch(/local_files +yes/);
  });

  it('warns of a wrong clock and of a device that denies this one', () => {
    expect(textOf(nas({ clockAheadMs: 10 * MINUTE }))).toContain('its clock is 10 min ahead');
    expect(textOf(offline('denied'))).toContain('does not let this device in any more');
  });

  it('lists the runs there, and Enter lists them to choose from', () => {
    const run = { ...aRun(7), device: nas().id };
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, nas()], runs: [run, aRun(8)] } });
    dashboard.press('escape', '4', 'j', 'enter', 'enter');
    expect(overlayOf(dashboard.model, 'runs')).toMatchObject({ of: { type: 'device', device: nas().id } });
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'run')?.run).toBe(run.id);
  });

  it('revokes only when the whole name was typed', () => {
    const dashboard = opened(nas());
    dashboard.press('x');
    dashboard.press('enter');
    dashboard.type('na');
    dashboard.press('enter');
    expect(dashboard.take()).toEqual([]);
    expect(overlayOf(dashboard.model, 'revoke')?.notice).toContain('whole name');
    dashboard.type('s');
    dashboard.press('enter');
    expect(dashboard.take()).toEqual([{ type: 'revoke', device: nas().id }]);
    dashboard.tell({ type: 'revoked', device: nas().id, name: 'nas' });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard).at(-1)).toContain('revoked nas');
  });

  it('says why a revocation failed, and stays', () => {
    const dashboard = opened(nas());
    dashboard.press('x');
    dashboard.type('nas');
    dashboard.press('enter');
    dashboard.tell({
      type: 'revoke-failed',
      device: nas().id,
      failure: { code: 'storage', message: 'the disk is full' },
    });
    expect(overlayOf(dashboard.model, 'revoke')).toMatchObject({ sending: false, notice: 'the disk is full' });
  });

  it('does not revoke the device that one sits at', () => {
    const dashboard = opened();
    dashboard.press('x');
    expect(overlayOf(dashboard.model, 'revoke')).toBeUndefined();
    expect(toasts(dashboard).at(-1)).toContain('the device that you are on');
  });

  it('renames, and says why it cannot', () => {
    const dashboard = opened(nas());
    dashboard.press('r', 'C-u');
    dashboard.type('attic');
    dashboard.press('enter');
    expect(dashboard.take()).toEqual([{ type: 'rename', device: nas().id, name: 'attic' }]);
    const failure = { code: 'conflict', message: 'there is a device of that name' };
    dashboard.tell({ type: 'rename-failed', device: nas().id, failure });
    expect(overlayOf(dashboard.model, 'rename')?.notice).toBe('there is a device of that name');
    dashboard.tell({ type: 'renamed', device: nas({ name: 'attic' }) });
    expect(overlayOf(dashboard.model, 'rename')).toBeUndefined();
  });
});

describe('a run on another device', () => {
  const model = (device: Device) => ({ devices: [laptop, device], revoked: [], now: START });
  const there = (change: object = {}, status: 'queued' | 'running' = 'queued') => ({
    ...aRun(1, { status }),
    device: nas().id,
    ...change,
  });

  it('says why it waits', () => {
    expect(whyWaits(model(offline()), there())).toMatch(/^waits for nas: offline since \d\d:\d\d, refused$/);
    expect(whyWaits(model(offline('lost')), there({ offeredAt: START }))).toMatch(
      /^offered to nas, not yet answered: offline since .*, connection lost$/,
    );
    expect(whyWaits(model(nas()), there({ offeredAt: START }))).toBe('offered to nas, not yet answered');
    const busy = nas({ load: { running: 2, slots: 2 } });
    expect(whyWaits(model(busy), there({ offeredAt: START }))).toContain('busy (2 of 2 run)');
    expect(whyWaits(model(nas({ grants: { held: [], given: [] } })), there())).toContain(
      'does not let this device run',
    );
    expect(whyWaits(model(offline()), there({ expiresAt: START }))).toMatch(/; expires \d\d:\d\d$/);
    expect(whyWaits({ devices: [laptop], revoked: [], now: START }, there())).toContain('not paired any more');
  });

  it('says that a cancellation was asked for, also of one that runs', () => {
    const run = there({ offeredAt: START, cancelRequested: true }, 'running');
    expect(whyWaits(model(offline()), run)).toMatch(/^cancel requested: nas is told when it is back/);
    expect(whyWaits(model(nas()), run)).toBe('cancel requested: nas is told');
  });

  it('explains nothing of one that is here, or runs, or is over', () => {
    expect(whyWaits(model(offline()), aRun(1, { status: 'queued' }))).toBeUndefined();
    expect(whyWaits(model(nas()), there({}, 'running'))).toBeUndefined();
    expect(whyWaits(model(offline()), { ...aRun(1, { status: 'completed' }), device: nas().id })).toBeUndefined();
  });

  it('says that its output goes on later', () => {
    expect(linkLost(model(offline()), there({}, 'running'))).toMatch(/^link to nas lost since .+: it may go on there$/);
    expect(linkLost(model(nas()), there({}, 'running'))).toBeUndefined();
    expect(linkLost(model(offline()), aRun(1))).toBeUndefined();
  });
});

describe('attaching to a run on another device', () => {
  const selected = (device: Device): Dashboard => {
    const run = { ...aRun(1), device: device.id };
    const dashboard = startDashboard({ snapshot: { device: laptop, devices: [laptop, device], runs: [run] } });
    dashboard.press('escape', '3');
    return dashboard;
  };

  it('is not begun while the device is away, and says so', () => {
    const dashboard = selected(offline());
    dashboard.press('i');
    expect(overlayOf(dashboard.model, 'attach')).toBeUndefined();
    expect(toasts(dashboard).at(-1)).toMatch(/^nas is offline since .*, refused$/);
  });

  it('gives up the input with the device, and wants it again when that is back', () => {
    const dashboard = selected(nas());
    dashboard.press('i');
    const wanted = () => subscriptions(dashboard.model).output;
    expect(wanted()).toMatchObject({ attached: true });
    dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, offline('lost')] });
    expect(wanted()).toMatchObject({ attached: false, away: true });
    dashboard.tell({ type: 'devices', revoked: [], devices: [laptop, nas()] });
    expect(wanted()).toMatchObject({ attached: true });
    expect(wanted()?.away).toBeUndefined();
  });
});

describe('an approval of another device', () => {
  const asked = (device: Device): Dashboard => {
    const approval = anApproval(1, { device: device.id });
    const dashboard = startDashboard({
      snapshot: {
        device: laptop,
        devices: [laptop, device],
        approvals: [approval],
        runs: [aRun(1, { status: 'waiting_approval' })],
      },
    });
    dashboard.press('escape', 'a');
    dashboard.wait(DEAF_MS * 2);
    return dashboard;
  };
  const answer = (dashboard: Dashboard, key: string): unknown[] => {
    dashboard.press(key);
    dashboard.wait(1_000);
    dashboard.tell({ type: 'tick' });
    return dashboard.take();
  };

  it('is answered here only with the grant, and while the device is there', () => {
    expect(mayAnswer({ devices: [laptop], revoked: [], now: START }, { device: laptop.id })).toBe(true);
    expect(answer(asked(nas()), 'y')).toMatchObject([{ type: 'decide', decision: 'approve' }]);
    const refusals: [Device, string][] = [
      [nas({ grants: { held: ['run', 'observe'], given: ['approve'] } }), 'does not let this device answer'],
      [offline(), 'takes no answer now'],
    ];
    for (const [device, why] of refusals) {
      for (const key of ['y', 'n', 'N']) {
        const dashboard = asked(device);
        expect(answer(dashboard, key)).toEqual([]);
        expect(overlayOf(dashboard.model, 'approval')?.notice).toContain(why);
        expect(overlayOf(dashboard.model, 'reason')).toBeUndefined();
      }
    }
  });
});

describe('the composer', () => {
  it('completes the names of devices, and all of them', () => {
    const dashboard = fleet(nas(), nas({ id: 'device-attic' as DeviceId, name: 'attic' }));
    dashboard.type('!uptime @a');
    dashboard.press('tab');
    expect(dashboard.model.composer.editor.text).toBe('!uptime @attic ');
    dashboard.press('tab');
    expect(dashboard.model.composer.editor.text).toBe('!uptime @all ');
  });

  it('does not offer all where there is one', () => {
    const dashboard = fleet();
    dashboard.type('!uptime @al');
    dashboard.press('tab');
    expect(dashboard.model.composer.editor.text).toBe('!uptime @al');
  });

  it('says where a task for several devices goes', () => {
    const dashboard = fleet(nas());
    dashboard.type('!uptime @all');
    expect(dashboard.model.composer.hint).toMatchObject({
      kind: 'route',
      answer: { devices: [{ name: 'laptop' }, { name: 'nas' }] },
    });
  });
});

it('what was answered on a device is told by its name as it is now, and once it was revoked', () => {
  const run = aRun(1, { status: 'completed' });
  const { status: _, ...asked } = anApproval(1);
  const approval = {
    ...asked,
    device: nas().id,
    status: 'approved' as const,
    decidedBy: { kind: 'human' as const, device: laptop.id },
    decidedAt: START,
    signature: 'x',
  };
  const entries = [runEntry({ ...run, device: nas().id }), { key: keyOf(2), kind: 'approval' as const, approval }];
  const dashboard = startDashboard({ snapshot: { devices: [laptop, nas()], entries } });
  const { id } = nas();
  expect(text(dashboard.model)).toContain('approved on nas from laptop');
  dashboard.tell({ type: 'devices', devices: [laptop, nas({ name: 'attic' })], revoked: [] });
  expect(text(dashboard.model)).toContain('approved on attic from laptop');
  dashboard.tell({ type: 'devices', devices: [laptop], revoked: [{ id, name: 'attic' }] });
  expect(text(dashboard.model)).toContain('approved on (attic) from laptop');
});
