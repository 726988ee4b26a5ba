/** Calls that wait for their answers: numbers them, matches answers to them, and gives up where it is told to. */

import { DispatchError } from '../../core/errors.ts';
import type { Method, Params, Result } from '../../protocol/api.ts';
import type { RpcAnswer, RpcError, RpcRequest } from '../../protocol/json-rpc.ts';

export interface CallOptions {
  /** Rejects with `cancelled`. The peer goes on with what it was asked. */
  readonly signal?: AbortSignal;
  /** Rejects with `timeout`. The peer goes on with what it was asked. */
  readonly timeoutMs?: number;
}

export interface Calls {
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** `take` is called as the answer is read, before the frame after it. */
  call<M extends Method, T>(
    method: M,
    params: Params<M>,
    options: CallOptions & { take: (answer: Result<M>) => T },
  ): Promise<T>;
  settle(answer: RpcAnswer): void;
  /** Rejects everything that waits, and everything that comes. */
  fail(error: DispatchError): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export function createCalls(send: (request: RpcRequest) => void): Calls {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let fault: DispatchError | undefined;

  const call = (
    method: Method,
    params: unknown,
    options: CallOptions & { take?: (answer: never) => unknown } = {},
  ): Promise<unknown> => {
    if (fault !== undefined) return Promise.reject(fault);
    const id = next++;
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs, take } = options;
      let timer: NodeJS.Timeout | undefined;
      const settled = (): void => {
        waiting.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const refuse = (error: unknown): void => {
        settled();
        reject(error);
      };
      const onAbort = (): void =>
        refuse(
          new DispatchError('cancelled', `"${method}" was given up before the peer answered`, { hint: 'ask again' }),
        );
      if (signal?.aborted) {
        onAbort();
        return;
      }
      if (timeoutMs !== undefined) timer = setTimeout(() => refuse(tooLate(method, timeoutMs)), timeoutMs).unref();
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(id, {
        reject: refuse,
        resolve(result) {
          settled();
          resolve(take === undefined ? result : take(result as never));
        },
      });
      try {
        send({ jsonrpc: '2.0', id, method, params });
      } catch (error) {
        refuse(error);
      }
    });
  };
  return {
    call: call as Calls['call'],
    settle(answer) {
      const one = waiting.get(answer.id as number);
      if ('error' in answer) one?.reject(failureOf(answer.error));
      else one?.resolve(answer.result);
    },
    fail(error) {
      fault = error;
      for (const one of [...waiting.values()]) one.reject(error);
    },
  };
}

/** The failure that an error answer tells of; one without our data is not a peer's. */
export function failureOf({ message, data }: RpcError): DispatchError {
  return (data as RpcError['data'] | undefined) === undefined
    ? new DispatchError('internal', `the peer answered: ${message}`, { hint: 'restart it with "dispatch peer stop"' })
    : DispatchError.fromWire(data);
}

function tooLate(method: Method, timeoutMs: number): DispatchError {
  return new DispatchError('timeout', `the peer has not answered "${method}" within ${timeoutMs} ms`, {
    retryable: true,
    hint: 'see its log, or restart it with "dispatch peer stop"',
  });
}
