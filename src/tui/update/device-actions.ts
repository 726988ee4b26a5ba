// What the keys of the dialogs about devices do: one entry a binding, and nothing else.

import type { Device } from '../../core/devices.ts';
import type { DEVICE_KEYS } from '../keys/device-keys.ts';
import type { Model } from '../model/model.ts';
import { listedRuns, overlayOf } from '../model/select.ts';
import { pairLayout } from '../rows/pair-layout.ts';
import type { Action } from './action.ts';
import * as devices from './devices.ts';
import * as pairing from './pairing.ts';
import * as proposals from './proposal.ts';
import * as lists from './run-list.ts';
import { cancelAll } from './runs.ts';
import { pop, type Step, step, toast } from './step.ts';

export const close: Action = (model) => step(pop(model));

export const copied = (model: Model, text: string): Step =>
  step(toast(model, 'success', 'copied'), { type: 'copy', text });

const onDevice =
  (act: (model: Model, device: Device) => Model): Action =>
  (model) => {
    const device = devices.subjectDevice(model);
    return step(device === undefined ? model : act(model, device));
  };

const probe: Action = (model) => step(toast(model, 'info', 'looking again…', 'probe'), { type: 'probe' });

const moving =
  (move: Parameters<typeof lists.moveListed>[1]): Action =>
  (model) =>
    step(lists.moveListed(model, move));

/** Below the last row there is none, and the one before may be longer. */
const sameRow = (one: number, other: number, columns: number): boolean =>
  Math.floor(one / columns) === Math.floor(other / columns);

/** How far the pairing page can be scrolled, where it is scrolled. */
const pairRow =
  (delta: 1 | -1): Action =>
  (model) =>
    step(pairing.moveRow(model, delta, pairLayout(model).last));

export const DEVICE_ACTIONS: Readonly<Record<(typeof DEVICE_KEYS)[number]['id'], Action>> = {
  'fleet.rename': onDevice(devices.askName),
  'fleet.revoke': onDevice(devices.askRevoke),
  'devices.probe': probe,
  'device.probe': probe,
  'device.rename': onDevice(devices.askName),
  'device.revoke': onDevice(devices.askRevoke),
  'device.runs': onDevice((model, { id }) => lists.openRuns(model, { type: 'device', device: id })),
  'device.pair': (model) => pairing.openPair(model),
  'device.copy': (model) => {
    const device = devices.subjectDevice(model);
    return device === undefined ? step(model) : copied(model, device.id);
  },
  'device.close': close,
  'runs.open': (model) => lists.openListed(model),
  'runs.down': moving((at, last, columns) => (at + columns > last && sameRow(at, last, columns) ? at : at + columns)),
  'runs.up': moving((at, _last, columns) => (at < columns ? at : at - columns)),
  'runs.right': moving((at) => at + 1),
  'runs.left': moving((at) => at - 1),
  'runs.page-down': moving((at, _last, columns) => at + 5 * columns),
  'runs.page-up': moving((at, _last, columns) => at - 5 * columns),
  'runs.first': moving(() => 0),
  'runs.last': moving((_at, last) => last),
  'runs.failed': (model) => step(lists.filterFailed(model)),
  'runs.retry-failed': (model) => lists.retryFailedOnes(model),
  'runs.cancel-all': (model) => {
    const list = overlayOf(model, 'runs');
    return list === undefined ? step(model) : cancelAll(model, listedRuns(model, { of: list.of }));
  },
  'runs.close': close,

  // Held down it opens no session.
  'pair.enter': (model, { held }) =>
    held && overlayOf(model, 'pair')?.tab === 'show' ? step(model) : pairing.enterPair(model),
  'pair.next': (model) => pairing.nextTab(model),
  'pair.forth': (model) => step(pairing.cycleRow(model, 1)),
  'pair.back': (model) => step(pairing.cycleRow(model, -1)),
  'pair.down': pairRow(1),
  'pair.up': pairRow(-1),
  'pair.list-down': pairRow(1),
  'pair.list-up': pairRow(-1),
  'pair.close': close,
  'pair.toggle': (model) => step(pairing.toggleRow(model)),
  'pair.copy': (model) => {
    const session = overlayOf(model, 'pair')?.session;
    if (session?.phase !== 'open') return step(model);
    const told = toast(model, 'warning', 'copied the ticket: whoever has it can pair until it is used');
    return step(told, { type: 'copy', text: session.session.ticket });
  },
  'proposal.accept': (model, press) => proposals.acceptProposal(model, press),
  'proposal.refuse': (model) => proposals.refuseProposal(model),
  'proposal.toggle': (model) => step(proposals.toggleGiven(model)),
  'proposal.name': (model) => step(devices.askProposedName(model)),
  'proposal.down': (model) => step(proposals.moveProposal(model, 1)),
  'proposal.up': (model) => step(proposals.moveProposal(model, -1)),
  'compare.send': (model) => proposals.sendWord(model),
  'compare.refuse': (model) => proposals.refuseProposal(model),
  'compare.toggle': (model) => step(proposals.toggleGiven(model)),
  'compare.down': (model) => step(proposals.moveProposal(model, 1)),
  'compare.up': (model) => step(proposals.moveProposal(model, -1)),
  'rename.send': (model) => devices.rename(model),
  'rename.close': close,
  'revoke.send': (model) => devices.revoke(model),
  'revoke.close': close,
};
