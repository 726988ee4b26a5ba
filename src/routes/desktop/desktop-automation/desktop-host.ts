/**
 * Entry of the process that drives the screen: programs that press keys, the X server and the buses of the session are its business and
 * never the peer's. It ends with its channel to the peer, and lets go of whatever it holds.
 */

import type { Answer, Question, Telling } from '../host/messages.ts';
import { serveHost } from '../host/serve.ts';
import type { Backend } from './backend.ts';
import { foresee } from './foresee.ts';
import type { ScreenName, ScreenQuestions } from './host-messages.ts';
import { illustrateSteps } from './illustrate.ts';
import { perform } from './perform.ts';
import { bind } from './targets.ts';
import { openX11Backend } from './x11/x11-backend.ts';

let opened: { readonly display: string; readonly backend: Promise<Backend> } | undefined;
/** One pointer and one keyboard: one run at a time has them. */
let turn: Promise<unknown> = Promise.resolve();

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
  question: Question<ScreenQuestions>,
  telling: Telling,
  signal: AbortSignal,
): Promise<Answer<ScreenQuestions>> {
  const { screen } = question;
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

serveHost<ScreenQuestions>({
  answer,
  async close() {
    await turn;
    await (await opened?.backend.catch(() => undefined))?.close();
  },
});
