// What is done with a run: its detail, attaching to its terminal, cancelling, retrying, signals; and its artifacts.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { RunDetail } from '../../protocol/api.ts';
import { SIGNALS } from '../keys/signals.ts';
import type { Failure, OutputUpdate } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { anchorAt, noOutput, type OutputView, rowsBelow } from '../model/output-view.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { findRun, overlayOf, topOverlay } from '../model/select.ts';
import { attachRect, runOutputRect, ttySize } from '../rows/geometry.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { recount } from './output-find.ts';
import { previewArtifact } from './previews.ts';
import { DEAF_MS, REPEAT_MS, resettle } from './reading.ts';
import { patch, pop, push, type Step, say, step, toast } from './step.ts';

export function openRun(model: Model, id: string): Step {
  const run = findRun(model, id);
  const waits = run !== undefined && run.startedAt === undefined;
  const dialog: RunDialog = {
    kind: 'run',
    run: id as Run['id'],
    detail: undefined,
    message: undefined,
    section: waits ? 'plan' : 'output',
    followsRun: waits || run === undefined,
    output: noOutput(outputKind(run)),
    anchor: undefined,
    scroll: 0,
    artifact: 0,
  };
  // Another run takes the place of the one that is open.
  const place = topOverlay(model)?.kind === 'run' ? pop(model) : model;
  return step(push(place, dialog), { type: 'load-run', run: id });
}

const outputKind = (run: Run | undefined): OutputView['kind'] =>
  run?.action.kind === 'shell' && run.action.tty !== undefined ? 'terminal' : 'text';

export function takeDetail(model: Model, detail: RunDetail): Model {
  // Of what happened while the peer read it together, the model has heard already.
  const heard = findRun(model, detail.run.id);
  const run = heard !== undefined && heard.updatedAt >= detail.run.updatedAt ? heard : detail.run;
  return patch(model, 'run', (dialog) => {
    if (dialog.run !== run.id) return dialog;
    const output = dialog.output.port === undefined ? { ...dialog.output, kind: outputKind(run) } : dialog.output;
    return { ...dialog, ...placeFor(dialog, run), detail: { ...detail, run }, output, message: undefined };
  });
}

/** Its view shows the run as it is now. */
export const followRun = (model: Model, run: Run): Model =>
  patch(model, 'run', (dialog) =>
    dialog.run === run.id && dialog.detail !== undefined
      ? { ...dialog, ...placeFor(dialog, run), detail: { ...dialog.detail, run } }
      : dialog,
  );

/** What has not begun is shown by its plan, and by its output once it begins, unless somebody reads on or went elsewhere. */
function placeFor({ section, followsRun }: RunDialog, { startedAt }: Run): Pick<RunDialog, 'section' | 'followsRun'> {
  if (!followsRun) return { section, followsRun };
  return startedAt === undefined ? { section: 'plan', followsRun } : { section: 'output', followsRun: false };
}

export const detailFailed = (model: Model, run: string, failure: Failure): Model =>
  patch(model, 'run', (dialog) => (dialog.run === run ? { ...dialog, message: failure.message } : dialog));

export const limit = (value: number, last: number): number => Math.max(0, Math.min(last, value));

export function attach(model: Model, run: Run): Step {
  if (isFinal(run)) return say(model, 'warning', `run ${run.number} is over: Enter shows its output`);
  if (run.action.kind !== 'shell' || run.startedAt === undefined) {
    return say(
      model,
      'warning',
      `run ${run.number} has no terminal ${run.startedAt === undefined ? 'yet' : 'to attach to'}`,
    );
  }
  const attached = push(model, {
    kind: 'attach',
    run: run.id,
    output: noOutput('terminal'),
    anchor: undefined,
    phase: 'opening',
    sends: false,
    unsentSince: undefined,
    deafUntil: 0,
    message: undefined,
  });
  return step(attached, { type: 'resize', run: run.id, ...ttySize(attachRect(model)), redraw: true });
}

/** The screen got another size: whoever reads further up in an output goes on reading there; an attached run gets it too. */
export function resized(before: Model, size: Model['size']): Step {
  const model = { ...before, size };
  const [was, is] = [runOutputRect(before), runOutputRect(model)];
  return resizeAttached(
    patch(resettle(model), 'run', (dialog) => {
      if (dialog.anchor === undefined) return dialog;
      const below = rowsBelow(dialog.output, dialog.anchor, was) - (is.height - was.height);
      return { ...dialog, anchor: anchorAt(dialog.output, below, is) };
    }),
  );
}

function resizeAttached(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'attach' || dialog.phase === 'ended') return step(model);
  return step(model, { type: 'resize', run: dialog.run, ...ttySize(attachRect(model)), redraw: false });
}

export function takeOutput(model: Model, run: string, update: OutputUpdate): Model {
  const { port, bytes, state, message, attached, unsent } = update;
  const taken = (before: OutputView): OutputView => ({
    kind: before.kind,
    port,
    bytes,
    state,
    version: before.version + 1,
    ...(message === undefined ? {} : { message }),
  });
  const top = model.overlays.findLast((overlay) => overlay.kind === 'attach' || overlay.kind === 'run');
  if (top === undefined || top.run !== run) return model;
  if (top.kind === 'run')
    return recount(patch(model, 'run', (dialog) => ({ ...dialog, output: taken(dialog.output) })));
  return patch(model, 'attach', (dialog) => {
    const phase = dialog.phase === 'ended' ? 'ended' : state === 'failed' ? 'failed' : attached ? 'open' : dialog.phase;
    const fails = phase === 'failed' && dialog.phase !== 'failed';
    const deafUntil = fails ? model.clock + REPEAT_MS : dialog.deafUntil;
    const unsentSince = unsent === true ? (dialog.unsentSince ?? model.now) : dialog.unsentSince;
    return { ...dialog, output: taken(dialog.output), phase, sends: attached, unsentSince, message, deafUntil };
  });
}

