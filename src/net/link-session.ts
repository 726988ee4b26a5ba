/**
 * The channel of a link after the greeting: JSON-RPC 2.0 both ways, and what each side says unasked. Whatever the other side sends,
 * it harms only this link.
 */

import type { ZodType } from 'zod';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import { errorAnswer, RPC_CODES, RpcFault, type RpcId } from '../protocol/json-rpc.ts';
import type { PeerMethod, PeerParams, PeerResult } from '../protocol/peer-api.ts';
import type { LinkNotifications, PingParams } from '../protocol/peer-messages.ts';
import { NOTIFICATIONS, PEER_PARAMS, PEER_RESULTS, PING, REFUSED } from '../protocol/peer-schemas.ts';
import type { Channel } from './host-api.ts';
import { check, decodeMessage, encodeMessage, errorFrom } from './json-message.ts';

/** More than any peer has questions at once. */
const MAX_PENDING = 128;
const MAX_PINGS = 16;

export interface SessionHooks {
  /** Answers the other side. */
  call<M extends PeerMethod>(method: M, params: PeerParams<M>): Promise<PeerResult<M>>;
  onPing(params: PingParams): void;
  onNotification<N extends keyof LinkNotifications>(name: N, params: LinkNotifications[N]): void;
  /** Something came, whatever it was. */
  onHeard(): void;
  onFault(error: DispatchError): void;
}

export interface LinkSession {
  call<M extends PeerMethod>(method: M, params: PeerParams<M>): Promise<PeerResult<M>>;
  /** Resolves when it has been answered. */
  ping(params: PingParams): Promise<void>;
  notify<N extends keyof LinkNotifications>(name: N, params: LinkNotifications[N]): Promise<void>;
  /** Reads until the channel ends. Resolves with why. Never rejects. */
  run(): Promise<DispatchError | undefined>;
  /** Rejects everything that waits. */
  end(error: DispatchError): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: DispatchError): void;
}

interface RpcMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly data?: unknown };
}

export function createLinkSession(channel: Channel, hooks: SessionHooks): LinkSession {
  const waiting = new Map<RpcId, Waiting>();
  let last = 0;
  let answering = 0;
  /** Of those, answers to pings. */
  let pings = 0;
  let ended: DispatchError | undefined;

  const send = (message: object): Promise<void> => channel.send(encodeMessage({ jsonrpc: '2.0', ...message }));
  const ask = (method: string, params: object): Promise<unknown> => {
    if (ended !== undefined) return Promise.reject(ended);
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    send({ id, method, params }).catch((error: unknown) => {
      waiting.delete(id);
      reject(ended ?? asDispatchError(error));
    });
    return promise;
  };
  const answer = async (id: RpcId, method: string, params: unknown): Promise<void> => {
    answering++;
    if (method === 'ping') pings++;
    try {
      await send({ id, result: await answerTo(method, params, hooks) });
    } catch (thrown) {
      const error = asDispatchError(thrown);
      if (error.code === 'internal') hooks.onFault(error);
      await send(errorAnswer(id, error));
    } finally {
      answering--;
      if (method === 'ping') pings--;
    }
  };
  const take = (message: RpcMessage): void => {
    const { id, method, params } = message;
    if (typeof method === 'string' && isId(id)) {
      // Beside everything else, so that a busy link is not taken for a dead one; and few, for an answer waits for room.
      if (method === 'ping' ? pings >= MAX_PINGS : answering - pings >= MAX_PENDING) throw tooMany();
      answer(id, method, params).catch(() => {
        // The channel went before the answer.
      });
    } else if (typeof method === 'string') {
      const name = Object.keys(NOTIFICATIONS).find((known) => known === method) as keyof LinkNotifications | undefined;
      // A newer one of the same protocol may say more than this one knows.
      if (name !== undefined) {
        const schema: ZodType<LinkNotifications[typeof name]> = NOTIFICATIONS[name];
        hooks.onNotification(name, check(params, schema, `"${name}"`));
      }
    } else if (isId(id)) {
      const asked = waiting.get(id);
      waiting.delete(id);
      if (message.error !== undefined) asked?.reject(errorFrom(message.error?.data));
      else asked?.resolve(message.result);
    } else {
      const refused = REFUSED.safeParse(message);
      if (refused.success) throw errorFrom(refused.data.error);
      throw new DispatchError('invalid', 'the other device sent a message that is none of JSON-RPC', {
        hint: 'the two may be of versions that do not fit: update Dispatch on both',
      });
    }
  };

  return {
    async call<M extends PeerMethod>(method: M, params: PeerParams<M>) {
      return check<PeerResult<M>>(await ask(method, params), PEER_RESULTS[method], `an answer to "${method}"`);
    },
    async ping(params) {
      await ask('ping', params);
    },
    async notify(name, params) {
      await send({ method: name, params });
    },
    async run() {
      try {
        for (;;) {
          const message = await channel.receive();
          if (message === undefined) return undefined;
          hooks.onHeard();
          take(asObject(decodeMessage(message)));
        }
      } catch (error) {
        return asDispatchError(error);
      }
    },
    end(error) {
      ended ??= error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

async function answerTo(method: string, params: unknown, hooks: SessionHooks): Promise<unknown> {
  if (method === 'ping') {
    hooks.onPing(check(params, PING, 'a ping'));
    return {};
  }
  if (!Object.hasOwn(PEER_PARAMS, method)) {
    throw new RpcFault(
      RPC_CODES.method,
      `there is no method "${method.slice(0, 64)}"`,
      'update Dispatch on this device',
    );
  }
  const name = method as PeerMethod;
  const schema: ZodType<PeerParams<PeerMethod>> = PEER_PARAMS[name];
  return hooks.call(name, check(params, schema, `"${name}" with parameters`));
}

function asObject(message: unknown): RpcMessage {
  return message !== null && typeof message === 'object' ? message : {};
}

function isId(id: unknown): id is RpcId {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 64);
}

function tooMany(): DispatchError {
  return new DispatchError('too-large', `the other device waits for ${MAX_PENDING} answers, which is the limit`, {
    hint: 'it may be broken: start it anew',
  });
}
