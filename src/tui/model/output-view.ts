// A run's output as the dashboard shows it: where it is drawn from, and how far it has come. The bytes are not here.

import type { Attr, CellGrid, Rect } from '../terminal/cells.ts';

/** Where output is drawn from. Kept by the effects runner; `version` beside it says that it looks different. */
export interface OutputPort {
  /** How many rows there are when drawn this wide. */
  rows(width: number): number;
  /** `scrollBack` rows above the end; 0 shows the end. */
  draw(grid: CellGrid, rect: Rect, options: { scrollBack: number; defaultAttr: Attr; cursor: boolean }): void;
}

export interface OutputView {
  readonly port: OutputPort | undefined;
  readonly version: number;
  /** `terminal` for runs with a tty. */
  readonly kind: 'terminal' | 'text';
  readonly bytes: number;
  readonly state: 'opening' | 'live' | 'ended' | 'failed';
  /** Why it failed. */
  readonly message?: string;
}

export const noOutput = (kind: OutputView['kind']): OutputView => ({
  port: undefined,
  version: 0,
  kind,
  bytes: 0,
  state: 'opening',
});
