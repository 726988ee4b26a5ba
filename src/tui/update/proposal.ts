// The question whether to pair with a device. A yes leaves here only as an approval's does: long enough
// after the question came, pressed once and on its own, never pasted. Whatever else happens to the question is a no.

import type { Device } from '../../core/devices.ts';
import { GRANTS, type Grant } from '../../core/grants.ts';
import type { PairProposal } from '../../protocol/pairing-api.ts';
import type { ProposalDialog } from '../model/device-dialogs.ts';
import type { Failure, Message } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { tierOf } from '../rows/geometry.ts';
import { proposalLayout } from '../rows/proposal-layout.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { heldInShort } from '../words/grant-words.ts';
import { ANOTHER_KEY, HELD_KEY } from './approvals.ts';
import { ALONE_MS, DEAF_MS } from './reading.ts';
import { limit } from './runs.ts';
import { patch, pop, push, remove, type Step, step, toast } from './step.ts';

export function openProposal(model: Model, proposal: PairProposal, ours?: readonly Grant[]): Model {
  // Paired already: the switches begin as things are, so that a yes in passing changes nothing here.
  const now = model.devices.find(({ id }) => id === proposal.device.id)?.grants;
  const dialog: ProposalDialog = {
    kind: 'proposal',
    proposal,
    ours,
    now,
    deafUntil: model.clock + DEAF_MS,
    give: proposal.asksMutual ? [...(now?.given ?? [])] : [],
    row: 0,
    name: undefined,
    editor: createEditor(),
    phase: { type: 'open' },
    notice: undefined,
  };
  // Where the words and the first switch are not in sight together, the words are.
  const row = rowOf(model, dialog, 0);
  return push(model, { ...dialog, row: row < proposalLayout(model, dialog).body.height ? row : 0 });
}

/** The row of a switch; the first if there is none. */
const rowOf = (model: Model, dialog: ProposalDialog, stop: number): number =>
  Math.max(
    0,
    proposalLayout(model, dialog).rows.findIndex((row) => row.stop === stop),
  );

/** In another size the rows are others: the same switch stays selected. */
export function resettleProposal(before: Model, after: Model): Model {
  return patch(after, 'proposal', (dialog) => {
    const stop = proposalLayout(before, dialog).rows[dialog.row]?.stop ?? 0;
    return { ...dialog, row: rowOf(after, dialog, stop) };
  });
}

const notice = (model: Model, text: string): Step =>
  step(patch(model, 'proposal', (dialog) => ({ ...dialog, notice: text })));

/** Goes to the next row that can be switched, or, where not all fits, to the next row. */
export function moveProposal(model: Model, delta: 1 | -1): Model {
  return patch(model, 'proposal', (dialog) => {
    const { stops } = proposalLayout(model, dialog);
    const at = stops.indexOf(dialog.row);
    const row = stops[limit(at === -1 ? (delta === 1 ? 0 : stops.length - 1) : at + delta, stops.length - 1)];
    return row === undefined ? dialog : { ...dialog, row, notice: undefined };
  });
}

export function toggleGiven(model: Model): Model {
  return patch(model, 'proposal', (dialog) => {
    const stop = proposalLayout(model, dialog).rows[dialog.row]?.stop;
    const grant = stop === undefined ? undefined : GRANTS[stop];
    if (grant === undefined || dialog.phase.type === 'sending') return dialog;
    const give = GRANTS.filter((other) => dialog.give.includes(other) !== (other === grant));
    return { ...dialog, give, notice: undefined };
  });
}

export function acceptProposal(model: Model, { held, burst }: { held: boolean; burst: boolean }): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'proposal' || dialog.phase.type !== 'open') return step(model);
  if (burst) return notice(model, ANOTHER_KEY);
  if (held) return notice(model, HELD_KEY);
  const why = whyNot(model);
  if (why !== undefined) return notice(model, why);
  const phase = { type: 'pressed', until: model.clock + ALONE_MS } as const;
  return step(patch(model, 'proposal', (open) => ({ ...open, phase, notice: undefined })));
}

