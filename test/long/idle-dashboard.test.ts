// The same as test/e2e/dashboard/idle.test.ts for nine minutes: what would add up over a night shows.
import { expect, it } from 'vitest';
import { dashboards } from '../helpers/dashboard.ts';
import { leaveAlone } from '../helpers/idle-dashboard.ts';

const stage = dashboards();
const MINUTES = 9;
/** A frame in which the clock and its like change. */
const FRAME_BYTES = 200;

it.runIf(process.platform === 'linux')(
  'a dashboard that is left alone wakes for its clock alone, and does not grow',
  async () => {
    const { usage, written, grownMB } = await leaveAlone(stage, MINUTES * 60_000);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThanOrEqual((MINUTES + 1) * FRAME_BYTES);
    // Half a thousandth of a processor.
    expect(usage.cpuMs).toBeLessThan(MINUTES * 30);
    expect(grownMB).toBeLessThan(4);
  },
);
