// A dashboard that nobody touches sleeps: it takes no processor time and writes nothing but its clock.
import { expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';
import { leaveAlone } from '../../helpers/idle-dashboard.ts';

const stage = dashboards();
const WHILE_MS = 6_000;
/** V8 tidies its heap a few times after work. */
const TIDYING_MS = 60;
/** The clock of the header, once if the minute turns. */
const CLOCK_BYTES = 200;

it.runIf(process.platform === 'linux')('an idle dashboard does next to nothing', async () => {
  const { usage, written, grownMB } = await leaveAlone(stage, WHILE_MS);
  expect(usage.cpuMs).toBeLessThanOrEqual(TIDYING_MS);
  expect(written).toBeLessThanOrEqual(CLOCK_BYTES);
  expect(grownMB).toBeLessThan(4);
});
