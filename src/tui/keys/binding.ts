// What a key binding is, and the places where keys mean something: the currency of the keymap.

import type { Model } from '../model/model.ts';
import { always, type EnabledWhen } from './enabled.ts';

/** Where a key means something. Several are active at once; the most particular comes first. */
export const CONTEXTS = {
  composer: 'Typing a task',
  outside: 'Typing a task, after C-x',
  waiting: 'In the list of what waits to be sent',
  recall: 'Looking for a task typed before',
  panes: 'In the panes',
  actions: 'On a run, an artifact or an approval',
  approval: 'In an approval',
  assent: 'Asked once more, before a yes that reaches further',
  term: 'Choosing for how long',
  edit: 'Editing the command of an approval',
  chord: 'Editing, after C-x',
  run: 'In the detail of a run',
  seek: 'Looking for a text in the output of a run',
  fleet: 'On a device',
  device: 'In the page of a device',
  limits: 'In the page of this device',
  folder: 'Adding a folder that runs may reach',
  access: 'Choosing how much access runs get at most',
  policy: 'In the list of rules',
  check: 'Checking a command',
  preview: 'In the preview of an artifact',
  find: 'Looking for a text in a preview',
  artifacts: 'In the list of artifacts',
  runs: 'In a list of runs',
  pair: 'Pairing',
  choices: 'Pairing, outside of the fields',
  proposal: 'Asked whether to pair',
  compare: 'Comparing words',
  rename: 'Giving a device a name',
  revoke: 'Revoking a device',
  attach: 'Attached to a run',
  search: 'In search',
  palette: 'In the palette',
  scroll: 'Reading (approval, detail, text, help)',
  text: 'In a text',
  help: 'In help',
  reason: 'Giving a reason',
  save: 'Saving an artifact',
  signal: 'Choosing a signal',
  theme: 'Choosing a theme',
  confirm: 'At a question',
  always: 'Everywhere, except attached to a run',
} as const;
export type Context = keyof typeof CONTEXTS;

export interface Binding {
  readonly id: string;
  /** Canonical names, the one to show first. */
  readonly keys: readonly string[];
  readonly context: Context;
  /** What it does, for help and palette, as a phrase in the imperative. */
  readonly description: string;
  /** The short word of the footer, and how early it stands there (1 is first). Absent: not in the footer. */
  readonly footer?: { readonly label: string | ((model: Model) => string); readonly order: number };
  /** Offered in the palette. */
  readonly palette?: true;
  readonly enabled: EnabledWhen;
}

export type Options = Partial<Pick<Binding, 'footer' | 'palette' | 'enabled'>>;

export function bind<const Id extends string>(
  context: Context,
  id: Id,
  keys: string,
  description: string,
  options: Options = {},
): Binding & { readonly id: Id } {
  return { id, keys: keys.split(' '), context, description, enabled: always, ...options };
}

export const foot = (label: string | ((model: Model) => string), order: number): Options => ({
  footer: { label, order },
});
