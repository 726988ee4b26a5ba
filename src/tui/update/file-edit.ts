// Editing a file of a device: it is read there by a run, changed in the editor of the person, and written back by a run that is bound to
// what was read. Nothing is approved here: the write asks as any other does, with its difference.

import { parseTask } from '../../core/routing/grammar.ts';
import { route } from '../../core/routing/route.ts';
import type { ReadFile } from '../model/file-edit.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { routeContextOf } from '../model/route-context.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { whyOffline } from '../words/presence.ts';
import { DEAF_MS } from './reading.ts';
import { nextRequest, type Step, say, step, toast } from './step.ts';

/** `place`: as in a task, such as `@nas:~/a.txt`. */
export function editPlace(model: Model, place: string): Step {
  const text = `edit ${place}`;
  const task = parseTask(text);
  if (task.ok && (task.kind !== 'plain' || task.said?.kind !== 'edit'))
    return say(model, 'warning', 'name a file by its path, such as @nas:~/a.txt');
  const answer = route(text, routeContextOf(model));
  if (!answer.ok) return say(model, 'warning', answer.reason);
  if (answer.edit === undefined || answer.device === undefined) return step(model);
  return startEdit(model, answer.device.id, answer.edit.path);
}

/** A newer one takes the place of one that is still being read. */
export function startEdit(model: Model, id: string, path: string): Step {
  const device = model.devices.find((each) => each.id === id);
  if (device === undefined || model.connection.state !== 'connected')
    return say(model, 'warning', 'not connected: the file cannot be read now');
  const offline = device.local ? undefined : whyOffline(device, model.now);
  if (offline !== undefined)
    return say(model, 'warning', `${sanitizeLine(device.name)} is ${offline}: it cannot be read now`);
  const [next, request] = nextRequest(model);
  const where = device.local ? '' : ` on ${sanitizeLine(device.name)}`;
  const told = toast({ ...next, editing: request }, 'info', `reading ${sanitizeLine(path)}${where}…`, ABOUT);
  return step(told, { type: 'read-file', request, device: id, path });
}

const ABOUT = 'file-edit';

/** `asked`: a person had to allow that it is read. An editor never comes up in the middle of something else. */
export function takeRead(model: Model, request: number, file: ReadFile, asked: boolean): Step {
  if (model.editing !== request) return step(model);
  const ready = { ...model, editing: undefined, toasts: model.toasts.filter(({ about }) => about !== ABOUT) };
  if (!asked && model.overlays.length === 0) return step(ready, { type: 'edit-file', file });
  const question = { type: 'edit-file', file } as const;
  // Below whatever is being read or answered now.
  const confirm = { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS } as const;
  return step({ ...ready, overlays: [confirm, ...model.overlays] });
}

export function readFailed(model: Model, request: number, { message }: Failure): Model {
  return model.editing === request ? toast({ ...model, editing: undefined }, 'error', message, ABOUT) : model;
}

/** What was changed is not lost because it could not be sent. */
export function notWritten(model: Model, file: ReadFile, text: string, { message }: Failure): Model {
  const question = { type: 'write-file', file, text, message } as const;
  const confirm = { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS } as const;
  return { ...model, overlays: [confirm, ...model.overlays] };
}
