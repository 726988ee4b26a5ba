import { describe, expect, it } from 'vitest';
import { type Device, shortDeviceId } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { findDevice } from '../../../src/engine/devices.ts';
import { makeDevice } from '../../integration/control/memory-api.ts';

const device = (name: string, id: string, local = false): Device => ({
  ...makeDevice(name),
  id: id as DeviceId,
  local,
});
const LAPTOP = device('laptop', '12D3KooWLaptop4fGh', true);
const BOX = device('box', '12D3KooWBoxAbCdEfGh');
const ATTIC = device('attic', '12D3KooWBoxAbXyZ123');
const DEVICES = [LAPTOP, BOX, ATTIC];

describe('a device is found', () => {
  it.each([
    ['local', LAPTOP],
    ['box', BOX],
    [BOX.id, BOX],
    ['12D3KooWL', LAPTOP],
    ['12D3KooWBoxAbC', BOX],
  ])('as %s', (ref, found) => {
    expect(findDevice(DEVICES, ref)).toBe(found);
  });

  it('by what is shown of its id where there is no name', () => {
    for (const known of DEVICES) expect(findDevice(DEVICES, shortDeviceId(known.id))).toBe(known);
  });

  it('by its id before any name, so that nobody is found by calling itself what another one is', () => {
    expect(findDevice([device(BOX.id, '12D3KooWLiar'), BOX], BOX.id)).toBe(BOX);
  });
});

describe('a device is not found', () => {
  it.each(['1', '12D3', '12D3KooW', '12D3KooWBoxAb'])('by the beginning of several ids: %s', (ref) => {
    expect(() => findDevice(DEVICES, ref)).toThrow(expect.objectContaining({ code: 'ambiguous' }));
    expect(() => findDevice(DEVICES, ref)).toThrow(`"${ref}" fits several devices: `);
  });

  it.each(['', 'nas', '12D3KooWNas'])('by what is none: "%s"', (ref) => {
    expect(() => findDevice(DEVICES, ref)).toThrow(`there is no device "${ref}"`);
  });

  it('by an id of which too little was written, though it fits one', () => {
    expect(() => findDevice([LAPTOP], '12D3')).toThrow('there is no device "12D3"');
  });
});
