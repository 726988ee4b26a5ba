// The currency of `update`: a new model and what is to be done; and the few changes that every part makes. Pure.

import type { Effect, ToastText } from '../model/effects.ts';
import type { Model } from '../model/model.ts';
import type { Overlay, OverlayKind, OverlayOf } from '../model/overlay-model.ts';

export interface Step {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

export const step = (model: Model, ...effects: readonly Effect[]): Step => ({ model, effects });

/** Goes on from a step, keeping its effects. */
export function andThen(before: Step, next: (model: Model) => Step): Step {
  const after = next(before.model);
  return {
    model: after.model,
    effects: before.effects.length === 0 ? after.effects : [...before.effects, ...after.effects],
  };
}

const TOAST_MS = { info: 4_000, success: 4_000, warning: 8_000, error: 12_000 } as const;
const MAX_TOASTS = 3;

/** `about`: a run, a device, …; the newest of what is said about it replaces the rest. */
export function toast(model: Model, tone: ToastText['tone'], text: string, about?: string): Model {
  const { sequence, clock } = model;
  const others = model.toasts.filter((shown) => shown.text !== text && (about === undefined || shown.about !== about));
  const subject = about === undefined ? {} : { about };
  const toasts = [...others, { id: sequence, tone, text, until: clock + TOAST_MS[tone], ...subject }];
  return { ...model, toasts: toasts.slice(-MAX_TOASTS), sequence: sequence + 1 };
}

/** Those that are still to be read. Only the newest is on the screen: when its time is over, older ones do not come back. */
export function currentToasts(toasts: Model['toasts'], clock: number): Model['toasts'] {
  const last = toasts.findLastIndex(({ until }) => until <= clock);
  return last === -1 ? toasts : toasts.slice(last + 1);
}

export const say = (model: Model, tone: ToastText['tone'], text: string): Step => step(toast(model, tone, text));

/** What was said in passing goes: its place is that of the keys of what is opened. */
export const push = (model: Model, overlay: Overlay): Model => ({
  ...model,
  overlays: [...model.overlays, overlay],
  toasts: model.toasts.some(({ tone }) => tone === 'info')
    ? model.toasts.filter(({ tone }) => tone !== 'info')
    : model.toasts,
});

export const pop = (model: Model): Model =>
  model.overlays.length === 0 ? model : { ...model, overlays: model.overlays.slice(0, -1) };

/** Takes away the overlays that match, wherever they lie. */
export function remove(model: Model, matches: (overlay: Overlay) => boolean): Model {
  const overlays = model.overlays.filter((overlay) => !matches(overlay));
  return overlays.length === model.overlays.length ? model : { ...model, overlays };
}

/** Changes the topmost overlay of a kind; without one the model stays as it is. */
export function patch<K extends OverlayKind>(
  model: Model,
  kind: K,
  change: (overlay: OverlayOf<K>) => OverlayOf<K>,
): Model {
  const index = model.overlays.findLastIndex((overlay) => overlay.kind === kind);
  if (index === -1) return model;
  const before = model.overlays[index] as OverlayOf<K>;
  const after = change(before);
  return after === before ? model : { ...model, overlays: model.overlays.with(index, after) };
}

/** A number that no request had before. */
export const nextRequest = (model: Model): readonly [Model, number] => [
  { ...model, sequence: model.sequence + 1 },
  model.sequence,
];
