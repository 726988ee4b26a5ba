/** A connection to a D-Bus that asks and waits no longer than it should. What a program answers is hostile and is looked at by who asked. */

import { Message, type MessageBus, sessionBus } from 'dbus-next';
import { DispatchError } from '../../../../core/errors.ts';

/** A program that hangs answers nothing. */
const CALL_MS = 3000;

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface Bus {
  /** What the reply holds. Rejects where the other side says no, does not answer, or is not there. */
  call(call: Call): Promise<readonly unknown[]>;
  readonly closed: boolean;
  close(): void;
}

export function openBus(address: string): Bus {
  const bus: MessageBus = sessionBus({ busAddress: address });
  let closed = false;
  let lost = (_error: Error): void => {};
  const ended = new Promise<never>((_, reject) => {
    lost = reject;
  });
  ended.catch(() => {}); // whoever waits hears of it
  const close = (why: string): void => {
    if (closed) return;
    closed = true;
    lost(new DispatchError('unavailable', why, { hint: 'retry it' }));
    try {
      bus.disconnect();
    } catch {
      // it never was connected
    }
  };
  bus.on('error', (error: unknown) =>
    close(`the bus ended: ${error instanceof Error ? error.message : String(error)}`),
  );

  return {
    async call({ body = [], signature = '', ...call }) {
      if (closed) return await ended;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer to ${call.member}`)), CALL_MS);
      });
      try {
        const message = new Message({ ...call, signature, body: [...body] });
        const reply = await Promise.race([bus.call(message), late, ended]);
        return (reply?.body as unknown[] | undefined) ?? [];
      } finally {
        clearTimeout(timer);
      }
    },
    get closed() {
      return closed;
    },
    close: () => close('the bus was closed'),
  };
}
