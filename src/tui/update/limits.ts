// The page of this device: what runs may do here is changed in it. What widens is asked about first.

import { ACCESS_LEVELS } from '../../core/access.ts';
import type { Device } from '../../core/devices.ts';
import type { OwnersLimits } from '../../protocol/api.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { topOverlay } from '../model/select.ts';
import { deviceBody, deviceRows } from '../rows/device-rows.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import { createEditor } from '../terminal/editor.ts';
import { accessChange, addFolder, changeOf, type LimitChange, limitsOf, maxAccessOf } from '../words/limits.ts';
import { recheckHint } from './hint.ts';
import { DEAF_MS } from './reading.ts';
import { limit as within } from './runs.ts';
import { patch, pop, push, type Step, say, step, toast } from './step.ts';

/** This device, if its page is on top. */
function localPage(model: Model): { readonly device: Device; readonly stop: number } | undefined {
  const page = topOverlay(model);
  if (page?.kind !== 'device') return undefined;
  const device = model.devices.find(({ id, local }) => local && id === page.device);
  if (device === undefined) return undefined;
  return { device, stop: Math.min(page.stop ?? 0, limitsOf(device).length - 1) };
}

/** Round through what can be changed; the selected one is in sight. */
export function moveLimit(model: Model, delta: 1 | -1): Model {
  const page = localPage(model);
  if (page === undefined) return model;
  const { length } = limitsOf(page.device);
  return inSight(patch(model, 'device', (dialog) => ({ ...dialog, stop: (page.stop + delta + length) % length })));
}

function inSight(model: Model): Model {
  return patch(model, 'device', (dialog) => {
    const { row, height } = placeOf(model, dialog.device, dialog.stop ?? 0);
    if (row < 0) return dialog;
    const scroll = Math.max(Math.min(dialog.scroll, row), row - height + 1);
    return scroll === dialog.scroll ? dialog : { ...dialog, scroll };
  });
}

function placeOf(model: Model, device: string, stop: number): { row: number; height: number } {
  const { width, height } = deviceBody(inner(overlayRect(model, { kind: 'device', device, scroll: 0 })));
  return { row: deviceRows(model, device, width).findIndex((row) => row.stop === stop), height };
}

/** Nothing is changed that is not on the screen. */
export function changeLimit(model: Model): Step {
  const page = localPage(model);
  if (page === undefined) return step(model);
  const seen = inSight(model);
  if (seen !== model) return step(seen);
  const limit = limitsOf(page.device)[page.stop];
  if (limit?.type === 'max-access') return step(askAccess(model, page.device));
  const change = limit === undefined ? undefined : changeOf(model, page.device, limit);
  return change === undefined ? step(askFolder(model)) : apply(model, change);
}

function apply(model: Model, { change, told, title, means, asks }: LimitChange): Step {
  if (model.connection.state !== 'connected') return say(model, 'warning', 'not connected: nothing was changed');
  if (!asks) return step(model, { type: 'set-limits', change, told });
  const question = { type: 'limits', change, told, title, means } as const;
  return step(push(model, { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS }));
}

const askAccess = (model: Model, device: Device): Model =>
  push(model, { kind: 'access', selected: ACCESS_LEVELS.indexOf(maxAccessOf(device)) });

export const moveAccess = (model: Model, delta: 1 | -1): Model =>
  patch(model, 'access', (menu) => ({ ...menu, selected: within(menu.selected + delta, ACCESS_LEVELS.length - 1) }));

/** More and less alike are asked about: less may stop what runs. */
export function chooseAccess(model: Model): Step {
  const menu = topOverlay(model);
  const level = menu?.kind === 'access' ? ACCESS_LEVELS[menu.selected] : undefined;
  if (level === undefined) return step(model);
  const below = pop(model);
  const page = localPage(below);
  const change = page === undefined ? undefined : accessChange(page.device, level);
  return change === undefined ? step(below) : apply(below, change);
}

export function askFolder(model: Model): Model {
  const page = localPage(model);
  if (page === undefined) return model;
  return push(model, { kind: 'folder', editor: createEditor(), notice: undefined });
}

export function sendFolder(model: Model): Step {
  const prompt = topOverlay(model);
  if (prompt?.kind !== 'folder') return step(model);
  const path = prompt.editor.text.trim();
  const told = (text: string): Step => step(patch(model, 'folder', (open) => ({ ...open, notice: text })));
  if (path === '') return told('type a folder, or Esc');
  if (!/^(?:~(?:\/|$)|\/|[A-Za-z]:[\\/])/.test(path)) return told('type the whole path, from / or ~ on');
  const below = pop(model);
  const page = localPage(below);
  if (page === undefined) return step(below);
  if (page.device.capabilities.reachableFolders.includes(path)) return told('runs reach it already');
  return apply(below, addFolder(path));
}

/** As the peer says it now is: the devices that it tells of next say the same. */
export function limitsSet(model: Model, told: string, limits: OwnersLimits): Model {
  const { permissions, maxAccess, reachableFolders } = limits;
  const changed = (device: Device): Device =>
    device.local
      ? { ...device, permissions, maxAccess, capabilities: { ...device.capabilities, reachableFolders } }
      : device;
  const devices = model.devices.map(changed);
  const device = devices.find(({ local }) => local) ?? model.device;
  return toast(recheckHint({ ...model, devices, device }), 'success', told, 'limits');
}

export const limitsFailed = (model: Model, { message }: Failure): Model => toast(model, 'error', message, 'limits');
