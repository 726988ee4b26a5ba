// What a device may be called, and when two names are one.
import { expect, it } from 'vitest';
import { isDeviceName, isSameName } from '../../../src/core/devices.ts';

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
