// What can come from a terminal, as the dashboard sees it. Types only.

export type InputEvent =
  /** `key` is canonical: 'a', 'ä', 'space', 'enter', 'S-tab', 'C-a', 'M-x', 'C-M-S-left' (always in the order C- M- S-). */
  | { type: 'key'; key: string; text?: string }
  | { type: 'paste'; text: string }
  | MouseInput
  | { type: 'focus'; focused: boolean }
  /** An answer of the terminal to a question, that its colours are `dark` or `light` now, or a sequence that means nothing to us. */
  | { type: 'reply'; kind: 'background' | 'scheme' | 'other'; value: string };

export interface MouseInput {
  type: 'mouse';
  action: 'down' | 'up' | 'move' | 'wheelup' | 'wheeldown';
  x: number;
  y: number;
  button: 'left' | 'middle' | 'right' | 'none';
  shift: boolean;
  ctrl: boolean;
  alt: boolean;
}
