// Completion of the path at the cursor, on the device that the text names: its peer is asked, once for each Tab, and whatever is typed
// meanwhile makes the answer void. A path is quoted as the text around it needs, and never changed otherwise.

import { parseTask } from '../../core/routing/grammar.ts';
import type { Completion as Found } from '../../protocol/api.ts';
import type { Failure } from '../model/messages.ts';
import type { Completion, Model, WantedPlace } from '../model/model.ts';
import type { EditorState } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { type Completed, withItem } from './completion.ts';
import { nextRequest, type Step, step, toast } from './step.ts';

/** Of the text before the cursor so much is looked at. */
const LOOKED_AT = 4096;
/** The last word of plain text: a place, its quote perhaps still open. */
const PLAIN_WORD = /(?:^|\s)((?:@([A-Za-z0-9][A-Za-z0-9._-]*):)?(?:(["'])([^"']*)|([^\s"']*)))$/;
/** The last word of a command, as far as it is written without quotes. */
const SHELL_WORD = /(?:^|[\s;|&<>(=])((?:\\.|[^\s\\;|&<>()"'`$=])*)$/s;
const IS_PATH = /^(?:~|\.{1,2}(?=\/|$))|\//;

interface PlaceAt extends WantedPlace {
  /** Of the path, up to its last slash. */
  readonly folder: string;
  readonly begun: string;
}

/** Asks for the names that the path at the cursor goes on with. Undefined if there is no path. */
export function completePlace(model: Model): Step | undefined {
  const place = placeAt(model);
  if (place === undefined || model.connection.state !== 'connected') return undefined;
  // Nothing is asked for what is certain: a home folder is written with a slash before anything follows it.
  if (place.folder === '' && (place.begun === '~' || (place.begun === '' && place.mark !== '')))
    return step(withPlaces(model, place, [`${place.mark}${place.quote}~/`]));
  const [next, request] = nextRequest(model);
  const composer = { ...next.composer, wanted: { ...place, request } };
  const { device, folder, begun } = place;
  const on = device === undefined ? {} : { device };
  return step({ ...next, composer }, { type: 'complete-place', request, path: folder + begun, ...on });
}

export function takePlaces(model: Model, request: number, found: readonly Found[]): Model {
  const { wanted } = model.composer;
  if (wanted?.request !== request) return model;
  const calm = { ...model, composer: { ...model.composer, wanted: undefined } };
  const place = placeAt(model);
  // Something else stands there by now.
  if (place === undefined || model.focus !== 'composer' || place.text !== wanted.text || place.to !== wanted.to)
    return calm;
  const items = found.flatMap(({ name, folder }) => written(place, name, folder) ?? []);
  if (items.length === 0) {
    const what =
      place.begun === ''
        ? 'there is nothing to complete there'
        : `nothing there begins with ${sanitizeLine(place.begun)}`;
    return toast(calm, 'info', what, ABOUT);
  }
  return withPlaces(calm, place, items);
}

/** Nobody wants an alarm for a Tab. */
export function placesFailed(model: Model, request: number, { message }: Failure): Model {
  if (model.composer.wanted?.request !== request) return model;
  return toast({ ...model, composer: { ...model.composer, wanted: undefined } }, 'info', message, ABOUT);
}

const ABOUT = 'completion';

function withPlaces(model: Model, place: PlaceAt, items: readonly string[]): Model {
  const { from, to } = place;
  const completion: Completion = { items, selected: 0, from, to };
  const done: Completed = withItem(model.composer.editor, completion);
  const shown = items.length === 1 ? undefined : done.completion;
  return { ...model, composer: { ...model.composer, editor: done.editor, completion: shown } };
}

function placeAt(model: Model): PlaceAt | undefined {
  const { editor } = model.composer;
  const { text } = editor;
  const command = /^\s*\/edit\s/.exec(text)?.[0] ?? '';
  if (command === '' && /^\s*\//.test(text)) return undefined;
  const task = parseTask(text.slice(command.length));
  if (!task.ok || task.kind === 'expression' || task.kind === 'script') return undefined;
  return task.kind === 'shell' ? shellPlace(editor, task.targets) : plainPlace(editor, task.targets);
}

function plainPlace({ text, cursor }: EditorState, targets: readonly string[]): PlaceAt | undefined {
  const match = PLAIN_WORD.exec(text.slice(Math.max(0, cursor - LOOKED_AT), cursor));
  if (match === null) return undefined;
  const [, word = '', named, quote = '', quoted = '', bare = ''] = match;
  const path = quote === '' ? bare : quoted;
  if (named === undefined && !IS_PATH.test(path)) return undefined;
  const mark = named === undefined ? '' : `@${named}:`;
  return {
    text,
    from: cursor - word.length,
    to: cursor,
    ...on(named ?? targets[0]),
    mark,
    quote,
    shell: false,
    ...split(path),
  };
}

function shellPlace({ text, cursor }: EditorState, targets: readonly string[]): PlaceAt | undefined {
  const word = SHELL_WORD.exec(text.slice(Math.max(0, cursor - LOOKED_AT), cursor))?.[1] ?? '';
  const path = word.replace(/\\(.)/gs, '$1');
  if (!IS_PATH.test(path)) return undefined;
  return {
    text,
    from: cursor - word.length,
    to: cursor,
    ...on(targets[0]),
    mark: '',
    quote: '',
    shell: true,
    ...split(path),
  };
}

const on = (device: string | undefined): { device?: string } =>
  device === undefined || device === 'all' ? {} : { device };

function split(path: string): { folder: string; begun: string } {
  const end = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, end), begun: path.slice(end) };
}

/** The word as it stands in the text then; undefined for a name that cannot be typed there, or would show as another. */
function written({ folder, mark, quote, shell }: PlaceAt, name: string, isFolder: boolean): string | undefined {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return undefined;
  const path = `${folder}${name}${isFolder ? '/' : ''}`;
  if (shell) return path.replace(/[^A-Za-z0-9_@%+:,./~\u{80}-\u{10ffff}-]/gu, '\\$&');
  if (quote === '' && !/[\s"']/.test(path)) return mark + path;
  const around = quote !== '' ? quote : path.includes('"') ? "'" : '"';
  if (path.includes(around)) return undefined;
  // In a folder there is more to come: its quote stays open.
  return `${mark}${around}${path}${isFolder ? '' : around}`;
}
