// Moving in and between the panes: focus, cursors, scrolling, and opening what is selected.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Run } from '../../core/runs.ts';
import { documentFor } from '../model/documents.ts';
import { type Focus, type Model, PANES, type PaneId } from '../model/model.ts';
import { selectedEntry } from '../model/select.ts';
import { layoutOf, paneInner, paneSource } from '../rows/geometry.ts';
import { sanitizeText } from '../terminal/sanitize.ts';
import {
  type ListState,
  layoutList,
  moveCursor,
  moveEnd,
  moveHome,
  movePage,
  scrollRows,
} from '../terminal/virtual-list.ts';
import { openApproval } from './approvals.ts';
import { openDevice } from './devices.ts';
import { showText } from './overlays.ts';
import { previewArtifact } from './previews.ts';
import { openRuns } from './run-list.ts';
import { openRun } from './runs.ts';
import { type Step, step } from './step.ts';
import { load, withThread } from './thread.ts';

export type Motion =
  | { readonly kind: 'items'; readonly delta: number }
  | { readonly kind: 'rows'; readonly delta: number }
  | { readonly kind: 'page'; readonly direction: 1 | -1; readonly fraction: 1 | 0.5 }
  | { readonly kind: 'first' | 'last' };

export function focusPane(model: Model, focus: Focus): Model {
  if (focus === 'composer') return { ...model, focus };
  return { ...model, focus, pane: focus, side: focus === 'thread' ? model.side : focus };
}

/** Round through the composer and the panes, in the order of their numbers. */
export function cycleFocus(model: Model, delta: 1 | -1): Model {
  const order: readonly Focus[] = ['composer', ...PANES];
  const at = order.indexOf(model.focus);
  return focusPane(model, order[(at + delta + order.length) % order.length] ?? 'composer');
}

/** The list of a pane with this state. */
function withList(model: Model, pane: PaneId, list: ListState): Model {
  if (pane === 'thread') return withThread(model, { list });
  return { ...model, lists: { ...model.lists, [pane]: list } };
}

const listOf = (model: Model, pane: PaneId): ListState => (pane === 'thread' ? model.thread.list : model.lists[pane]);

export function move(model: Model, pane: PaneId, motion: Motion): Step {
  const { connection, thread } = model;
  if (pane === 'thread' && connection.state === 'connected') {
    // The ends of the thread may not be loaded.
    if (motion.kind === 'last' && thread.moreAfter) return load(model, { kind: 'newest' });
    if (motion.kind === 'first' && thread.moreBefore) return load(model, { kind: 'oldest' });
  }
  return step(withList(model, pane, moved(model, pane, motion)));
}

function moved(model: Model, pane: PaneId, motion: Motion): ListState {
  const list = listOf(model, pane);
  const source = paneSource(model, pane);
  const { height } = paneInner(model, pane);
  switch (motion.kind) {
    case 'items':
      return moveCursor(list, source, height, motion.delta);
    case 'rows':
      return scrollRows(list, source, height, motion.delta);
    case 'page':
      return movePage(list, source, height, motion.direction, motion.fraction);
    case 'first':
      return moveHome(list, source, height);
    case 'last':
      return moveEnd(list, source, height);
  }
}

/** Cursors that pointed behind the end of a list that became shorter come back into it. */
export function settleLists(model: Model): Model {
  let next = model;
  for (const pane of ['approvals', 'runs', 'devices'] as const) {
    const list = model.lists[pane];
    const { state } = layoutList(list, paneSource(model, pane), paneInner(model, pane).height);
    const same = state.cursor === list.cursor && state.top.index === list.top.index && state.top.row === list.top.row;
    if (!same) next = withList(next, pane, state);
  }
  return next;
}

/** What the thread shows now: for streams and clocks that serve only what is visible. */
export function visibleEntries(model: Model): readonly Model['thread']['entries'][number][] {
  const { tier, panes } = layoutOf(model);
  if (tier === 'tiny' || panes.thread === undefined) return [];
  const { rows } = layoutList(model.thread.list, paneSource(model, 'thread'), paneInner(model, 'thread').height);
  return rows.flatMap(({ index }) => model.thread.entries[index] ?? []);
}

export function openSelected(model: Model): Step {
  switch (model.focus) {
    case 'composer':
      return step(model);
    case 'approvals': {
      const approval = model.approvals[model.lists.approvals.cursor];
      return approval === undefined ? step(model) : openApproval(model, approval);
    }
    case 'runs': {
      const run = model.runs[model.lists.runs.cursor];
      return run === undefined ? step(model) : openRun(model, run.id);
    }
    case 'devices':
      return step(openSelectedDevice(model));
    case 'thread':
      return openEntry(model);
  }
}

function openEntry(model: Model): Step {
  const entry = selectedEntry(model);
  if (entry === undefined) return step(model);
  switch (entry.kind) {
    case 'message':
      return step(
        showText(model, 'Message', sanitizeText(entry.message.text), documentFor(model.documents, entry.message.id)),
      );
    case 'run':
      if (entry.members !== undefined && entry.run.group !== undefined)
        return step(openRuns(model, { type: 'group', group: entry.run.group }));
      return openRunOrRequest(model, entry.run);
    case 'artifact':
      // Of several in one row the run has the list.
      return (entry.folded?.length ?? 1) > 1
        ? openRun(model, entry.artifact.runId)
        : previewArtifact(model, entry.artifact);
    case 'approval':
      return openRunOrRequest(model, { id: entry.approval.runId });
  }
}

/** What a run waits for is what there is to look at. */
function openRunOrRequest(model: Model, { id }: Pick<Run, 'id'>): Step {
  const pending = model.approvals.find(({ runId }) => runId === id);
  return pending === undefined ? openRun(model, id) : openApproval(model, pending);
}

function openSelectedDevice(model: Model): Model {
  const device = model.devices[model.lists.devices.cursor];
  return device === undefined ? model : openDevice(model, device);
}

/** What `c` copies: a text, or the link of an artifact. */
export function copyable(model: Model): string | PublishedArtifact | undefined {
  if (model.focus === 'devices') return model.devices[model.lists.devices.cursor]?.id;
  if (model.focus === 'runs') return model.runs[model.lists.runs.cursor]?.task;
  if (model.focus === 'approvals') return model.approvals[model.lists.approvals.cursor]?.payload.command;
  const entry = selectedEntry(model);
  if (entry === undefined) return undefined;
  switch (entry.kind) {
    case 'message':
      return entry.message.text;
    case 'run':
      return entry.run.task;
    case 'approval':
      return entry.approval.payload.command;
    case 'artifact':
      return entry.artifact;
  }
}

/** A click: focuses what is there, selects the item; a second click on it opens it. */
export function click(model: Model, pane: PaneId, y: number): Step {
  const focused = focusPane(model, pane);
  const rect = paneInner(model, pane);
  const { rows } = layoutList(listOf(model, pane), paneSource(model, pane), rect.height);
  const row = rows.find((candidate) => y - rect.y >= candidate.y && y - rect.y < candidate.y + candidate.height);
  if (row === undefined) return step(focused);
  const list = listOf(model, pane);
  if (model.focus === pane && list.cursor === row.index) return openSelected(focused);
  return step(
    withList(focused, pane, { ...list, cursor: row.index, follow: list.follow && row.index === list.cursor }),
  );
}
