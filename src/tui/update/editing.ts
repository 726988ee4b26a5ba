// Changing the command of a request. Nothing is said yes to here: what is sent becomes a request of its own, which has to be
// read and answered like any other. A command with masked secrets cannot be edited: a mask must never become part of one.

import type { Approval, PendingApproval } from '../../core/approvals.ts';
import type { Run } from '../../core/runs.ts';
import { MASK } from '../../core/secrets.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { findRun, overlayOf, topOverlay } from '../model/select.ts';
import { createEditor, editorKey, insert, newline } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { ANOTHER_KEY, closeDialog, HELD_KEY, openApproval, type Pressed, whyNotOffered } from './approvals.ts';
import { notice } from './reading.ts';
import { patch, push, type Step, step, toast } from './step.ts';

export function askEdit(model: Model, { held, burst }: Pressed): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval' || dialog.phase.type !== 'open') return step(model);
  const why = burst
    ? ANOTHER_KEY
    : held
      ? HELD_KEY
      : whyNotEdited(model, dialog.approval, findRun(model, dialog.approval.runId));
  if (why !== undefined) return step(notice(model, why));
  const { approval } = dialog;
  const editor = createEditor(approval.payload.command);
  const whole = editor.text === approval.payload.command;
  const left = whole ? undefined : 'characters of it that nobody can type are left out here';
  return step(push(model, { kind: 'edit', approval, editor, chord: false, phase: 'open', notice: left }));
}

export function whyNotEdited(
  model: Pick<Model, 'devices' | 'revoked' | 'device' | 'now'>,
  approval: PendingApproval,
  run: Run | undefined,
): string | undefined {
  const offered = whyNotOffered(model, approval, 'approve');
  if (offered !== undefined) return offered;
  const device = model.devices.find(({ id }) => id === approval.device);
  if (device?.local === false && device.grants?.held.includes('run') !== true)
    return `${sanitizeLine(device.name)} does not let this device run tasks, so it cannot change one: do it there`;
  if (run !== undefined && run.action.kind !== 'shell') return 'only commands of the shell can be edited';
  return run?.masked === true || approval.payload.command.includes(MASK)
    ? 'a secret in it is masked, so it cannot be edited: reject it, and ask anew'
    : undefined;
}

export const startChord = (model: Model): Model => patch(model, 'edit', (dialog) => ({ ...dialog, chord: true }));

/** `columns`: how wide the field is. */
export function typeInEdit(model: Model, key: string, text: string | undefined, columns: number): Model {
  return patch(model, 'edit', (dialog) => {
    const calm = dialog.chord ? { ...dialog, chord: false } : dialog;
    if (dialog.phase !== 'open') return calm;
    const editor = editorKey(dialog.editor, key, text, columns);
    return editor === undefined ? calm : { ...calm, editor, notice: undefined };
  });
}

export const pasteInEdit = (model: Model, text: string): Model =>
  patch(model, 'edit', (dialog) =>
    dialog.phase === 'open'
      ? { ...dialog, editor: insert(dialog.editor, text), chord: false, notice: undefined }
      : dialog,
  );

export const newlineInEdit = (model: Model): Model =>
  patch(model, 'edit', (dialog) =>
    dialog.phase === 'open' ? { ...dialog, editor: newline(dialog.editor), notice: undefined } : dialog,
  );

/** The editor of the person, on the whole screen. */
export function editOutside(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'edit' || dialog.phase !== 'open') return step(model);
  const { approval, editor } = dialog;
  const away = patch(model, 'edit', (open) => ({ ...open, chord: false, phase: 'outside', notice: undefined }));
  return step(away, { type: 'edit-outside', approval: approval.id, text: editor.text });
}

/** What the editor left; undefined if it was left without saving. Editors end a file with a newline, commands do not. */
export function editedOutside(model: Model, id: string, text: string | undefined, failure?: Failure): Model {
  return patch(model, 'edit', (dialog) => {
    if (dialog.approval.id !== id || dialog.phase !== 'outside') return dialog;
    const editor = text === undefined ? dialog.editor : createEditor(text.replace(/\n$/, ''));
    return { ...dialog, phase: 'open', editor, notice: failure?.message };
  });
}

export function sendEdit(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'edit' || dialog.phase !== 'open') return step(model);
  const { approval, editor } = dialog;
  const told = (text: string): Step => step(patch(model, 'edit', (open) => ({ ...open, notice: text })));
  if (editor.text.trim() === '') return told('type a command, or Esc');
  if (editor.text === approval.payload.command) return told('nothing is changed yet: change it, or Esc');
  if (editor.text.includes(MASK)) return told('a mask stands for a secret and cannot be run: take it out');
  if (model.connection.state !== 'connected') return told('not connected: nothing was sent');
  const sending = patch(model, 'edit', (open) => ({ ...open, phase: 'sending', notice: undefined }));
  return step(sending, { type: 'edit-request', approval: approval.id, digest: approval.digest, command: editor.text });
}

/** The new version takes the place of the one that was edited, to be read from its beginning. */
export function edited(model: Model, of: string, approval: Approval): Step {
  const wasOpen = overlayOf(model, 'edit')?.approval.id === of;
  const others = model.approvals.filter(({ id }) => id !== of && id !== approval.id);
  const title = sanitizeLine(approval.title);
  if (approval.status !== 'pending')
    return step(
      toast({ ...closeDialog(model, of), approvals: others }, 'info', `edited, and ${approval.status}: ${title}`),
    );
  const before = wasOpen ? overlayOf(model, 'edit')?.approval : undefined;
  const waiting: Model = { ...closeDialog(model, of), approvals: [...others, approval] };
  if (!wasOpen) return step(toast(waiting, 'info', `edited: the new version waits: ${title}`));
  const opened = openApproval(waiting, approval);
  if (before === undefined) return opened;
  const shown = patch(opened.model, 'approval', (dialog) => ({ ...dialog, before: before.payload.command }));
  return step(shown);
}

export function editFailed(model: Model, of: string, { code, message }: Failure): Step {
  if (code === 'conflict' || code === 'not-found') return step(toast(closeDialog(model, of), 'error', message));
  return step(
    patch(model, 'edit', (dialog) =>
      dialog.approval.id === of ? { ...dialog, phase: 'open', notice: message } : dialog,
    ),
  );
}
