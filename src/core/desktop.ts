/** What can be done on the screen of a device: steps in the names of computer use, and which of them act. */

import type { AccessLevel } from './access.ts';

/** A place on the screen in pixels, from its upper left corner. */
export type Point = readonly [x: number, y: number];

/** `text` of a click or a scroll names keys that are held meanwhile, as xdotool names them: `ctrl+shift`. */
export type DesktopStep =
  | { readonly action: 'screenshot' }
  /** A part of the screen: x0, y0, x1, y1. */
  | { readonly action: 'zoom'; readonly region: readonly [number, number, number, number] }
  | { readonly action: 'cursor_position' }
  | { readonly action: 'list_windows' }
  /** The accessibility tree of a window, of the active one without a name, with a ref for each element. */
  | { readonly action: 'desktop_snapshot'; readonly window?: string }
  /** In milliseconds. */
  | { readonly action: 'wait'; readonly duration: number }
  | {
      readonly action: 'left_click' | 'right_click' | 'middle_click' | 'double_click' | 'triple_click';
      /** A place, or an element of the last snapshot. */
      readonly coordinate?: Point;
      readonly ref?: string;
      readonly text?: string;
    }
  | { readonly action: 'mouse_move'; readonly coordinate: Point }
  | { readonly action: 'left_mouse_down' | 'left_mouse_up'; readonly coordinate?: Point }
  | {
      readonly action: 'left_click_drag';
      readonly start_coordinate: Point;
      readonly coordinate: Point;
      readonly text?: string;
    }
  | {
      readonly action: 'scroll';
      readonly coordinate: Point;
      readonly scroll_direction: 'up' | 'down' | 'left' | 'right';
      /** In clicks of a wheel. */
      readonly scroll_amount: number;
      readonly text?: string;
    }
  /** Any Unicode text. */
  | { readonly action: 'type'; readonly text: string }
  /** A key, or several with `+`, as xdotool names them: `Return`, `ctrl+s`. */
  | { readonly action: 'key'; readonly text: string }
  | { readonly action: 'hold_key'; readonly text: string /** In milliseconds. */; readonly duration: number }
  /** Of an element of the last snapshot that holds a text or a number. */
  | { readonly action: 'set_value'; readonly ref: string; readonly value: string }
  | {
      readonly action: 'activate_window' /** Its id, or a part of its title that no other one has. */;
      readonly window: string;
    };

export type DesktopStepName = DesktopStep['action'];

export interface DesktopAction {
  readonly kind: 'desktop';
  /** In order; the first that fails ends the run. */
  readonly steps: readonly DesktopStep[];
  /** Of the whole run, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Whether each of them acts. */
const ACTS: Readonly<Record<DesktopStepName, boolean>> = {
  screenshot: false,
  zoom: false,
  cursor_position: false,
  list_windows: false,
  desktop_snapshot: false,
  wait: false,
  left_click: true,
  right_click: true,
  middle_click: true,
  double_click: true,
  triple_click: true,
  mouse_move: true,
  left_mouse_down: true,
  left_mouse_up: true,
  left_click_drag: true,
  scroll: true,
  type: true,
  key: true,
  hold_key: true,
  set_value: true,
  activate_window: true,
};

export const DESKTOP_STEPS = Object.keys(ACTS) as readonly DesktopStepName[];
export function acts({ action }: DesktopStep): boolean {
  return ACTS[action];
}

/** Who can press keys there can do whatever its owner can: no sandbox holds what acts. */
export function accessOfDesktopStep(step: DesktopStep): AccessLevel {
  return acts(step) ? 'full-access' : 'read-only';
}

/** As a person would write it in one line. */
export function describeDesktopStep({ action, ...params }: DesktopStep): string {
  const said = Object.entries(params).map(([key, value]) =>
    typeof value === 'string'
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? `${key === 'coordinate' ? 'at' : key} ${value.join(',')}`
        : `${key} ${String(value)}`,
  );
  return [action.replaceAll('_', ' '), ...said].join(' ');
}