/** The run gets back the size that it was started with: in that size its detail shows what it has drawn. */
export function detach(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'attach') return step(model);
  const left = pop(model);
  const run = findRun(model, dialog.run);
  if (run === undefined || isFinal(run) || run.action.kind !== 'shell' || run.action.tty === undefined)
    return step(left);
  return step(left, { type: 'resize', run: run.id, ...run.action.tty, redraw: false });
}

export function scrollAttached(model: Model, direction: 1 | -1): Model {
  return patch(model, 'attach', (dialog) => {
    const rect = attachRect(model);
    const last = Math.max(0, (dialog.output.port?.rows(rect.width, rect.height) ?? 0) - rect.height);
    const below = rowsBelow(dialog.output, dialog.anchor, rect) - direction * Math.max(1, rect.height - 2);
    return { ...dialog, anchor: anchorAt(dialog.output, limit(below, last), rect) };
  });
}

/** Only after a question: a run that waits is lost as well. */
export function cancel(model: Model, run: Run): Step {
  const title = `${run.number} ${sanitizeLine(run.task)}`;
  const question = { type: 'cancel', run: run.id, title } as const;
  return step(push(model, { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS }));
}

/** The same for what belongs together. */
export function cancelAll(model: Model, all: readonly Run[]): Step {
  const runs = all.filter((run) => !isFinal(run) && run.cancelRequested !== true);
  const [first] = runs;
  if (first === undefined) return step(model);
  if (runs.length === 1) return cancel(model, first);
  const question = { type: 'cancel-all', runs: runs.map(({ id }) => id), title: sanitizeLine(first.task) } as const;
  return step(push(model, { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS }));
}

/** One at a time: until it is answered, a further press says so. */
/** `connector`: another one than before. */
export function retry(model: Model, run: Run, connector?: string): Step {
  if (model.retrying.includes(run.id)) return say(model, 'info', `run ${run.number} is being retried`);
  const at = connector === undefined ? {} : { connector };
  return step({ ...model, retrying: [...model.retrying, run.id] }, { type: 'retry', run: run.id, ...at });
}

export const retried = (model: Model, run: Run, of: string): Model =>
  toast(retryOver(model, of), 'success', `retried as run ${run.number}`, of);

export const retryFailed = (model: Model, of: string, { message }: Failure): Model =>
  toast(retryOver(model, of), 'error', message, of);

const retryOver = (model: Model, of: string): Model => ({
  ...model,
  retrying: model.retrying.filter((run) => run !== of),
});

export const openSignals = (model: Model, run: Run): Model => push(model, { kind: 'signal', run: run.id, selected: 0 });

export const moveSignal = (model: Model, delta: number): Model =>
  patch(model, 'signal', (menu) => ({ ...menu, selected: limit(menu.selected + delta, SIGNALS.length - 1) }));

export function sendSignal(model: Model): Step {
  const menu = overlayOf(model, 'signal');
  const signal = menu === undefined ? undefined : SIGNALS[menu.selected];
  if (menu === undefined || signal === undefined) return step(model);
  return step(pop(model), { type: 'signal', run: menu.run, signal: signal.name });
}

/** With nothing to open it here, it is shown here; where it is, that is all. */
export function openArtifact(model: Model, artifact: PublishedArtifact): Step {
  if (model.settings.opener) return step(model, { type: 'open-artifact', artifact });
  if (topOverlay(model)?.kind !== 'preview') return previewArtifact(model, artifact);
  return say(model, 'info', 'there is no display here to open it on: y copies its link, s saves it');
}

export function askWhereToSave(model: Model, artifact: PublishedArtifact): Model {
  // A name may be a path inside the run's folder; only its last part is offered.
  const name = sanitizeLine(artifact.name).split(/[\\/]/).at(-1) || artifact.id;
  return push(model, { kind: 'save', artifact, editor: createEditor(`./${name}`), notice: undefined });
}

/** What was typed is there again to be mended, unless another key was pressed since: nothing opens under somebody's keys. */
export function saveFailed(model: Model, artifact: PublishedArtifact, path: string, { message }: Failure): Step {
  const told = toast(model, 'error', message);
  if (model.lastKey?.key !== 'enter') return step(told);
  return step(push(told, { kind: 'save', artifact, editor: createEditor(path), notice: undefined }));
}

export function saveArtifact(model: Model): Step {
  const prompt = overlayOf(model, 'save');
  if (prompt === undefined) return step(model);
  const path = prompt.editor.text.trim();
  if (path === '') return step(patch(model, 'save', (open) => ({ ...open, notice: 'type where to save it, or Esc' })));
  return step(toast(pop(model), 'info', `saving ${sanitizeLine(path)}…`), {
    type: 'save-artifact',
    artifact: prompt.artifact,
    path,
  });
}
