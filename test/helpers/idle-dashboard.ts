// A dashboard that nobody touches, and what it does meanwhile. Linux only: the kernel counts.
import { setTimeout as delay } from 'node:timers/promises';
import { between, type Usage, usageOf } from '../../scripts/bench/harness/usage.ts';
import type { DashboardStage } from './dashboard.ts';

/** What it takes after it was opened until everything is at rest. */
const REST_MS = 4_000;

export interface Idle {
  readonly usage: Usage;
  /** Bytes that it wrote to its terminal. */
  readonly written: number;
  /** How much more memory it has than before. */
  readonly grownMB: number;
}

/** Opens one with some entries in its thread, and leaves it alone. */
export async function leaveAlone(stage: DashboardStage, milliseconds: number): Promise<Idle> {
  const home = stage.home();
  await home.startPeer();
  const client = await home.client();
  const dashboard = await stage.open(home);
  for (let line = 1; line <= 30; line += 1) await client.call('say', { text: `line ${line}` });
  await dashboard.waitFor('line 30');
  await delay(REST_MS);
  const before = { usage: usageOf(dashboard.pid), written: dashboard.written() };
  await delay(milliseconds);
  const after = usageOf(dashboard.pid);
  return {
    usage: between(before.usage, after),
    written: dashboard.written() - before.written,
    grownMB: after.residentMB - before.usage.residentMB,
  };
}
