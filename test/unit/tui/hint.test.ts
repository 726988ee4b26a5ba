// What the composer says that a device would do: its own word, asked for once nothing was typed for a moment.
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { GateAnswer } from '../../../src/core/policy/gate.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { HINT_MS } from '../../../src/tui/update/hint.ts';
import { aDevice, type Dashboard, startDashboard } from '../../helpers/tui-model.ts';

const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  version: '0.1.0',
  grants: { held: ['run'], given: [] },
});
const ask: GateAnswer = { verdict: 'ask', check: 'policy', access: 'workspace-write', because: ['no rule allows it'] };
const allow: GateAnswer = { verdict: 'allow', check: 'policy', access: 'read-only', rule: 'git-reads', because: [] };
const deny: GateAnswer = { verdict: 'deny', check: 'permission', access: 'read-only', because: ['not allowed there'] };

const start = (...others: (typeof nas)[]): Dashboard =>
  startDashboard({ snapshot: { devices: [aDevice(), ...others] } });

const pause = (dashboard: Dashboard, time = HINT_MS): void => {
  dashboard.wait(time);
  dashboard.tell({ type: 'tick' });
};
const checks = (dashboard: Dashboard) =>
  dashboard.take().flatMap((effect) => (effect.type === 'check-policy' ? [effect] : []));
const gate = ({ model }: Dashboard) => {
  const { hint } = model.composer;
  return hint.kind === 'route' ? hint.gate : undefined;
};
function asked(dashboard: Dashboard, text: string) {
  dashboard.type(text);
  pause(dashboard);
  const [effect] = checks(dashboard);
  if (effect === undefined) throw new Error('nothing was asked');
  return effect;
}

describe('the hint', () => {
  it('is asked for once nothing was typed for a moment, and then once', () => {
    const dashboard = start();
    dashboard.type('!git status');
    expect(checks(dashboard)).toEqual([]);
    expect(gate(dashboard)).toBeUndefined();
    pause(dashboard);
    expect(checks(dashboard)).toMatchObject([
      {
        checks: [
          {
            device: aDevice().id,
            action: { kind: 'shell', command: 'git status', access: 'workspace-write', cwd: '/work' },
          },
        ],
      },
    ]);
    pause(dashboard, 5_000);
    expect(checks(dashboard)).toEqual([]);
  });

  it('wakes up for it, and has no timer afterwards', () => {
    const dashboard = start();
    const idle = subscriptions(dashboard.model).wakeAt;
    dashboard.type('!git status');
    expect(subscriptions(dashboard.model).wakeAt).toBeLessThanOrEqual(dashboard.now + HINT_MS);
    pause(dashboard);
    expect(subscriptions(dashboard.model).wakeAt).toBe(idle);
  });

  it('says what the device says, and nothing before or after that', () => {
    const dashboard = start();
    const { request } = asked(dashboard, '!git status');
    expect(gate(dashboard)).toBeUndefined();
    dashboard.tell({ type: 'checked', request, answers: [allow] });
    expect(gate(dashboard)).toEqual(allow);
    dashboard.type('x');
    expect(gate(dashboard)).toBeUndefined();
  });

  it('takes no answer to what was typed before', () => {
    const dashboard = start();
    const { request } = asked(dashboard, '!rm -rf x');
    dashboard.press('C-c');
    dashboard.type('!git status');
    dashboard.tell({ type: 'checked', request, answers: [ask] });
    expect(gate(dashboard)).toBeUndefined();
    pause(dashboard);
    const [newer] = checks(dashboard);
    dashboard.tell({ type: 'checked', request, answers: [ask] });
    expect(gate(dashboard)).toBeUndefined();
    dashboard.tell({ type: 'checked', request: newer?.request ?? -1, answers: [allow] });
    expect(gate(dashboard)).toEqual(allow);
  });

  it('is not asked for again by what changes nothing, and is by what may', () => {
    const dashboard = start();
    const { request } = asked(dashboard, '!git status');
    dashboard.tell({ type: 'checked', request, answers: [allow] });
    dashboard.tell({ type: 'devices', revoked: [], devices: [aDevice({ load: { running: 3, slots: 8 } })] });
    expect(gate(dashboard)).toEqual(allow);
    pause(dashboard, 1_000);
    expect(checks(dashboard)).toEqual([]);
    dashboard.tell({ type: 'devices', revoked: [], devices: [aDevice({ maxAccess: 'read-only' })] });
    expect(gate(dashboard)).toBeUndefined();
    pause(dashboard);
    expect(checks(dashboard)).toHaveLength(1);
    dashboard.tell({ type: 'rule-removed', name: 'git-reads' });
    pause(dashboard);
    expect(checks(dashboard)).toHaveLength(1);
  });

  it('asks the device that it goes to, with no folder of this one', () => {
    const dashboard = start(nas);
    const { checks: of } = asked(dashboard, '!?uptime @nas');
    expect(of).toEqual([{ device: nas.id, action: { kind: 'shell', command: 'uptime', access: 'read-only' } }]);
  });

  it('tells of several devices the one that asks most; where one said nothing, only a no', () => {
    const answered = (...answers: (GateAnswer | undefined)[]) => {
      const dashboard = start(nas);
      const { request, checks: of } = asked(dashboard, '!uptime @all');
      expect(of).toHaveLength(2);
      dashboard.tell({ type: 'checked', request, answers });
      return gate(dashboard);
    };
    expect(answered(allow, ask)).toEqual(ask);
    expect(answered(allow, deny)).toEqual(deny);
    expect(answered(allow, undefined)).toBeUndefined();
    expect(answered(deny, undefined)).toEqual(deny);
  });

  it('does not ask who is away, nor anybody without a connection, nor about an expression', () => {
    const away = { ...nas, presence: { state: 'offline', since: 0 } } as const;
    const dashboard = start(away);
    dashboard.type('!uptime @nas');
    pause(dashboard);
    expect(checks(dashboard)).toEqual([]);
    dashboard.press('C-c');
    dashboard.type('= 6 * 7');
    pause(dashboard);
    expect(checks(dashboard)).toEqual([]);
    dashboard.press('C-c');
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.type('!uptime');
    pause(dashboard);
    expect(checks(dashboard)).toEqual([]);
  });

  it('says nothing where the question failed', () => {
    const dashboard = start();
    const { request } = asked(dashboard, '!git status');
    dashboard.tell({ type: 'check-failed', request, failure: { code: 'unavailable', message: 'gone' } });
    expect(gate(dashboard)).toBeUndefined();
  });
});
