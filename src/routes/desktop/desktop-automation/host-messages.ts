/** What the peer and the process that drives the screen say to each other. Both are Dispatch: types are enough. */

import type { DesktopStep } from '../../../core/desktop.ts';
import type { WireError } from '../../../core/errors.ts';
import type { Illustrated } from './illustrate.ts';
import type { Performed } from './perform.ts';

/** Which screen. `believed`: the owner named it. */
export interface ScreenName {
  readonly display: string;
  readonly believed: boolean;
}

/** What can be asked. `foresee` gives what each step would touch, as an approval binds it. */
export interface Questions {
  readonly check: { readonly ask: Record<never, never>; readonly answer: null };
  readonly foresee: { readonly ask: { readonly steps: readonly DesktopStep[] }; readonly answer: readonly string[][] };
  readonly illustrate: { readonly ask: { readonly steps: readonly DesktopStep[] }; readonly answer: Illustrated };
  readonly perform: {
    readonly ask: {
      readonly steps: readonly DesktopStep[];
      readonly approved: readonly (readonly string[])[];
      readonly folder: string;
    };
    readonly answer: Performed;
  };
}
export type QuestionName = keyof Questions;

export type Question = {
  [Name in QuestionName]: { readonly kind: Name } & Questions[Name]['ask'];
}[QuestionName];

export type ToHost =
  | { readonly kind: 'ask'; readonly id: number; readonly screen: ScreenName; readonly question: Question }
  | { readonly kind: 'cancel'; readonly id: number };

export type FromHost = { readonly id: number } & (
  | { readonly kind: 'answer'; readonly answer: Questions[QuestionName]['answer'] }
  | { readonly kind: 'problem'; readonly error: WireError }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'step'; readonly step: number; readonly text: string }
  | { readonly kind: 'picture'; readonly name: string }
);
