/** The desktop's notification service, as the peer sees it: reached when there is something to show, and never a reason to fail. */

import { Worker } from 'node:worker_threads';
import type { FromNotificationWorker, NotificationText, ToNotificationWorker } from './notification-messages.ts';

export interface NotificationBus {
  show(text: NotificationText, options: { anew: boolean }): void;
  hide(): void;
  /** Takes away what is shown, and ends the thread. */
  close(): Promise<void>;
}

/** After the thread has died, what is to be shown is left out for so long. */
const REST_MS = 60_000;
/** How long taking away the last notification may hold up the end of the peer. */
const CLOSE_MS = 500;

/** The first address that is a socket of this machine; other kinds would start programs, or leave the machine. */
export function busAddress(env: NodeJS.ProcessEnv): string | undefined {
  const addresses = (env.DBUS_SESSION_BUS_ADDRESS ?? '').split(';');
  return addresses.find((address) => /^unix:(?:[^,]*,)*path=\//.test(address));
}

export function openNotificationBus(address: string, onFault: (what: string) => void): NotificationBus {
  let worker: Worker | undefined;
  let restUntil = 0;
  const lose = (lost: Worker, why: string): void => {
    if (worker !== lost) return;
    worker = undefined;
    restUntil = performance.now() + REST_MS;
    onFault(why);
  };
  const begin = (): Worker => {
    const file = import.meta.url.endsWith('.ts') ? './notification-worker.ts' : './notification-worker.js';
    const begun = new Worker(new URL(file, import.meta.url), { workerData: address });
    begun.unref();
    begun.on('message', ({ failed }: FromNotificationWorker) => onFault(failed));
    begun.on('error', (error: unknown) => lose(begun, error instanceof Error ? error.message : String(error)));
    begun.on('exit', () => lose(begun, 'the connection to the session bus ended'));
    return begun;
  };
  const tell = (to: Worker, message: ToNotificationWorker): void => to.postMessage(message);
  return {
    show(text, { anew }) {
      if (worker === undefined && (!anew || performance.now() < restUntil)) return;
      worker ??= begin();
      tell(worker, { kind: 'show', text, anew });
    },
    hide() {
      if (worker !== undefined) tell(worker, { kind: 'hide' });
    },
    async close() {
      const last = worker;
      worker = undefined;
      if (last === undefined) return;
      last.ref();
      tell(last, { kind: 'end' });
      const ended = new Promise<void>((resolve) => last.once('exit', () => resolve()));
      const timer = setTimeout(() => void last.terminate(), CLOSE_MS);
      await ended.finally(() => clearTimeout(timer));
    },
  };
}
