// Completion of a /command at the start of the text or of the name of a theme, and of an @device, a #route or a +artifact at the cursor. Pressing Tab again goes
// through the candidates, also of those paths that place-completion has found. Pure.

import type { Device } from '../../core/devices.ts';
import { overrideNames } from '../../core/routing/overrides.ts';
import { THEME_CHOICES } from '../../core/theme-names.ts';
import { COMMANDS } from '../keys/commands.ts';
import type { Completion, Model } from '../model/model.ts';
import { routeContextOf } from '../model/route-context.ts';
import { findRun } from '../model/select.ts';
import { type EditorState, setText } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatBytes } from '../words/format.ts';
import { describePresence } from '../words/presence.ts';

const MOST_ARTIFACTS = 20;

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

function candidates(model: Model, editor: EditorState): Completion | undefined {
  const { text, cursor } = editor;
  const before = text.slice(Math.max(0, cursor - 200), cursor);
  const command = /^\s*\/([a-z]*)$/.exec(before);
  if (command !== null && before.length === cursor) {
    const offers = COMMANDS.filter(({ name }) => name.startsWith(command[1] ?? '')).map(({ name, args, help }) => ({
      item: args === '' ? `/${name}` : `/${name} `,
      note: help,
    }));
    return offering(offers, cursor - (command[1] ?? '').length - 1, cursor);
  }
  const theme = /^\s*\/theme\s+([a-z-]*)$/.exec(before)?.[1];
  if (theme !== undefined) {
    const offers = THEME_CHOICES.filter((name) => name.startsWith(theme)).map((name) => ({ item: name, note: '' }));
    return offering(offers, cursor - theme.length, cursor);
  }
  return devicesAt(model, before, cursor) ?? marksAt(model, before, cursor) ?? choicesAt(model, editor);
}

interface Offer {
  readonly item: string;
  readonly note: string;
}

function offering(offers: readonly Offer[], from: number, to: number): Completion {
  const items = offers.map(({ item }) => item);
  return { items, notes: offers.map(({ note }) => note), selected: 0, from, to };
}

function devicesAt(model: Model, before: string, cursor: number): Completion | undefined {
  const device = /(?:^|\s)@((?:[A-Za-z0-9._-]+,)*)([A-Za-z0-9._-]*)$/.exec(before);
  if (device === null) return undefined;
  const [, listed = '', last = ''] = device;
  const typed = last.toLowerCase();
  const named = listed.split(',');
  const known = model.devices.map((each) => ({ name: each.name, note: presenceNote(each, model.now) }));
  const all = model.devices.length > 1 ? [{ name: 'all', note: `all ${model.devices.length} devices` }] : [];
  const mark = listed === '' ? '@' : '';
  const offers = [...known, ...all]
    .filter(({ name }) => name.toLowerCase().startsWith(typed) && !named.includes(name))
    .map(({ name, note }) => ({ item: `${mark}${name} `, note }));
  return offering(offers, cursor - typed.length - mark.length, cursor);
}

function presenceNote(device: Device, now: number): string {
  const said = describePresence(device, now);
  return device.local || device.presence.state !== 'online' ? said : `online, ${said}`;
}

/** `#route` and `+artifact`: in a command of the shell both mean something else. */
function marksAt(model: Model, before: string, cursor: number): Completion | undefined {
  if (/^\s*!/.test(model.composer.editor.text)) return undefined;
  const [, typed] = /(?:^|\s)([#+][^\s#]*)$/.exec(before) ?? [];
  if (typed === undefined) return undefined;
  const word = typed.slice(1).replace(/^"/, '').toLowerCase();
  const offers = typed[0] === '#' ? routeNames(model, word) : artifactPlaces(model, word);
  const written = offers.map(({ item, note }) => ({
    item: /[\s"']/.test(item) ? `${typed[0]}"${item}" ` : `${typed[0]}${item} `,
    note,
  }));
  return offering(written, cursor - typed.length, cursor);
}

/** Whether it is a route or a connector cannot be seen by its name. */
function routeNames(model: Model, word: string): readonly Offer[] {
  const { connectors } = routeContextOf(model);
  return overrideNames(connectors)
    .filter((name) => name.toLowerCase().startsWith(word))
    .map((item) => ({ item, note: connectors.some(({ name }) => name === item) ? 'connector' : 'route' }));
}

/** `RUN/NAME` of the newest artifacts in sight that go on so, by either. A name that cannot be quoted is left out. */
function artifactPlaces(model: Model, word: string): readonly Offer[] {
  const places = new Map<string, Offer>();
  for (const entry of model.thread.entries.toReversed()) {
    if (entry.kind !== 'artifact') continue;
    const run = findRun(model, entry.artifact.runId);
    const number = run?.number;
    for (const { name, removed, sizeBytes } of [entry.artifact, ...(entry.folded ?? [])]) {
      const place = `${number}/${name}`;
      const fits = place.toLowerCase().startsWith(word) || name.toLowerCase().startsWith(word);
      if (number === undefined || removed !== undefined || !fits || places.has(place)) continue;
      if (!/["\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name))
        places.set(place, { item: place, note: `${formatBytes(sizeBytes)} from ${sanitizeLine(run?.task ?? '')}` });
    }
    if (places.size >= MOST_ARTIFACTS) break;
  }
  return [...places.values()].slice(0, MOST_ARTIFACTS);
}

/** Where it could go to several places that are alike: each of them, to be chosen from at the end of the text. */
function choicesAt({ composer }: Model, { text, cursor }: EditorState): Completion | undefined {
  const { hint } = composer;
  if (hint.kind !== 'refused' || hint.choices === undefined || cursor !== text.length) return undefined;
  const gap = /\s$/.test(text) ? '' : ' ';
  return { items: hint.choices.map((choice) => `${gap}${choice} `), selected: 0, from: cursor, to: cursor };
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
