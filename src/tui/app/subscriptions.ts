// Which streams and which wake-up a model needs, declared from what is on the screen. Pure. What is not visible costs
// nothing: no stream, and no timer while nothing on the screen counts.

import { isFinal, type Run } from '../../core/runs.ts';
import type { OutputSubscription, Subscriptions } from '../model/effects.ts';
import { foldOf } from '../model/folds.ts';
import { membersOf } from '../model/groups.ts';
import type { Model } from '../model/model.ts';
import { findRun, listedRuns, topOverlay } from '../model/select.ts';
import { wantsTail } from '../rows/entry-rows.ts';
import { attachRect, layoutOf, paneInner, paneSource, runOutputRect, ttySize } from '../rows/geometry.ts';
import { runGrid } from '../rows/run-grid.ts';
import { layoutList } from '../terminal/virtual-list.ts';
import { hintAsksAt } from '../update/hint.ts';
import { NEARBY_MS } from '../update/pairing.ts';
import { visibleEntries } from '../update/panes.ts';
import { approvableAt } from '../update/reading.ts';
import { isPage } from '../views/pages.ts';
import { isTicking } from '../words/presence.ts';

const SECOND_MS = 1_000;
/** While another window has the keys: it may still be seen beside it. */
const UNFOCUSED_MS = 10_000;
const MINUTE_MS = 60_000;

export function subscriptions(model: Model): Subscriptions {
  return { tails: tailsWanted(model), output: outputWanted(model), wakeAt: wakeAt(model) };
}

function tailsWanted(model: Model): Subscriptions['tails'] {
  if (model.connection.state !== 'connected') return [];
  return tailedRuns(model)
    .filter((run) => wantsTail(run) && model.tails.get(run.id)?.done !== true)
    .map((run) => {
      const bytes = isFinal(run) ? (run.output?.bytes ?? 0) : 0;
      return { run: run.id, live: !isFinal(run), bytes, ...awayOf(model, run) };
    });
}

/** The runs whose last lines are on the screen: on the page of a group, else in the thread. */
function tailedRuns(model: Model): readonly Run[] {
  const top = topOverlay(model);
  if (top?.kind === 'runs' && top.of.type === 'group') return runGrid(model, top).cells.map(({ run }) => run);
  if (covered(model)) return [];
  const runs = visibleEntries(model).flatMap((entry) =>
    entry.kind === 'run' && (entry.members === undefined || foldOf(model, entry) === 'open') ? membersOf(entry) : [],
  );
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/** Whether the device that has the output of the run is not there. */
function awayOf(model: Model, { device: id }: Run): { away?: true } {
  const device = model.devices.find((other) => other.id === id);
  return device !== undefined && !device.local && device.presence.state === 'offline' ? { away: true } : {};
}

/** An overlay that hides the panes. */
function covered(model: Model): boolean {
  const top = topOverlay(model);
  return top !== undefined && isPage(top);
}

function outputWanted(model: Model): OutputSubscription | undefined {
  if (model.connection.state !== 'connected') return undefined;
  const dialog = model.overlays.findLast((overlay) => overlay.kind === 'attach' || overlay.kind === 'run');
  if (dialog === undefined) return undefined;
  const run = dialog.kind === 'run' ? (findRun(model, dialog.run) ?? dialog.detail?.run) : findRun(model, dialog.run);
  if (run === undefined || !hasOutput(run)) return undefined;
  if (dialog.kind === 'attach') {
    const away = awayOf(model, run);
    const attached = (dialog.phase === 'opening' || dialog.phase === 'open') && away.away === undefined;
    return {
      run: dialog.run,
      kind: 'terminal',
      ...ttySize(attachRect(model)),
      bytes: 0,
      attached,
      ...away,
    };
  }
  if (dialog.section !== 'output') return undefined;
  const size =
    run.action.kind === 'shell' && run.action.tty !== undefined ? run.action.tty : ttySize(runOutputRect(model));
  return {
    run: dialog.run,
    kind: dialog.output.kind,
    cols: size.cols,
    rows: size.rows,
    bytes: knownBytes(run),
    attached: false,
    ...awayOf(model, run),
  };
}

const knownBytes = (run: Run): number => (isFinal(run) ? (run.output?.bytes ?? 0) : 0);

const hasOutput = (run: Run): boolean => run.startedAt !== undefined || (isFinal(run) && (run.output?.bytes ?? 0) > 0);

function wakeAt(model: Model): number | undefined {
  const asks = hintAsksAt(model);
  const clocked = [
    ...model.toasts.map(({ until }) => until),
    ...listensAt(model),
    ...(asks === undefined ? [] : [asks]),
  ];
  const times = clocked.map((time) => model.now + (time - model.clock));
  const { tier } = layoutOf(model);
  if (tier !== 'tiny') {
    // The clock in the header, and the elapsed times.
    times.push(nextMultiple(model.now, MINUTE_MS));
    if (somethingCounts(model)) times.push(nextMultiple(model.now, model.unfocused ? UNFOCUSED_MS : SECOND_MS));
    times.push(...nearbyAt(model));
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When the LAN is to be looked at again: while what was found is on the screen. */
function nearbyAt(model: Model): number[] {
  const top = topOverlay(model);
  if (top?.kind !== 'pair' || top.tab !== 'nearby' || model.connection.state !== 'connected') return [];
  return [model.now + Math.max(0, top.askedAt + NEARBY_MS - model.clock)];
}

/** When the dialog on top begins to listen: its keys then look it. */
function listensAt(model: Model): number[] {
  const top = topOverlay(model);
  if (
    top?.kind !== 'approval' &&
    top?.kind !== 'assent' &&
    top?.kind !== 'confirm' &&
    top?.kind !== 'attach' &&
    top?.kind !== 'proposal'
  )
    return [];
  const times = [top.deafUntil];
  if (top.kind === 'proposal' && top.phase.type === 'pressed') return [top.phase.until];
  if (top.kind === 'approval' || top.kind === 'assent') {
    times.push(approvableAt(top) ?? 0);
    // What was pressed answers then, however late that is noticed.
    if (top.phase.type === 'pressed') return [top.phase.until];
  }
  return times.filter((time) => time > model.clock);
}

const nextMultiple = (now: number, step: number): number => (Math.floor(now / step) + 1) * step;

/** Whether an elapsed or a remaining time is on the screen. */
function somethingCounts(model: Model): boolean {
  // What has run times while it is out of reach is not known.
  if (model.connection.state !== 'connected') return false;
  const top = topOverlay(model);
  if (top?.kind === 'approval' || top?.kind === 'assent') return true;
  if (top?.kind === 'attach') return false;
  if (top?.kind === 'run') {
    const run = findRun(model, top.run);
    return run !== undefined && isTicking(model, run);
  }
  if (top?.kind === 'pair') return top.tab === 'show' && top.session.phase === 'open';
  if (top?.kind === 'runs') return listedRuns(model, top).some((run) => isTicking(model, run));
  if (covered(model)) return false;
  const { panes, strip } = layoutOf(model);
  if (strip !== undefined || (panes.approvals !== undefined && model.approvals.length > 0)) return true;
  if (visibleEntries(model).some((entry) => membersOf(entry).some((run) => isTicking(model, run)))) return true;
  if (panes.runs === undefined) return false;
  const { rows } = layoutList(model.lists.runs, paneSource(model, 'runs'), paneInner(model, 'runs').height);
  return rows.some(({ index }) => {
    const run = model.runs[index];
    return run !== undefined && isTicking(model, run);
  });
}
