/**
 * Entry of the worker thread that talks to the desktop's notification service over the session bus. It is a thread of its own so that
 * whatever a bus sends, and the library makes of it, ends this thread at worst and never the peer. One notification stands at a time.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { Message, type MessageBus, sessionBus, Variant } from 'dbus-next';
import type { FromNotificationWorker, NotificationText, ToNotificationWorker } from './notification-messages.ts';

const SERVICE = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
/** A service that does not answer for so long does not hold up what comes after. */
const CALL_MS = 5000;
/** As the service thinks best. */
const DEFAULT_EXPIRY = -1;
const URGENCY_NORMAL = 1;

const bus: MessageBus = sessionBus({ busAddress: workerData as string });
bus.on('error', (error: Error) => {
  throw error; // which ends the thread, and is told
});

let shown: number | undefined;
/** Whether the service reads tags and entities in a body: what it does not read, it would show. */
let markup: Promise<boolean> | undefined;

async function show({ title, body }: NotificationText, anew: boolean): Promise<void> {
  if (!anew && shown === undefined) return; // a person put it away, and it is no news
  if (anew) await hide();
  markup ??= readsMarkup();
  const text = (await markup) ? escapeMarkup(body) : body;
  const hints = { urgency: new Variant('y', URGENCY_NORMAL), category: new Variant('s', 'device') };
  const args = ['Dispatch', shown ?? 0, '', title, text, [], hints, DEFAULT_EXPIRY];
  const [id] = await call('Notify', 'susssasa{sv}i', args);
  shown = typeof id === 'number' && id > 0 ? id : undefined;
}

async function hide(): Promise<void> {
  const id = shown;
  shown = undefined;
  if (id !== undefined) await call('CloseNotification', 'u', [id]);
}

async function readsMarkup(): Promise<boolean> {
  const [capabilities] = await call('GetCapabilities', '', []);
  return Array.isArray(capabilities) && capabilities.includes('body-markup');
}

async function call(member: string, signature: string, body: unknown[]): Promise<unknown[]> {
  const destination = member === 'AddMatch' ? 'org.freedesktop.DBus' : SERVICE;
  const path = member === 'AddMatch' ? '/org/freedesktop/DBus' : PATH;
  const message = new Message({ destination, path, interface: destination, member, signature, body });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${destination} did not answer ${member}`)), CALL_MS);
  });
  try {
    return (await Promise.race([bus.call(message), late]))?.body ?? [];
  } finally {
    clearTimeout(timer);
  }
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

bus.on('message', ({ interface: from, member, body }) => {
  if (from === SERVICE && member === 'NotificationClosed' && body[0] === shown) shown = undefined;
});

let before: Promise<unknown> = call('AddMatch', 's', [
  `type='signal',sender='${SERVICE}',interface='${SERVICE}',member='NotificationClosed'`,
]);

parentPort?.on('message', (message: ToNotificationWorker) => {
  before = before
    .then(() => obey(message))
    .catch((error: unknown) => {
      markup = undefined; // another service may answer next time
      const failed = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ failed } satisfies FromNotificationWorker);
    });
});

async function obey(message: ToNotificationWorker): Promise<void> {
  switch (message.kind) {
    case 'show':
      return show(message.text, message.anew);
    case 'hide':
      return hide();
    case 'end':
      return hide().finally(() => process.exit());
  }
}
