// Completion of a /command at the start of the text, or of an @device at the cursor. Pressing Tab again goes through the
// candidates, also of those paths that place-completion has found. Pure.

import { COMMANDS } from '../commands.ts';
import type { Completion, Model } from '../model.ts';
import { type EditorState, setText } from '../terminal/editor.ts';

export interface Completed {
  readonly editor: EditorState;
  readonly completion: Completion | undefined;
}

/** Undefined if there is nothing to complete here. */
export function complete(model: Model): Completed | undefined {
  const { editor, completion } = model.composer;
  if (completion !== undefined && completion.to === editor.cursor) {
    const selected = (completion.selected + 1) % completion.items.length;
    return withItem(editor, { ...completion, selected });
  }
  const found = candidates(model, editor);
  if (found === undefined || found.items.length === 0) return undefined;
  const done = withItem(editor, found);
  // One candidate is the answer: the next Tab is for something else.
  return found.items.length === 1 ? { editor: done.editor, completion: undefined } : done;
}

function candidates(model: Model, { text, cursor }: EditorState): Completion | undefined {
  const before = text.slice(Math.max(0, cursor - 200), cursor);
  const command = /^\s*\/([a-z]*)$/.exec(before);
  if (command !== null && before.length === cursor) {
    const items = COMMANDS.filter(({ name }) => name.startsWith(command[1] ?? '')).map(({ name, args }) =>
      args === '' ? `/${name}` : `/${name} `,
    );
    return { items, selected: 0, from: cursor - (command[1] ?? '').length - 1, to: cursor };
  }
  const device = /(?:^|\s)@((?:[A-Za-z0-9._-]+,)*)([A-Za-z0-9._-]*)$/.exec(before);
  if (device === null) return undefined;
  const [, listed = '', last = ''] = device;
  const typed = last.toLowerCase();
  const named = listed.split(',');
  const names = [...model.devices.map(({ name }) => name), ...(model.devices.length > 1 ? ['all'] : [])];
  const mark = listed === '' ? '@' : '';
  const items = names
    .filter((name) => name.toLowerCase().startsWith(typed) && !named.includes(name))
    .map((name) => `${mark}${name} `);
  return { items, selected: 0, from: cursor - typed.length - mark.length, to: cursor };
}

/** The text with the selected item in place of what was typed. */
export function withItem(editor: EditorState, completion: Completion): Completed {
  const item = completion.items[completion.selected] ?? '';
  const text = editor.text.slice(0, completion.from) + item + editor.text.slice(completion.to);
  const cursor = completion.from + item.length;
  const next = setText(editor, text);
  return { editor: withCursor(next, cursor), completion: { ...completion, to: cursor } };
}

/** The editor puts the cursor at the end of a text that is set; completion may be in the middle. */
const withCursor = (editor: EditorState, cursor: number): EditorState =>
  editor.text.length === cursor ? editor : { ...editor, cursor };
