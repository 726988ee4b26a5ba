// kill -9 of the peer at random moments over 50 rounds. The seed varies; a failure names it.
import { expect, it } from 'vitest';
import { crashRounds } from './rounds.ts';

const SEED = Number(process.env.DISPATCH_CRASH_SEED ?? Date.now() % 2 ** 31);

it('loses nothing that was acknowledged and runs nothing twice, however often the peer is killed', async () => {
  await expect(crashRounds(50, SEED)).resolves.toBeUndefined();
}, 180_000);
