// The help overlay as rows, from the keymap, for scrolling and for the view.

import type { Model } from '../model/model.ts';
import { proseRows } from '../rows/rows.ts';
import { COMMANDS, usage } from './commands.ts';
import { helpSections } from './keymap.ts';

export interface HelpRow {
  readonly style: 'heading' | 'key' | 'text';
  /** For `key`: what to press. */
  readonly keys?: string;
  readonly text: string;
  readonly disabled?: string;
}

/** Columns for the keys before the text. */
export const HELP_KEYS_WIDTH = 18;

const TASKS = [
  ['!command', 'run it in the shell of this device: reads and writes in reachable folders'],
  ['!?command', 'the same, reading only'],
  ['!!command', 'the same, with full access'],
  ['!command @device', 'run it on that device; @a,b on several, one run each; @all: on every device'],
  [
    'command > $DISPATCH_ARTIFACTS/FILE',
    'what a run leaves in that folder is kept with it: f lists all, v shows, s saves',
  ],
  ['?question', 'ask the connector for questions; with nothing configured, the documents of this device'],
  ['= expression', 'work it out in this session'],
] as const;

export function helpRows(model: Model, width: number): readonly HelpRow[] {
  const rows: HelpRow[] = [];
  // Help explains the place it was opened from, not itself.
  const below = { ...model, overlays: model.overlays.filter(({ kind }) => kind !== 'help') };
  const heading = (text: string): void => {
    if (rows.length > 0) rows.push({ style: 'text', text: '' });
    rows.push({ style: 'heading', text });
  };
  const line = (keys: string, text: string, disabled?: string): void => {
    const [first = '', ...rest] = proseRows(text, Math.max(10, width - HELP_KEYS_WIDTH));
    rows.push({ style: 'key', keys, text: first, ...(disabled === undefined ? {} : { disabled }) });
    for (const more of rest) rows.push({ style: 'key', keys: '', text: more });
  };
  const typed = (): void => {
    heading('What to type');
    for (const [keys, text] of TASKS) line(keys, text);
    for (const command of COMMANDS) line(usage(command), command.help);
  };
  // Who types asks what to type; who looks at something asks which keys there are.
  const isTyping = model.focus === 'composer' && below.overlays.length === 0;
  if (isTyping) typed();
  for (const section of helpSections(below)) {
    heading(section.heading);
    for (const { keys, text, disabled } of section.lines) line(keys, text, disabled);
  }
  if (!isTyping) typed();
  return rows;
}
