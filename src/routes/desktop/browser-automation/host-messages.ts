/** What can be asked of the process that drives the browser. */

import type { BrowserStep } from '../../../core/browser.ts';
import type { PerformedSteps } from '../host/steps.ts';
import type { Illustrated } from './illustrate.ts';
import type { Performance } from './perform.ts';
import type { OpenPages } from './places.ts';

/** `look` says what is wrong with the steps, if anything, and which pages the session has open; it starts none. */
export interface BrowserQuestions {
  readonly look: {
    readonly ask: {
      readonly session: string;
      readonly steps: readonly BrowserStep[];
      readonly secrets: readonly string[];
    };
    readonly answer: { readonly problem?: string; readonly pages: OpenPages };
  };
  readonly illustrate: {
    readonly ask: {
      readonly session: string;
      readonly steps: readonly BrowserStep[];
      readonly approved: readonly string[];
    };
    readonly answer: Illustrated;
  };
  readonly perform: {
    readonly ask: Performance;
    readonly answer: PerformedSteps;
  };
}
