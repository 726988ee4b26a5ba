/** What a screen must be able to do to be driven. One implementation for each kind of display server; the steps know no other. */

import type { Point } from '../../../core/desktop.ts';
import type { Accessibility } from './accessibility/accessibility.ts';
import type { Input } from './input.ts';
import type { ScreenWindow } from './windows.ts';

export interface Backend {
  size(): Promise<{ readonly width: number; readonly height: number }>;
  pointer(): Promise<Point>;
  /** Lowest first. */
  windows(): Promise<ScreenWindow[]>;
  windowAt(point: Point): Promise<ScreenWindow>;
  /** That typed keys go to; undefined if they go nowhere. */
  keyboardWindow(): Promise<ScreenWindow | undefined>;
  /** A PNG of the screen, or of a part of it: x, y, width, height. */
  picture(signal: AbortSignal, part?: readonly [number, number, number, number]): Promise<Buffer>;
  input(input: Input, signal: AbortSignal): Promise<void>;
  /** Text of a few characters: whoever types more looks in between where it goes. */
  type(text: string, signal: AbortSignal): Promise<void>;
  /** Brings it up and gives it the keyboard. */
  activate(window: ScreenWindow, signal: AbortSignal): Promise<void>;
  /** What is pressed now, of keys and buttons. */
  pressed(): Promise<Pressed>;
  /** Lets go of these. */
  letGo(held: Pressed): Promise<void>;
  readonly accessibility: Accessibility;
  /** Aborts with what happened when the screen goes away: nothing works any more. */
  readonly gone: AbortSignal;
  close(): Promise<void>;
}

export interface Pressed {
  /** As the keyboard counts its keys. */
  readonly keys: readonly number[];
  readonly buttons: readonly number[];
}
