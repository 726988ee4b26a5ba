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
    await client.call('artifact.fetch', { artifact: artifact.id }, { signal: context.interrupted });
  } catch (error) {
    line?.clear();
    if (context.interrupted.aborted) throw interrupted(artifact);
    throw (await awayFrom(client, artifact, error)) ?? error;
  } finally {
    stop();
    line?.clear();
  }
}

/** In the words that all commands have for a device that is not there; undefined where it is something else. */
async function awayFrom(
  client: ControlClient,
  { name, device }: PublishedArtifact,
  cause: unknown,
): Promise<DispatchError | undefined> {
  if (!(cause instanceof DispatchError && cause.code === 'unavailable')) return undefined;
  const { devices } = await client.call('devices', {}).catch(() => ({ devices: [] }));
  const holder = devices.find(({ id }) => id === device);
  if (holder?.presence.state !== 'offline') return undefined;
  return new DispatchError('unavailable', `${name} is on ${holder.name}, which is ${offlineText(holder, Date.now())}`, {
    retryable: true,
    hint: 'try again when it is back; "dispatch devices" tells',
    cause,
  });
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
