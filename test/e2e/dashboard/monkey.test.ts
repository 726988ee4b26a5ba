// A monkey at the keyboard of the real dashboard: it does not break, it lets nothing run that nobody approved, and it leaves its
// terminal as it was. A seed that failed comes again with DISPATCH_MONKEY_SEED.
import { expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';
import { liveMonkeyDay, monkeySeed } from '../../helpers/monkey-day.ts';
import { needs } from '../../helpers/needs.ts';

const stage = dashboards();

needs('bash', 'stty')('a monkey at the keyboard', () => {
  it('breaks nothing, and approves only with y, alone, on what it was shown', { timeout: 240_000 }, async () => {
    const seed = monkeySeed();
    process.stderr.write(`the seed of the monkey is ${seed}\n`);
    expect(await liveMonkeyDay(stage, { seed, calm: 1_100, wild: 300 })).toBeGreaterThan(0);
  });
});
