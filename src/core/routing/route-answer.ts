/** Where a task goes, and why: what the router answers. */

import type { Action, Route } from '../actions.ts';
import type { Device } from '../devices.ts';
import type { Rejected } from './rejected.ts';

export interface RouteAnswer {
  readonly ok: true;
  readonly route: Route;
  /** Where it executes; absent for inline, which needs no device. The first of `devices`. */
  readonly device?: Device;
  /** One run for each. Several only where several were named. */
  readonly devices: readonly Device[];
  /** Who answers: a connector of the device. Absent where another device is to choose among its own. */
  readonly connector?: string;
  readonly action: Action;
  readonly because: readonly string[];
  /** Where it takes two devices: one sends and the other receives. `action` is then what the receiving one does. */
  readonly transfer?: {
    readonly from: { readonly device: Device; readonly path: string };
    readonly to: { readonly device: Device; readonly path: string };
    readonly overwrite?: boolean;
  };
  /** A text that is to be changed in the editor of a person: `action` only reads it. */
  readonly edit?: { readonly path: string };
  /** The question follows up the newest answer: whoever submits it says which run that is. */
  readonly followUp?: true;
  /** Artifacts that go along, as the person named them: whoever submits it finds them. */
  readonly attach?: readonly string[];
  /** Every device and every route that was passed over, and why. */
  readonly rejected: readonly Rejected[];
}
