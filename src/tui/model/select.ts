// Questions about the model that several parts ask: what is selected, what runs, what is on top. Pure, and without geometry.

import type { PendingApproval } from '../../core/approvals.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { ArtifactsDialog } from './artifact-dialogs.ts';
import type { RunsDialog } from './device-dialogs.ts';
import { inGroup, membersOf } from './groups.ts';
import type { Model, ShownEntry } from './model.ts';
import type { Overlay, OverlayKind, OverlayOf } from './overlay-model.ts';

export const topOverlay = (model: Model): Overlay | undefined => model.overlays.at(-1);

/** The topmost overlay of a kind, wherever it lies. */
export function overlayOf<K extends OverlayKind>(model: Model, kind: K): OverlayOf<K> | undefined {
  return model.overlays.findLast((overlay): overlay is OverlayOf<K> => overlay.kind === kind);
}

export function findRun(model: Model, id: string): Run | undefined {
  const listed = model.runs.find((run) => run.id === id);
  if (listed !== undefined) return listed;
  for (const entry of model.thread.entries) {
    const member = membersOf(entry).find((run) => run.id === id);
    if (member !== undefined) return member;
  }
  const dialog = overlayOf(model, 'run');
  return dialog?.detail?.run.id === id ? dialog.detail.run : undefined;
}

/** A run by its short number, or by the start of its id. */
export function findRunByRef(model: Model, ref: string): Run | undefined {
  const known = [...model.runs, ...model.thread.entries.flatMap(membersOf)];
  if (/^\d+$/.test(ref)) {
    const number = Number(ref);
    const numbered = known.find((run) => run.number === number);
    if (numbered !== undefined) return numbered;
  }
  return ref.length >= 4 ? known.find((run) => run.id.startsWith(ref)) : undefined;
}

/** Newest first, as far as they are known here. */
export const runsOfDevice = ({ runs }: Pick<Model, 'runs'>, device: string): readonly Run[] =>
  runs.filter((run) => run.device === device);

/** The runs of a list to choose from. */
export function listedRuns(model: Model, { of, failedOnly }: Pick<RunsDialog, 'of' | 'failedOnly'>): readonly Run[] {
  if (of.type === 'device') return runsOfDevice(model, of.device);
  const shown = model.thread.entries.find((entry) => entry.kind === 'run' && entry.run.group === of.group);
  const members = shown === undefined ? inGroup(model.runs, of.group).toReversed() : membersOf(shown);
  // What the list of runs knows is as new as anything.
  const newest = new Map(inGroup(model.runs, of.group).map((run) => [run.id, run]));
  const listed = members.map((run) => newest.get(run.id) ?? run);
  return failedOnly === true ? listed.filter(({ status }) => status === 'failed') : listed;
}

/** Which of them is chosen. */
export function listedIndex(model: Model, dialog: RunsDialog, runs = listedRuns(model, dialog)): number {
  const at = dialog.run === undefined ? -1 : runs.findIndex(({ id }) => id === dialog.run);
  return at !== -1 ? at : Math.max(0, Math.min(dialog.selected, runs.length - 1));
}

export function selectedEntry(model: Model): ShownEntry | undefined {
  return model.focus === 'thread' ? model.thread.entries[model.thread.list.cursor] : undefined;
}

/** The run that a key acts on: that of the top overlay, else of what is selected in the focused pane. */
export function subjectRun(model: Model): Run | undefined {
  const id = subjectRunId(model);
  return id === undefined ? undefined : findRun(model, id);
}

/** The runs of the group that is selected in the thread. */
export function subjectGroup(model: Model): readonly Run[] | undefined {
  return topOverlay(model) === undefined ? selectedEntry(model)?.members : undefined;
}

function subjectRunId(model: Model): string | undefined {
  const overlay = topOverlay(model);
  if (overlay !== undefined) {
    if (overlay.kind === 'run' || overlay.kind === 'attach' || overlay.kind === 'signal') return overlay.run;
    if (overlay.kind === 'runs') return listedRuns(model, overlay)[listedIndex(model, overlay)]?.id;
    return overlay.kind === 'approval' ? overlay.approval.runId : undefined;
  }
  switch (model.focus) {
    case 'composer':
    case 'devices':
      return undefined;
    case 'approvals':
      return model.approvals[model.lists.approvals.cursor]?.runId;
    case 'runs':
      return model.runs[model.lists.runs.cursor]?.id;
    case 'thread': {
      const entry = selectedEntry(model);
      if (entry === undefined || entry.kind === 'message') return undefined;
      // A group is several: one of them is chosen in its list.
      if (entry.kind === 'run') return entry.members === undefined ? entry.run.id : undefined;
      return entry.kind === 'approval' ? entry.approval.runId : entry.artifact.runId;
    }
  }
}

/** The artifacts of a list that are shown. */
export const listedArtifacts = ({ artifacts = [], filter }: ArtifactsDialog): readonly PublishedArtifact[] =>
  artifacts.filter(({ kind }) => (filter === 'results' ? kind !== 'output' : kind === filter));

/** The artifact that `o` and `s` act on: the selected one, else the only one that is known of the selected run. */
export function subjectArtifact(model: Model): PublishedArtifact | undefined {
  const overlay = topOverlay(model);
  if (overlay !== undefined) {
    if (overlay.kind === 'preview') return overlay.artifact;
    if (overlay.kind === 'artifacts') return listedArtifacts(overlay)[overlay.selected];
    return overlay.kind === 'run' ? overlay.detail?.artifacts[overlay.artifact] : undefined;
  }
  const entry = selectedEntry(model);
  if (entry?.kind === 'artifact') return (entry.folded?.length ?? 1) > 1 ? undefined : entry.artifact;
  const run = subjectRunId(model);
  const made = model.thread.entries.flatMap((item) =>
    item.kind === 'artifact' && item.folded === undefined && item.artifact.runId === run ? [item.artifact] : [],
  );
  return made.length === 1 ? made[0] : undefined;
}

/** The pending approval that Enter opens. */
export function subjectApproval(model: Model): PendingApproval | undefined {
  const overlay = topOverlay(model);
  if (overlay?.kind === 'approval') return overlay.approval;
  const run = subjectRunId(model);
  return run === undefined ? undefined : model.approvals.find((approval) => approval.runId === run);
}

export interface Counts {
  readonly devices: number;
  readonly online: number;
  /** In reach. */
  readonly running: number;
  /** Were running when the link to their device was lost. */
  readonly lost: number;
  readonly queued: number;
  readonly waiting: number;
}

const isAway = ({ devices }: Model, run: Run): boolean =>
  devices.some(({ id, local, presence }) => id === run.device && !local && presence.state === 'offline');

export function counts(model: Model): Counts {
  const running = model.runs.filter((run) => run.status === 'running');
  return {
    devices: model.devices.length,
    online: model.devices.filter((device) => device.presence.state === 'online').length,
    running: running.filter((run) => !isAway(model, run)).length,
    lost: running.filter((run) => isAway(model, run)).length,
    queued: model.runs.filter((run) => run.status === 'queued').length,
    waiting: model.approvals.length,
  };
}

/** How long a run took, or has taken until now: from its start, else from its submission. Milliseconds. */
export function elapsed(run: Run, now: number): number {
  return Math.max(0, (isFinal(run) ? run.endedAt : now) - (run.startedAt ?? run.submittedAt));
}
