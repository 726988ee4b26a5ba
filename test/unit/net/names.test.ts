import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { Pairing } from '../../../src/engine/peer-ports.ts';
import { nameDevices } from '../../../src/net/names.ts';

const paired = (device: string, name: string, pairedAt: number, alias?: string): Pairing => ({
  device: device as DeviceId,
  name,
  ...(alias === undefined ? {} : { alias }),
  given: [],
  held: [],
  addresses: [],
  pairedAt,
});

describe('names of paired devices', () => {
  it('are what they call themselves, or what they are called here', () => {
    const names = nameDevices([paired('A1', 'gpu-box', 1), paired('B2', 'nas', 2, 'attic')], 'laptop');
    expect([...names]).toEqual([
      ['A1', 'gpu-box'],
      ['B2', 'attic'],
    ]);
  });

  it('are never two the same: the first keeps it, and nobody takes that of this device', () => {
    const pairings = [paired('xxxxBBBB', 'box', 2), paired('xxxxAAAA', 'box', 1), paired('xxxxCCCC', 'laptop', 3)];
    expect(Object.fromEntries(nameDevices(pairings, 'laptop'))).toEqual({
      xxxxAAAA: 'box',
      xxxxBBBB: 'box-BBBB',
      xxxxCCCC: 'laptop-CCCC',
    });
  });
});
