// A run's output as the dashboard shows it: where it is drawn from, and how far it has come. The bytes are not here.

import type { Attr, CellGrid, Rect } from '../terminal/cells.ts';

/** Where output is drawn from. Kept by the effects runner; `version` beside it says that it looks different. */
export interface OutputPort {
  /** How many rows there are when drawn in this size, down to the last that it shows at the end. */
  rows(width: number, height: number): number;
  /** The row behind the last, counted from the first that there ever was: a row keeps its number when others are let go. */
  behind(width: number, height: number): number;
  /** The rows, counted so, in which the text begins, upper and lower case alike. */
  find(text: string, width: number): readonly number[];
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

/** What is shown of an output: up to which row, counted as `OutputPort.behind` counts. Undefined: its end, as more comes. */
export type Anchor = number | undefined;

/** How many rows are below what is shown. */
export function rowsBelow({ port }: OutputView, anchor: Anchor, { width, height }: Size): number {
  if (anchor === undefined || port === undefined) return 0;
  return Math.max(0, Math.min(port.behind(width, height) - anchor, port.rows(width, height) - height));
}

/** Where to hold on so that so many rows are below; at the end it follows. */
export const anchorAt = ({ port }: OutputView, below: number, { width, height }: Size): Anchor =>
  below <= 0 || port === undefined ? undefined : port.behind(width, height) - below;

type Size = Pick<Rect, 'width' | 'height'>;

export const noOutput = (kind: OutputView['kind']): OutputView => ({
  port: undefined,
  version: 0,
  kind,
  bytes: 0,
  state: 'opening',
});
