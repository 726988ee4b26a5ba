// What a device may be called, when two names are one, and how a device is told of by name.
import { expect, it } from 'vitest';
import {
  deviceName,
  deviceNameInShort,
  isDeviceName,
  isSameName,
  knownDeviceName,
  type NamedDevices,
} from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';

it.each(['nas', 'GPU-box', '4u', 'a.b_c-d', 'locals', 'a'.repeat(63)])('%s is a name', (name) => {
  expect(isDeviceName(name)).toBe(true);
});

it.each(['', '-nas', 'a b', 'né', 'a'.repeat(64), 'local', 'All', '12D3KooWEngineUnderTest'])(
  '"%s" is none',
  (name) => {
    expect(isDeviceName(name)).toBe(false);
  },
);

it('case tells nobody apart', () => {
  expect(isSameName('NAS', 'nas')).toBe(true);
  expect(isSameName('nas', 'nas2')).toBe(false);
});

it('a revoked device is told from the one that has its name now, and both from one that nobody knows', () => {
  const [now, former, unknown] = ['12D3KooWnow', '12D3KooWold', '12D3KooWunknown-and-long'] as DeviceId[];
  const known = { devices: [{ id: now, name: 'nas' }], revoked: [{ id: former, name: 'nas' }] } as NamedDevices;
  const told = (id = '' as DeviceId) => [
    deviceName(known, id),
    deviceNameInShort(known, id),
    knownDeviceName(known, id),
  ];
  expect(told(now)).toEqual(['nas', 'nas', 'nas']);
  expect(told(former)).toEqual(['nas (revoked)', '(nas)', 'nas (revoked)']);
  expect(told(unknown)).toEqual(['12D3KooWunknown-', '12D3KooWunknown-', undefined]);
});
