/** The peer's end of the channel to a process of its own: started when it is needed, and again after it ended. */

import { type ChildProcess, fork } from 'node:child_process';
import { DispatchError } from '../../../core/errors.ts';
import type { Answer, FromHost, Question, Telling, ToHost } from './messages.ts';

export interface HostLink<Q> {
  /** Rejects with what the host says, `unavailable` if it ends before it answers, and `cancelled` when the signal aborts. */
  ask<Name extends keyof Q>(
    question: Question<Q, Name>,
    options: { readonly signal: AbortSignal; readonly telling?: Telling },
  ): Promise<Answer<Q, Name>>;
  close(): Promise<void>;
}

export interface HostLinkOptions {
  readonly hostUrl: URL;
  /** What it is, as in "NAME ended": `the process that drives the screen`. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onFault: (what: string, error: unknown) => void;
}

interface Asked<Q> {
  readonly resolve: (answer: Answer<Q>) => void;
  readonly reject: (error: unknown) => void;
  readonly telling?: Telling;
}

/** How long the host may take to let go of what it holds. */
const END_MS = 3000;

export function createHostLink<Q>({ hostUrl, name, env, onFault }: HostLinkOptions): HostLink<Q> {
  const asked = new Map<number, Asked<Q>>();
  let host: ChildProcess | undefined;
  let last = 0;
  let closing = false;

  const take = (message: FromHost<Q>): void => {
    const one = asked.get(message.id);
    switch (message.kind) {
      case 'print':
        one?.telling?.print(message.text);
        return;
      case 'step':
        one?.telling?.step(message.step, message.text);
        return;
      case 'file':
        one?.telling?.file(message.name, message.about);
        return;
      case 'answer':
        asked.delete(message.id);
        one?.resolve(message.answer);
        return;
      case 'problem':
        asked.delete(message.id);
        one?.reject(DispatchError.fromWire(message.error));
        return;
    }
  };

  const lose = (lost: ChildProcess, why: unknown): void => {
    if (host !== lost) return;
    host = undefined;
    if (!closing) onFault(`${name} ended`, why);
    const error = new DispatchError('unavailable', `${name} ended`, { hint: 'retry it' });
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
  };

  const start = (): ChildProcess => {
    // Its own output would be on the peer's terminal, and options of the peer's Node are not meant for it.
    const begun = fork(hostUrl, [], {
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    begun.on('message', (message) => take(message as FromHost<Q>));
    begun.on('error', (error) => lose(begun, error));
    begun.on('exit', (code, signal) => lose(begun, new Error(`it ended with ${signal ?? `status ${code}`}`)));
    return begun;
  };

  const send = (message: ToHost<Q>): void => {
    host ??= start();
    // A host that is gone is told of by `exit`.
    host.send(message, () => {});
  };

  return {
    ask: <Name extends keyof Q>(
      question: Question<Q, Name>,
      { signal, telling }: { readonly signal: AbortSignal; readonly telling?: Telling },
    ) =>
      new Promise<Answer<Q, Name>>((resolve, reject) => {
        signal.throwIfAborted();
        last += 1;
        const id = last;
        const onAbort = (): void => send({ kind: 'cancel', id });
        const settle = (): void => signal.removeEventListener('abort', onAbort);
        signal.addEventListener('abort', onAbort, { once: true });
        asked.set(id, {
          resolve: (answer) => {
            settle();
            resolve(answer as Answer<Q, Name>);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
          ...(telling === undefined ? {} : { telling }),
        });
        send({ kind: 'ask', id, question });
      }),
    async close() {
      closing = true;
      const ending = host;
      if (ending === undefined) return;
      const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      const timer = setTimeout(() => ending.kill('SIGKILL'), END_MS);
      if (ending.connected) ending.disconnect();
      await ended;
      clearTimeout(timer);
    },
  };
}
