/** The end of the channel in a process that the peer keeps: answers what is asked, and ends with the channel. */

import { asDispatchError } from '../../../core/errors.ts';
import type { Answer, FromHost, Question, Telling, ToHost } from './messages.ts';

export interface HostService<Q> {
  /** The signal aborts when nobody wants the answer any more. */
  answer(question: Question<Q>, telling: Telling, signal: AbortSignal): Promise<Answer<Q>>;
  /** Lets go of everything: all signals have aborted. */
  close(): Promise<void>;
}

/** To be called once, at the start of the process. */
export function serveHost<Q>(service: HostService<Q>): void {
  const running = new Map<number, AbortController>();
  let ends = false;

  const tell = (message: FromHost<Q>): void => {
    if (process.connected) process.send?.(message);
  };

  const take = async (id: number, question: Question<Q>): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    const telling: Telling = {
      print: (text) => tell({ id, kind: 'print', text }),
      step: (step, text) => tell({ id, kind: 'step', step, text }),
      file: (name, about) => tell({ id, kind: 'file', name, about }),
    };
    try {
      tell({ id, kind: 'answer', answer: await service.answer(question, telling, abort.signal) });
    } catch (error) {
      tell({ id, kind: 'problem', error: asDispatchError(error).toWire() });
    } finally {
      running.delete(id);
    }
  };

  const end = (): void => {
    if (ends) return;
    ends = true;
    for (const abort of running.values()) abort.abort();
    void service.close().finally(() => process.exit(0));
  };

  process.on('message', (message: ToHost<Q>) => {
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else void take(message.id, message.question);
  });
  process.on('disconnect', end);
  // The peer ends it by its channel; a terminal's signal to the whole group must not leave anything half done.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
}
