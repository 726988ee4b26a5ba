/**
 * Entry of the process that drives the browser: what pages do to it, and a crash of it, are its business and never the peer's. It ends with
 * its channel to the peer, and the browsers with it.
 */

import type { Answer, Question, Telling } from '../host/messages.ts';
import { serveHost } from '../host/serve.ts';
import { checkSteps } from './check-steps.ts';
import type { BrowserQuestions } from './host-messages.ts';
import { illustrateSteps } from './illustrate.ts';
import { perform } from './perform.ts';
import { createSessions } from './sessions.ts';

const sessions = createSessions();

async function answer(
  question: Question<BrowserQuestions>,
  telling: Telling,
  signal: AbortSignal,
): Promise<Answer<BrowserQuestions>> {
  switch (question.kind) {
    case 'look': {
      const checked = checkSteps(question.steps, question.secrets);
      const pages = (await sessions.find(question.session))?.origins() ?? { origins: [], pages: [], current: -1 };
      return checked.ok ? { pages } : { pages, problem: checked.problem };
    }
    case 'illustrate':
      return illustrateSteps(question.steps, question.approved, await sessions.find(question.session));
    case 'perform': {
      const { settings } = question;
      const onWait = (): void =>
        telling.print(`another run has the session ${settings.session}: this one waits for it\n`);
      return sessions.use(settings, onWait, signal, (use) => perform(question, use, telling, signal));
    }
  }
}

serveHost<BrowserQuestions>({ answer, close: () => sessions.close() });
