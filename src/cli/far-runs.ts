/** What a person is told about a run on another device: that the device is not there, who may answer for it, when a cancel counts. */

import type { ControlClient } from '../control/client/client.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { CliContext } from './context.ts';
import { expiryText, offlineText } from './print-device.ts';

export interface WatchOptions {
  /** What Ctrl-C does, as it is told to the person. */
  readonly leaving: string;
  /** Watching ends when it aborts. */
  readonly signal: AbortSignal;
}

/** Says once that a device with runs that are not over is not there, and once that it is back. */
export async function watchFarRuns(
  context: CliContext,
  client: ControlClient,
  runs: readonly Run[],
  { leaving, signal }: WatchOptions,
): Promise<void> {
  const newest = new Map(runs.map((run) => [run.id, run]));
  const away = new Set<string>();
  const keep = (run: Run | undefined): void => {
    if (run !== undefined && newest.has(run.id)) newest.set(run.id, run);
  };
  const look = (devices: readonly Device[]): void => {
    for (const device of signal.aborted ? [] : devices) {
      const open = [...newest.values()].filter((run) => run.device === device.id && !isFinal(run));
      if (open.length === 0) continue;
      if (device.presence.state === 'offline' && !away.has(device.id)) {
        away.add(device.id);
        for (const run of open) context.note(`${awayText(device, run)}; ${leaving}`);
      } else if (device.presence.state === 'online' && away.delete(device.id)) {
        context.note(`${device.name} is back`);
      }
    }
  };
  client.on('change', ({ entry, run }) => keep(entry.kind === 'run' ? entry.run : run));
  client.on('devices', ({ devices }) => look(devices));
  const snapshot = await client.call('snapshot', { entries: 1 });
  for (const run of snapshot.runs) keep(run);
  if (signal.aborted) return;
  await client.call('follow', { cursor: snapshot.cursor });
  look((await client.call('devices', {})).devices);
}

/** Does what needs the device of a run that is not over. Rejects as soon as it is not there: nobody knows when it comes back. */
export async function unlessAway(client: ControlClient, run: Run, work: () => Promise<void>): Promise<void> {
  const refuse = (devices: readonly Device[]): void => {
    const device = devices.find(({ id }) => id === run.device);
    if (device?.presence.state !== 'offline') return;
    const state = offlineText(device, Date.now());
    throw new DispatchError('unavailable', `the output of run ${run.number} is on ${device.name}, which is ${state}`, {
      retryable: true,
      hint: `"dispatch logs -f ${run.number}" waits for it`,
    });
  };
  const look = async (): Promise<void> => refuse((await client.call('devices', {})).devices);
  const gone = new Promise<never>((_, reject) => {
    client.on('devices', ({ devices }) => {
      try {
        refuse(devices);
      } catch (error) {
        reject(error);
      }
    });
  });
  gone.catch(() => {}); // told to whoever still waits
  const { cursor } = await client.call('snapshot', { entries: 1 });
  await client.call('follow', { cursor });
  await look();
  await Promise.race([work(), gone]);
  await look(); // what came may not be all that there is
}

function awayText(device: Device, run: Run): string {
  const { name } = device;
  const now = Date.now();
  const state = offlineText(device, now);
  if (run.status !== 'queued')
    return `${name} is ${state}: run ${run.number} goes on there, and what it prints comes when the link is back`;
  const back = `${name} is back`;
  const when = run.expiresAt === undefined ? `when ${back}` : `if ${back} ${expiryText(run.expiresAt, now)}`;
  return `run ${run.number} is queued, because ${name} is ${state}: it starts ${when}`;
}

/** How long a yes that was given beforehand may be on its way. */
const ANSWER_MS = 3000;

export interface Approver {
  readonly name: string;
  readonly mayAnswer: boolean;
  /** True as soon as the run waits for nobody any more; false if it still does after a while. */
  answered(): Promise<boolean>;
}

/** The device that will execute, and whether this one may answer for it. */
export async function approverOf(client: ControlClient, run: Run): Promise<Approver> {
  const device = await deviceOf(client, run);
  return {
    name: device?.name ?? run.device,
    mayAnswer: device?.grants?.held.includes('approve') === true,
    async answered() {
      const deadline = performance.now() + ANSWER_MS;
      for (;;) {
        const { run: now } = await client.call('run.get', { run: run.id });
        if (now.status !== 'waiting_approval') return true;
        if (performance.now() > deadline) return false;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** Why a run that is to be cancelled has not ended, where that may take long: its device is not there. */
export async function cancelledLater(client: ControlClient, run: Run): Promise<DispatchError | undefined> {
  const device = await deviceOf(client, run);
  if (device?.presence.state !== 'offline') return undefined;
  return new DispatchError(
    'cancelled',
    `run ${run.number} is cancelled as soon as ${device.name} is back; it is ${offlineText(device, Date.now())}`,
    { hint: `"dispatch show ${run.number}" tells what became of it` },
  );
}

async function deviceOf(client: ControlClient, run: Run): Promise<Device | undefined> {
  const { devices } = await client.call('devices', {});
  return devices.find(({ id }) => id === run.device);
}
