/** The peer's end of the channel to the process that drives the screen: started when it is needed, and again after it ended. */

import { type ChildProcess, fork } from 'node:child_process';
import { DispatchError } from '../../../core/errors.ts';
import type { FromHost, Question, QuestionName, Questions, ScreenName, ToHost } from './host-messages.ts';
import type { Telling } from './perform.ts';

export interface HostLink {
  /** Rejects with what the host says, `unavailable` if it ends before it answers, and `cancelled` when the signal aborts. */
  ask<Name extends QuestionName>(
    screen: ScreenName,
    question: Extract<Question, { kind: Name }>,
    options: { readonly signal: AbortSignal; readonly telling?: Telling },
  ): Promise<Questions[Name]['answer']>;
  close(): Promise<void>;
}

export interface HostLinkOptions {
  readonly hostUrl: URL;
  readonly env: NodeJS.ProcessEnv;
  readonly onFault: (what: string, error: unknown) => void;
}

interface Asked {
  readonly resolve: (answer: Questions[QuestionName]['answer']) => void;
  readonly reject: (error: unknown) => void;
  readonly telling?: Telling;
}

/** How long the host may take to let go of what it holds. */
const END_MS = 3000;

export function createHostLink({ hostUrl, env, onFault }: HostLinkOptions): HostLink {
  const asked = new Map<number, Asked>();
  let host: ChildProcess | undefined;
  let last = 0;
  let closing = false;

  const take = (message: FromHost): void => {
    const one = asked.get(message.id);
    switch (message.kind) {
      case 'print':
        one?.telling?.print(message.text);
        return;
      case 'step':
        one?.telling?.step(message.step, message.text);
        return;
      case 'picture':
        one?.telling?.picture(message.name);
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
    if (!closing) onFault('the process that drives the screen ended', why);
    const error = new DispatchError('unavailable', 'the process that drives the screen ended', { hint: 'retry it' });
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
    begun.on('message', (message) => take(message as FromHost));
    begun.on('error', (error) => lose(begun, error));
    begun.on('exit', (code, signal) => lose(begun, new Error(`it ended with ${signal ?? `status ${code}`}`)));
    return begun;
  };

  const send = (message: ToHost): void => {
    host ??= start();
    // A host that is gone is told of by `exit`.
    host.send(message, () => {});
  };

  return {
    ask: <Name extends QuestionName>(
      screen: ScreenName,
      question: Extract<Question, { kind: Name }>,
      { signal, telling }: { readonly signal: AbortSignal; readonly telling?: Telling },
    ) =>
      new Promise<Questions[Name]['answer']>((resolve, reject) => {
        signal.throwIfAborted();
        last += 1;
        const id = last;
        const onAbort = (): void => send({ kind: 'cancel', id });
        const settle = (): void => signal.removeEventListener('abort', onAbort);
        signal.addEventListener('abort', onAbort, { once: true });
        asked.set(id, {
          resolve: (answer) => {
            settle();
            resolve(answer as Questions[Name]['answer']);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
          ...(telling === undefined ? {} : { telling }),
        });
        send({ kind: 'ask', id, screen, question });
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
