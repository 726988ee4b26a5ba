/**
 * What the peer and a process that it keeps for something dangerous say to each other. Both are Dispatch: types are enough. What can be
 * asked there is a table `{ name: { ask, answer } }`.
 */

import type { WireError } from '../../../core/errors.ts';
import type { LeftAbout } from '../../../engine/executor-ports.ts';

export type Question<Q, Name extends keyof Q = keyof Q> = {
  [N in Name]: { readonly kind: N } & (Q[N] extends { readonly ask: infer Ask } ? Ask : never);
}[Name];

export type Answer<Q, Name extends keyof Q = keyof Q> = Q[Name] extends { readonly answer: infer A } ? A : never;

/** What is told of steps while they are done. */
export interface Telling {
  print(text: string): void;
  /** A step begins. Counted from 1. */
  step(number: number, text: string): void;
  /** A file lies in the folder of the run. */
  file(name: string, about: LeftAbout): void;
}

export type ToHost<Q> =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question<Q> }
  | { readonly kind: 'cancel'; readonly id: number };

export type FromHost<Q> = { readonly id: number } & (
  | { readonly kind: 'answer'; readonly answer: Answer<Q> }
  | { readonly kind: 'problem'; readonly error: WireError }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'step'; readonly step: number; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly about: LeftAbout }
);
