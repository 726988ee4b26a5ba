// Devices: what becomes of them as the peer tells it, and what a person does with one: read about it, rename it, let it go.

import type { Device } from '../../core/devices.ts';
import type { KnownDevices } from '../../protocol/api.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { topOverlay } from '../model/select.ts';
import { deviceBody, deviceRows } from '../rows/device-rows.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { heldInShort } from '../words/grant-words.ts';
import { describePresence, isDenied } from '../words/presence.ts';
import { refreshHint } from './hint.ts';
import { limit } from './runs.ts';
import { patch, pop, push, remove, type Step, step, toast } from './step.ts';

/** The devices as they are now; what changed for a person is said. */
export function takeDevices(model: Model, { devices, revoked }: KnownDevices, routing = model.routing): Step {
  const device = devices.find(({ local }) => local) ?? model.device;
  const next = refreshHint({ ...model, devices, revoked, device, routing });
  return step(news(model, devices).reduce((told, { tone, text, about }) => toast(told, tone, text, about), next));
}

type News = { readonly tone: 'success' | 'warning' | 'error'; readonly text: string; readonly about: string };

function news(model: Model, devices: readonly Device[]): News[] {
  // The first that is heard of them is no news.
  if (model.devices.length === 0) return [];
  const list: News[] = [];
  for (const device of devices) {
    const before = model.devices.find(({ id }) => id === device.id);
    if (device.local) continue;
    const told = before === undefined ? undefined : moved(before, device, model.now);
    if (told !== undefined) list.push(told);
  }
  for (const { id, name } of model.devices) {
    if (!devices.some((device) => device.id === id))
      list.push({ tone: 'warning', text: `${sanitizeLine(name)} is not paired any more`, about: id });
  }
  return list;
}

function moved(before: Device, device: Device, now: number): News | undefined {
  const name = sanitizeLine(device.name);
  const about = device.id;
  if (isDenied(device) && !isDenied(before))
    return { tone: 'error', text: `${name} does not let this device in any more: it has revoked it`, about };
  const was = before.presence.state;
  const is = device.presence.state;
  if (is === 'offline' && was !== 'offline')
    return { tone: 'warning', text: `${name} is ${describePresence(device, now)}`, about };
  if (is === 'online' && was === 'offline') {
    const held = device.grants === undefined ? '' : `: it ${heldInShort(device.grants.held)}`;
    return { tone: 'success', text: `${name} is online${held}`, about };
  }
  return undefined;
}

// ---- reading about one

export const openDevice = (model: Model, device: Device): Model =>
  push(model, { kind: 'device', device: device.id, scroll: 0 });

export function scrollDevice(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  return patch(model, 'device', (dialog) => {
    const { width, height } = deviceBody(inner(overlayRect(model, dialog)));
    const last = Math.max(0, deviceRows(model, dialog.device, width).length - height);
    return { ...dialog, scroll: limit(move(Math.min(dialog.scroll, last), height, last), last) };
  });
}

/** The device that the keys are for: that of the page on top, else the one that is selected. */
export function subjectDevice(model: Model): Device | undefined {
  const top = topOverlay(model);
  if (top !== undefined) return top.kind === 'device' ? model.devices.find(({ id }) => id === top.device) : undefined;
  return model.focus === 'devices' ? model.devices[model.lists.devices.cursor] : undefined;
}

// ---- a name

export const askName = (model: Model, { id, name }: Device): Model =>
  push(model, { kind: 'rename', device: id, name, editor: createEditor(name), sending: false, notice: undefined });

/** What the device that is about to be paired is to be called here. */
export function askProposedName(model: Model): Model {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'proposal' || dialog.phase.type === 'sending') return model;
  const name = dialog.name ?? dialog.proposal.device.name;
  return push(model, {
    kind: 'rename',
    device: undefined,
    name,
    editor: createEditor(name),
    sending: false,
    notice: undefined,
  });
}

export function rename(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'rename' || dialog.sending) return step(model);
  const name = dialog.editor.text.trim();
  if (name === '') return step(patch(model, 'rename', (open) => ({ ...open, notice: 'type a name, or Esc' })));
  if (dialog.device === undefined)
    return step(patch(pop(model), 'proposal', (open) => ({ ...open, name, notice: undefined })));
  if (name === dialog.name) return step(pop(model));
  const sending = patch(model, 'rename', (open) => ({ ...open, sending: true, notice: undefined }));
  return step(sending, { type: 'rename', device: dialog.device, name });
}

export function renamed(model: Model, { id, name }: Device): Model {
  const closed = remove(model, (overlay) => overlay.kind === 'rename' && overlay.device === id);
  return toast(closed, 'success', `it is called ${sanitizeLine(name)} now`, id);
}

export const renameFailed = (model: Model, device: string, { message }: Failure): Model =>
  patch(model, 'rename', (dialog) =>
    dialog.device === device ? { ...dialog, sending: false, notice: message } : dialog,
  );

// ---- letting it go

export const askRevoke = (model: Model, { id, name }: Device): Model =>
  push(model, { kind: 'revoke', device: id, name, editor: createEditor(), sending: false, notice: undefined });

/** Only the whole name is a yes. */
export function revoke(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'revoke' || dialog.sending) return step(model);
  const notice = (text: string): Step => step(patch(model, 'revoke', (open) => ({ ...open, notice: text })));
  if (dialog.editor.text.trim() !== dialog.name) return notice(`type its whole name to revoke it, or Esc`);
  if (model.connection.state !== 'connected') return notice('not connected: nothing was done');
  const sending = patch(model, 'revoke', (open) => ({ ...open, sending: true, notice: undefined }));
  return step(sending, { type: 'revoke', device: dialog.device });
}

export function revoked(model: Model, device: string, name: string): Step {
  const closed = remove(
    model,
    (overlay) => (overlay.kind === 'revoke' || overlay.kind === 'device') && overlay.device === device,
  );
  return step(toast(closed, 'success', `revoked ${sanitizeLine(name)}: it is out until it is paired again`, device));
}

export const revokeFailed = (model: Model, device: string, { message }: Failure): Model =>
  patch(model, 'revoke', (dialog) =>
    dialog.device === device ? { ...dialog, sending: false, notice: message } : dialog,
  );
