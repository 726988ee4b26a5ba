/**
 * Entry of the server as a process of its own, kept by the peer: it is told what to serve over the channel, says at which port, and ends
 * with the channel. Programs and documents of others are its business and never the peer's.
 */

import { writeSync } from 'node:fs';
import { type CloudServer, startCloudServer } from './cloud-server.ts';
import type { FromCloudHost, HostSettings } from './host-messages.ts';

/** How long it may take to end what runs. */
const END_MS = 2000;
const STDERR = 2;

let server: Promise<CloudServer> | undefined;

function tell(message: FromCloudHost): void {
  if (process.connected) process.send?.(message);
}

async function serve(settings: HostSettings): Promise<void> {
  try {
    server = startCloudServer(settings);
    tell({ port: (await server).port });
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) });
  }
}

function end(): void {
  setTimeout(() => process.exit(1), END_MS);
  const closed = server?.then((started) => started.close());
  void Promise.resolve(closed)
    .catch(() => {}) // it did not start
    .finally(() => process.exit(0));
}

// What goes wrong in one job is no reason to end the others. The peer keeps the last of this for its log.
process.on('uncaughtException', (error) => {
  try {
    writeSync(STDERR, `${error?.stack ?? error}\n`);
  } catch {
    // it is gone
  }
});

process.once('message', (settings: HostSettings) => void serve(settings));
process.once('disconnect', end);
// The peer ends it by its channel; a terminal's signal to the whole group is not meant for it.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.once('SIGTERM', end);
