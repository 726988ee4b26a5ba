// What a laid out preview consists of, and what it is laid out for.

import type { ColourTier } from '../terminal/colours.ts';
import type { Look } from './document.ts';

/** Colours of the 256, or TERMINAL_COLOUR. */
export interface CellColours {
  readonly fg: number;
  readonly bg: number;
}
export type Span = readonly [text: string, look: Look | CellColours, link?: string];
export type Row = readonly Span[];

export interface Frame {
  readonly width: number;
  /** Rows that a picture should fit into, unless it is very tall. */
  readonly height: number;
  readonly tier: ColourTier;
  readonly ascii: boolean;
  /** However tall a picture is, all of it is seen at once. */
  readonly whole?: true;
}
