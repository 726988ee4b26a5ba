// What doctor says of paired devices: what only a person can mend is trouble, and being away is not.
import { describe, expect, it } from 'vitest';
import type { DialStage } from '../../../src/core/devices.ts';
import { checkDevices } from '../../../src/engine/device-checks.ts';
import { aDevice } from '../../helpers/tui-model.ts';

const away = (stage: DialStage) =>
  aDevice({
    name: 'nas',
    local: false,
    addresses: ['192.0.2.7:4747'],
    presence: { state: 'offline', since: 0, stage, detail: 'what happened' },
  });

describe('paired devices in doctor', () => {
  it('are not this one', () => {
    expect(checkDevices([aDevice()])).toEqual([]);
  });

  it('are fine where they answer, with how long that takes', () => {
    const near = aDevice({ name: 'nas', local: false, presence: { state: 'online', since: 0, roundTripMs: 12.4 } });
    expect(checkDevices([near])).toEqual([{ name: 'device nas', ok: true, detail: 'online, 12 ms there and back' }]);
  });

  it.each([
    ['denied', 'dispatch revoke nas'],
    ['identity', 'pair again'],
    ['version', 'the same version'],
    ['clock', 'set the clock'],
  ] as const)('are trouble where waiting does not help: %s', (stage, fix) => {
    const [check] = checkDevices([away(stage)]);
    expect(check).toMatchObject({ ok: false, detail: 'offline, last at 192.0.2.7:4747: what happened' });
    expect(check?.fix).toContain(fix);
  });

  it.each(['no-address', 'unreachable', 'refused', 'timeout', 'lost'] as const)('may be away: %s', (stage) => {
    const [check] = checkDevices([away(stage)]);
    expect(check).toMatchObject({ ok: true });
    expect(check?.detail).toContain('what is meant for it waits');
  });
});
