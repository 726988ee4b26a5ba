/** What can be asked of the process that drives the screen. */

import type { DesktopStep } from '../../../core/desktop.ts';
import type { PerformedSteps } from '../host/steps.ts';
import type { Illustrated } from './illustrate.ts';

/** Which screen. `believed`: the owner named it. */
export interface ScreenName {
  readonly display: string;
  readonly believed: boolean;
}

interface OnScreen {
  readonly screen: ScreenName;
}

interface Steps extends OnScreen {
  readonly steps: readonly DesktopStep[];
}

/** `foresee` gives what each step would touch, as an approval binds it. */
export interface ScreenQuestions {
  readonly check: { readonly ask: OnScreen; readonly answer: null };
  readonly foresee: { readonly ask: Steps; readonly answer: readonly string[][] };
  readonly illustrate: { readonly ask: Steps; readonly answer: Illustrated };
  readonly perform: {
    readonly ask: Steps & { readonly approved: readonly (readonly string[])[]; readonly folder: string };
    readonly answer: PerformedSteps;
  };
}
