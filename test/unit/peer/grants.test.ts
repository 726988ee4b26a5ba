// Grants as the pairings on disk say them: told when they change, and not with every address that is kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { grantsOf } from '../../../src/peer/grants.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';

const NAS = '12D3KooWFpDo7md65i6NSSEqJns5SfeBJzuvZSU9wSx4KJWSJdgk' as DeviceId;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-grants-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('tell of a grant that comes, changes or goes, and of nothing else', async () => {
  const pairings = await openPairingStore(join(folder, 'pairings.json'), Date.now);
  const grants = grantsOf(pairings);
  const told: string[] = [];
  const stop = grants.onChange(() => told.push(grants.of(NAS).join('+')));
  const pairing = { device: NAS, name: 'nas', given: ['run'], held: [], addresses: [], pairedAt: 1 } as const;
  await pairings.put(pairing);
  await pairings.update(NAS, (kept) => ({ ...kept, addresses: ['/ip4/192.0.2.1/tcp/4747'], lastSeenAt: 2 }));
  await pairings.put({ ...pairing, given: ['run', 'approve'] });
  await pairings.revoke(NAS, 'nas');
  expect(told).toEqual(['run', 'run+approve', '']);
  stop();
  await pairings.put(pairing);
  expect(told).toHaveLength(3);
});