function whyNot(model: Model): string | undefined {
  if (model.connection.state !== 'connected') return 'not connected: nothing was answered';
  return tierOf(model.size) === 'tiny' ? 'the window is too small to read it' : undefined;
}

/** Enter, where words are compared: the word is the yes. */
export function sendWord(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'proposal' || dialog.phase.type !== 'open') return step(model);
  const word = dialog.editor.text.trim();
  if (word === '') return notice(model, `type word ${dialog.proposal.askedWord ?? 1} that they see, or Esc`);
  const why = whyNot(model);
  return why === undefined ? confirm(model, dialog, word) : notice(model, why);
}

/** Sends what was pressed, once its time is over; a key before that takes it back. */
export function settleProposal(model: Model, message: Message): Step {
  const dialog = overlayOf(model, 'proposal');
  if (dialog?.phase.type !== 'pressed') return step(model);
  const typed = message.type === 'input' && (message.event.type === 'key' || message.event.type === 'paste');
  const back = (why: string): Step =>
    step(patch(model, 'proposal', (open) => ({ ...open, phase: { type: 'open' }, notice: why })));
  if (model.clock < dialog.phase.until) return typed ? back(ANOTHER_KEY) : step(model);
  if (model.connection.state !== 'connected') return back('not connected: nothing was answered');
  return confirm(model, dialog, undefined);
}

function confirm(model: Model, { proposal, give, name }: ProposalDialog, word: string | undefined): Step {
  const params = {
    proposal: proposal.proposal,
    accept: true,
    ...(proposal.asksMutual ? { give: [...give] } : {}),
    ...(name === undefined ? {} : { name }),
    ...(word === undefined ? {} : { word }),
  };
  const sending = patch(model, 'proposal', (open) => ({ ...open, phase: { type: 'sending' }, notice: undefined }));
  return step(sending, { type: 'pair-confirm', params });
}

/** A no: that the question goes says it. */
export function refuseProposal(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'proposal') return step(model);
  if (dialog.phase.type === 'sending') return notice(model, 'the answer is on its way');
  return step(
    toast(
      pop(model),
      'info',
      `not paired with ${sanitizeLine(dialog.proposal.device.name)}`,
      dialog.proposal.device.id,
    ),
  );
}

export const withoutProposal = (model: Model, device: string): Model =>
  remove(model, (overlay) => overlay.kind === 'proposal' && overlay.proposal.device.id === device);

/** Both sides have it on disk. With nothing else going on there, the page has done what it was opened for. */
export function confirmed(model: Model, proposal: string, device: Device | undefined): Step {
  const answered = remove(model, (overlay) => overlay.kind === 'proposal' && overlay.proposal.proposal === proposal);
  if (device === undefined) return step(answered);
  const phase = overlayOf(answered, 'pair')?.session.phase;
  const done = phase === 'open' || phase === 'opening' ? answered : remove(answered, ({ kind }) => kind === 'pair');
  const held = device.grants === undefined ? '' : `: it ${heldInShort(device.grants.held)}`;
  return step(toast(done, 'success', `paired with ${sanitizeLine(device.name)}${held}`, device.id));
}

/** What was typed wrongly can be typed again; after anything else there is nothing left to answer. */
export function confirmFailed(model: Model, id: string, failure: Failure): Model {
  const isAsked = (overlay: Model['overlays'][number]): boolean =>
    overlay.kind === 'proposal' && overlay.proposal.proposal === id;
  const dialog = model.overlays.find(isAsked);
  if (dialog?.kind !== 'proposal') return model;
  const { code, refusal } = failure;
  const name = sanitizeLine(dialog.proposal.device.name);
  const message = refusal === 'declined' ? `${name} declined` : failure.message;
  if (code === 'invalid' || code === 'conflict')
    return patch(model, 'proposal', (open) => ({ ...open, phase: { type: 'open' }, notice: message }));
  const over = remove(model, isAsked);
  if (overlayOf(over, 'pair') === undefined) return toast(over, 'error', message);
  return patch(over, 'pair', (page) => ({ ...page, notice: message }));
}
