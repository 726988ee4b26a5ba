/**
 * Entry of the process that drives the screen: programs that press keys, the X server and the buses of the session are its business and
 * never the peer's. It ends with its channel to the peer, and lets go of whatever it holds.
 */

import { asDispatchError } from '../../../core/errors.ts';
import type { Backend } from './backend.ts';
import { foresee } from './foresee.ts';
import type { FromHost, Question, QuestionName, Questions, ScreenName, ToHost } from './host-messages.ts';
import { illustrateSteps } from './illustrate.ts';
import { perform, type Telling } from './perform.ts';
import { bind } from './targets.ts';
import { openX11Backend } from './x11/x11-backend.ts';

const running = new Map<number, AbortController>();
let opened: { readonly display: string; readonly backend: Promise<Backend> } | undefined;
/** One pointer and one keyboard: one run at a time has them. */
let turn: Promise<unknown> = Promise.resolve();

function tell(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

/** Opened when it is needed, and again after it went away. */
async function reach({ display, believed }: ScreenName): Promise<Backend> {
  if (opened?.display === display) {
    const backend = await opened.backend.catch(() => undefined);
    if (backend !== undefined && !backend.gone.aborted) return backend;
  }
  if (opened?.display !== display) void opened?.backend.then((backend) => backend.close()).catch(() => {});
  opened = { display, backend: openX11Backend(display, process.env, { believed }) };
  return opened.backend;
}

async function answer(
  question: Question,
  screen: ScreenName,
  telling: Telling,
  signal: AbortSignal,
): Promise<Questions[QuestionName]['answer']> {
  switch (question.kind) {
    case 'check':
      await (await reach(screen)).size();
      return null;
    case 'foresee': {
      const targets = await foresee(question.steps, await reach(screen));
      return targets.map((each) => each.map(bind));
    }
    case 'illustrate':
      return illustrateSteps(question.steps, await reach(screen), signal);
    case 'perform': {
      const before = turn;
      const done = Promise.race([before, aborted(signal)]).then(async () =>
        perform(question, await reach(screen), telling, signal),
      );
      turn = Promise.allSettled([before, done]);
      return done;
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function take(id: number, screen: ScreenName, question: Question): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  const telling: Telling = {
    print: (text) => tell({ id, kind: 'print', text }),
    step: (step, text) => tell({ id, kind: 'step', step, text }),
    picture: (name) => tell({ id, kind: 'picture', name }),
  };
  try {
    tell({ id, kind: 'answer', answer: await answer(question, screen, telling, abort.signal) });
  } catch (error) {
    tell({ id, kind: 'problem', error: asDispatchError(error).toWire() });
  } finally {
    running.delete(id);
  }
}

async function end(): Promise<void> {
  for (const abort of running.values()) abort.abort();
  await turn;
  await (await opened?.backend.catch(() => undefined))?.close();
  process.exit(0);
}

process.on('message', (message: ToHost) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort();
  else void take(message.id, message.screen, message.question);
});
process.on('disconnect', () => void end());
// The peer ends it by its channel; a terminal's signal to the whole group must not leave a key pressed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
