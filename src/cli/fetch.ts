/** Brings the bytes of an artifact from the device that holds it to this one, and shows how far that is. */

import type { ControlClient } from '../control/client/client.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';
import type { Notifications } from '../protocol/api.ts';
import type { CliContext } from './context.ts';
import { safe, bytes as size } from './print.ts';
import { offlineText } from './print-device.ts';

type Progress = Notifications['fetch'];

/** The speed is that of the newest seconds. */
const WINDOW_MS = 3000;

/** Resolves when all of it is here and has the right hash. What has come stays for the next time. */
export async function fetchArtifact(
  context: CliContext,
  client: ControlClient,
  artifact: PublishedArtifact,
): Promise<void> {
  const line = context.stderr.isTTY ? createLine(context, artifact) : undefined;
  const stop = client.on('fetch', (progress) => {
    if (progress.artifact === artifact.id) line?.show(progress);
  });
  try {
    const fetched = client.call('artifact.fetch', { artifact: artifact.id }, { signal: context.interrupted });
    fetched.catch(() => {}); // told when it is awaited
    await tellIfAway(context, client, artifact);
    await fetched;
  } catch (error) {
    line?.clear();
    throw context.interrupted.aborted ? interrupted(artifact) : error;
  } finally {
    stop();
    line?.clear();
  }
}

async function tellIfAway(context: CliContext, client: ControlClient, artifact: PublishedArtifact): Promise<void> {
  const { devices } = await client.call('devices', {});
  const holder = devices.find(({ id }) => id === artifact.device);
  if (holder?.presence.state === 'offline')
    context.note(`${artifact.name} lies on ${holder.name}, which is ${offlineText(holder, Date.now())}; Ctrl-C leaves`);
}

function interrupted({ name }: PublishedArtifact): DispatchError {
  return new DispatchError('cancelled', `${name} was not saved`, {
    hint: 'the same command goes on where it stopped',
  });
}

/** One line that is written over and over; gone when it is cleared. */
function createLine(
  { stderr }: CliContext,
  artifact: PublishedArtifact,
): { show(progress: Progress): void; clear(): void } {
  let before: { at: number; bytes: number }[] = [];
  let shown = false;
  return {
    show({ bytes, sizeBytes }) {
      const at = performance.now();
      before = [...before.filter((point) => at - point.at < WINDOW_MS), { at, bytes }];
      const [first = { at, bytes }] = before;
      const seconds = (at - first.at) / 1000;
      const speed = seconds > 0 ? `  ${size((bytes - first.bytes) / seconds)}/s` : '';
      const share = sizeBytes === 0 ? 100 : Math.floor((bytes / sizeBytes) * 100);
      const text = `${safe(artifact.name)}  ${share} %  ${size(bytes)} of ${size(sizeBytes)}${speed}`;
      stderr.write(`\r\u001b[K${text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
      shown = true;
    },
    clear() {
      if (shown) stderr.write('\r\u001b[K');
      shown = false;
    },
  };
}
