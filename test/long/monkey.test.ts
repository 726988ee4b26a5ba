// The monkey of test/e2e/dashboard for longer: 10,000 things that it does to one dashboard. The seed of a day that failed comes
// again with DISPATCH_MONKEY_SEED.
import { expect, it } from 'vitest';
import { dashboards } from '../helpers/dashboard.ts';
import { liveMonkeyDay, monkeySeed } from '../helpers/monkey-day.ts';
import { needs } from '../helpers/needs.ts';

const stage = dashboards();

needs('bash', 'stty')('a monkey at the keyboard for a long time', () => {
  it('breaks nothing, and approves only with y, alone, on what it was shown', async () => {
    const seed = monkeySeed();
    process.stderr.write(`the seed of the monkey is ${seed}\n`);
    // How many requests it reads and says yes to is luck: on one day it was ten.
    expect(await liveMonkeyDay(stage, { seed, calm: 7_000, wild: 3_000 })).toBeGreaterThan(3);
  });
});
