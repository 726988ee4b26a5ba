/** What can be done with a pointer and keys, once it is known where. */

import type { Point } from '../../../core/desktop.ts';

export type Input =
  | { readonly kind: 'move'; readonly to: Point }
  | {
      readonly kind: 'click';
      /** Where the pointer is, if absent. */
      readonly at?: Point;
      readonly button: 'left' | 'middle' | 'right';
      readonly times: number;
      readonly keys: readonly string[];
    }
  | { readonly kind: 'press' | 'release'; readonly at?: Point }
  | { readonly kind: 'drag'; readonly from: Point; readonly to: Point; readonly keys: readonly string[] }
  | {
      readonly kind: 'scroll';
      readonly at: Point;
      readonly direction: 'up' | 'down' | 'left' | 'right';
      readonly clicks: number;
      readonly keys: readonly string[];
    }
  | { readonly kind: 'keys' | 'keys-down' | 'keys-up'; readonly keys: readonly string[] };
