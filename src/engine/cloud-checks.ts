/**
 * What is refused of a question or a program before a run is written: what its device can never answer, as far as that is known here. Of
 * the connectors of another device only that one knows; of keys and addresses, only whoever connects.
 */

import type { Action } from '../core/actions.ts';
import { CLOUD_ROUTES } from '../core/connectors.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError, type Refusal } from '../core/errors.ts';
import { chooseConnector } from '../core/routing/choose-connector.ts';
import type { RouteSources } from '../core/routing/context.ts';

/** Throws `usage`, `not-found` or `refused`. */
export function requireAnswerable(action: Action, device: Device, sources: RouteSources | undefined): void {
  requireAssistantHere(action, device);
  if ((action.kind !== 'knowledge' && action.kind !== 'code') || !device.local || sources === undefined) return;
  const refusal = whyNotAnswered(action, sources);
  // A key that is missing may be there when it runs.
  if (refusal === undefined || refusal.code === 'config') return;
  const isNamed = action.connector !== undefined;
  if (isNamed || refusal.code === 'refused') throw DispatchError.fromRefusal(refusal);
}

/** The assistant of a device proposes runs for its own people, and to nobody else. */
export function requireAssistantHere(action: Action, { local, name }: Device): void {
  if (local || action.kind !== 'knowledge' || action.assistant !== true) return;
  throw new DispatchError('usage', `the assistant of ${name} serves the people of ${name} alone`, {
    hint: `ask the one of this device, and say in the question that it is about ${name}`,
  });
}

/** The same for another connector. Throws where there is none, or it is not for this. */
export function withConnector(
  action: Action,
  connector: string,
  device: Device,
  sources: RouteSources | undefined,
): Action {
  if (action.kind !== 'knowledge' && action.kind !== 'code') {
    throw new DispatchError('usage', 'only questions and programs go to a connector', { hint: 'name a device' });
  }
  const next = { ...action, connector };
  if (device.local && sources !== undefined) {
    const refusal = whyNotAnswered(next, sources);
    if (refusal !== undefined) throw DispatchError.fromRefusal(refusal);
  }
  return next;
}

function whyNotAnswered(
  action: Extract<Action, { kind: 'knowledge' | 'code' }>,
  { connectors }: RouteSources,
): Refusal | undefined {
  const [knowledge, code] = CLOUD_ROUTES;
  const wanted = action.kind === 'code' ? { route: code, language: action.language } : { route: knowledge };
  const named = action.connector === undefined ? {} : { named: action.connector };
  const chosen = chooseConnector({ ...wanted, ...named }, connectors);
  return chosen.ok ? undefined : chosen;
}
