// What a key does, as a function: the currency between the keymap and `update`.

import type { Model } from '../model/model.ts';
import type { Step } from './step.ts';

export interface Press {
  readonly key: string;
  readonly held: boolean;
  /** Other keys came with it, or just before it. */
  readonly burst: boolean;
}

export type Action = (model: Model, press: Press) => Step;
