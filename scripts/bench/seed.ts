// Fills a new database with a long thread, for measuring and for trying things out.
//
// Usage: node scripts/bench/seed.ts (--home DIR | --database DIR) [--entries 1000000] [--device ID]
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DeviceId } from '../../src/core/ids.ts';
import { seedThread } from './seed-thread.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    database: { type: 'string' },
    entries: { type: 'string', default: '1000000' },
    device: { type: 'string', default: 'seed-device' },
  },
});
const entries = Number(values.entries);
const location = values.database ?? (values.home === undefined ? undefined : join(values.home, 'data', 'thread'));
if (location === undefined || !Number.isSafeInteger(entries) || entries < 0) {
  console.error('seed: --home DIR or --database DIR is needed, and --entries must be a whole number');
  process.exit(2);
}

const started = performance.now();
const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
const device = values.device as DeviceId;
const { events } = await seedThread({
  location: resolve(location),
  device,
  entries,
  onProgress: (done) => console.log(`${seconds().padStart(7)} s ${String(done).padStart(9)} events`),
});
console.log(`${seconds().padStart(7)} s ${String(events).padStart(9)} events, ${entries} entries in ${location}`);
