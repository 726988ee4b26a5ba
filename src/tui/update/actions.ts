// What each key of the keymap does: one entry a binding, and nothing else. `held` says that the same key came just before.

import type { Binding } from '../keys/binding.ts';
import { parseCommand } from '../keys/commands.ts';
import { type BindingId, bindingFor, KEYMAP } from '../keys/keymap.ts';
import type { Model } from '../model/model.ts';
import type { PaletteItem, PaletteMatch } from '../model/overlay-model.ts';
import { withUse } from '../model/palette-uses.ts';
import { overlayOf, subjectApproval, subjectGroup, subjectRun, topOverlay } from '../model/select.ts';
import { createEditor, insert } from '../terminal/editor.ts';
import type { Action, Press } from './action.ts';
import { ANSWER_ACTIONS } from './answer-actions.ts';
import { openApproval } from './approvals.ts';
import { ARTIFACT_ACTIONS, onArtifact } from './artifact-actions.ts';
import { beginReroute } from './begin-reroute.ts';
import { compareRun } from './compare.ts';
import * as composer from './composer.ts';
import { COMPOSER_ACTIONS } from './composer-actions.ts';
import { edited } from './composer-text.ts';
import { close, copied, DEVICE_ACTIONS } from './device-actions.ts';
import * as devices from './devices.ts';
import { JUMP_ACTIONS } from './jumps.ts';
import { LINK_ACTIONS } from './link-actions.ts';
import * as overlays from './overlays.ts';
import * as pairing from './pairing.ts';
import * as panes from './panes.ts';
import { POLICY_ACTIONS } from './policy-actions.ts';
import { previewArtifact, scrollPreview } from './previews.ts';
import { scrollReading } from './reading.ts';
import { RUN_ACTIONS } from './run-actions.ts';
import { runCommand } from './run-command.ts';
import { scrollRun } from './run-sections.ts';
import * as runs from './runs.ts';
import * as search from './search.ts';
import { andThen, patch, pop, type Step, say, step, toast } from './step.ts';
import { THEME_ACTIONS } from './theme-actions.ts';
import { THREAD_ACTIONS } from './thread-actions.ts';
import { clearFilter, keepSearch } from './thread-filter.ts';
import { undo } from './undo.ts';

const C_C_MS = 2_000;

const inPane =
  (motion: panes.Motion): Action =>
  (model) =>
    panes.move(model, model.focus === 'composer' ? 'thread' : model.focus, motion);

type Scroll = (scroll: number, page: number, last: number) => number;

const scrolling =
  (move: Scroll): Action =>
  (model) => {
    switch (topOverlay(model)?.kind) {
      case 'approval':
      case 'assent':
        return step(scrollReading(model, move));
      case 'run':
        return step(scrollRun(model, move));
      case 'device':
        return step(devices.scrollDevice(model, move));
      case 'preview':
        return step(scrollPreview(model, move));
      case 'text':
      case 'help':
        return step(overlays.scrollText(model, move));
      default:
        return step(model);
    }
  };

const onRun =
  (act: (model: Model, run: NonNullable<ReturnType<typeof subjectRun>>) => Step): Action =>
  (model) => {
    const run = subjectRun(model);
    return run === undefined ? step(model) : act(model, run);
  };

const focus =
  (pane: Parameters<typeof panes.focusPane>[1]): Action =>
  (model) =>
    step(panes.focusPane(model, pane));

const ACTIONS: Readonly<Record<BindingId, Action>> = {
  ...COMPOSER_ACTIONS,

  'pane.open': (model) => panes.openSelected(model),
  'pane.compose': focus('composer'),
  'pane.compose-with': (model, { key }) => {
    const focused = panes.focusPane(model, 'composer');
    const { editor } = focused.composer;
    // What was begun before is not mixed with what begins now.
    return step(editor.text.trim() === '' ? edited(focused, insert(createEditor(), key)) : focused);
  },
  'pane.next': (model) => step(panes.cycleFocus(model, 1)),
  'pane.previous': (model) => step(panes.cycleFocus(model, -1)),
  'pane.thread': focus('thread'),
  'pane.approvals': focus('approvals'),
  'pane.runs': focus('runs'),
  'pane.devices': focus('devices'),
  'list.down': inPane({ kind: 'items', delta: 1 }),
  'list.up': inPane({ kind: 'items', delta: -1 }),
  'list.half-down': inPane({ kind: 'page', direction: 1, fraction: 0.5 }),
  'list.half-up': inPane({ kind: 'page', direction: -1, fraction: 0.5 }),
  'list.page-down': inPane({ kind: 'page', direction: 1, fraction: 1 }),
  'list.page-up': inPane({ kind: 'page', direction: -1, fraction: 1 }),
  'list.first': inPane({ kind: 'first' }),
  'list.last': inPane({ kind: 'last' }),
  'pane.zoom': (model) => step({ ...model, zoomed: !model.zoomed }),
  'pane.search': (model) => search.startSearch(model),
  'search.next': (model) => search.nextResult(model, 1),
  'search.previous': (model) => search.nextResult(model, -1),
  'pane.palette': (model) => overlays.openPalette(model),
  'pane.help': (model) => step(overlays.openHelp(model)),
  'pane.back': (model) => {
    if (model.focus === 'thread' && model.thread.filter !== undefined) return step(clearFilter(model));
    return step(model.zoomed ? { ...model, zoomed: false } : panes.focusPane(model, 'thread'));
  },
  'pane.quit': (model) => step(overlays.askQuit(model)),
  'pane.mouse': (model) => {
    const on = !model.settings.mouse;
    const next = { ...model, settings: { ...model.settings, mouse: on } };
    const text = on ? 'mouse on: click and scroll here' : 'mouse off: select text with the terminal';
    return step(toast(next, 'info', text), { type: 'mouse', on });
  },

  'pane.pair': (model) => pairing.openPair(model),
  'peer.start': (model) => step(toast(model, 'info', 'starting the peer…', 'peer'), { type: 'start-peer' }),

  'approval.next': (model) => nextApproval(model),
  'run.attach': onRun(runs.attach),
  'run.cancel': (model, press) => {
    const group = subjectGroup(model);
    return group === undefined ? onRun(runs.cancel)(model, press) : runs.cancelAll(model, group);
  },
  'run.retry': onRun(runs.retry),
  'run.reroute': onRun(beginReroute),
  'run.undo': onRun(undo),
  'run.compare': onRun(compareRun),
  'run.signal': onRun((model, run) => step(runs.openSignals(model, run))),
  'artifact.open': onArtifact(runs.openArtifact),
  'artifact.preview': onArtifact(previewArtifact),
  'artifact.save': onArtifact((model, artifact) => step(runs.askWhereToSave(model, artifact))),
  'selection.copy': (model) => {
    const top = topOverlay(model)?.kind;
    const what = top === 'run' || top === 'runs' ? subjectRun(model)?.task : panes.copyable(model);
    if (what === undefined) return say(model, 'info', 'nothing is selected');
    return typeof what === 'string' ? copied(model, what) : step(model, { type: 'copy-link', artifact: what });
  },

  ...ANSWER_ACTIONS,

  ...THREAD_ACTIONS,
  ...RUN_ACTIONS,
  ...DEVICE_ACTIONS,
  ...POLICY_ACTIONS,
  ...ARTIFACT_ACTIONS,
  ...JUMP_ACTIONS,
  ...LINK_ACTIONS,
  ...THEME_ACTIONS,

  'attach.detach': (model) => runs.detach(model),
  'attach.scroll-up': (model) => step(runs.scrollAttached(model, -1)),
  'attach.scroll-down': (model) => step(runs.scrollAttached(model, 1)),

  'search.open': (model) => search.showResult(model),
  'search.down': (model) => search.moveSearch(model, 1, false),
  'search.up': (model) => search.moveSearch(model, -1, false),
  'search.page-down': (model) => search.moveSearch(model, 1, true),
  'search.page-up': (model) => search.moveSearch(model, -1, true),
  'search.keep': (model) => keepSearch(model),
  'search.close': close,

  'palette.run': (model) => runPalette(model),
  'palette.down': (model) => step(overlays.movePalette(model, 1)),
  'palette.up': (model) => step(overlays.movePalette(model, -1)),
  'palette.close': close,

  'scroll.down': scrolling((scroll) => scroll + 1),
  'scroll.up': scrolling((scroll) => scroll - 1),
  'scroll.half-down': scrolling((scroll, page) => scroll + Math.max(1, Math.floor(page / 2))),
  'scroll.half-up': scrolling((scroll, page) => scroll - Math.max(1, Math.floor(page / 2))),
  'scroll.page-down': scrolling((scroll, page) => scroll + Math.max(1, page - 1)),
  'scroll.page-up': scrolling((scroll, page) => scroll - Math.max(1, page - 1)),
  'scroll.first': scrolling(() => 0),
  'scroll.last': scrolling((_scroll, _page, last) => last),

  'text.copy': (model) => {
    const dialog = overlayOf(model, 'text');
    return dialog === undefined ? step(model) : copied(model, dialog.text);
  },
  'text.close': close,
  'help.close': close,
  'save.confirm': (model) => runs.saveArtifact(model),
  'save.close': close,
  'signal.send': (model) => runs.sendSignal(model),
  'signal.down': (model) => step(runs.moveSignal(model, 1)),
  'signal.up': (model) => step(runs.moveSignal(model, -1)),
  'signal.close': close,
  'confirm.yes': (model, { held, burst }) => overlays.confirmed(model, held || burst),
  'confirm.no': close,

  'always.palette': (model) => overlays.openPalette(model),
  'always.help': (model) => step(overlays.openHelp(model)),
  'always.approval': (model) => nextApproval(model),
  'always.interrupt': (model) => interrupt(model),
  'always.suspend': (model) => step(model, { type: 'suspend' }),
};

/** The one that is selected, else the one that waits longest. Never on top of another that is being read. */
function nextApproval(model: Model): Step {
  const approval = subjectApproval(model) ?? model.approvals[0];
  if (approval === undefined || overlayOf(model, 'approval') !== undefined) return step(model);
  return openApproval(model, approval);
}

/** The first C-c tidies up what is being typed, the second leaves. */
function interrupt(model: Model): Step {
  if (model.clock < model.quitArmedUntil) return step(model, { type: 'quit' });
  const armed = { ...model, quitArmedUntil: model.clock + C_C_MS };
  const typing = topOverlay(armed) === undefined && armed.composer.editor.text !== '';
  const tidy = typing ? composer.clear(armed) : armed;
  const told = typing ? 'cleared (↑ brings it back); C-c again quits' : 'C-c again quits; what runs goes on';
  // It comes back after the dashboard was left as well.
  const kept = typing ? [{ type: 'remember', line: armed.composer.editor.text } as const] : [];
  return step(toast(tidy, 'info', told), ...kept);
}

/** The matches are there; if Enter was pressed before, the first of them is done. */
export function ranked(model: Model, request: number, matches: readonly PaletteMatch[]): Step {
  const palette = topOverlay(model);
  const entered = palette?.kind === 'palette' && palette.request === request && palette.entered;
  const next = overlays.takeRanked(model, request, matches);
  return entered ? runPalette(next) : step(next);
}

/** Does what is selected in the palette, as if its key had been pressed where the palette was opened. */
function runPalette(model: Model): Step {
  const palette = overlayOf(model, 'palette');
  if (palette?.pending === true) return step(patch(model, 'palette', (open) => ({ ...open, entered: true })));
  const { target, disabled, use } = palette?.matches[palette.selected]?.item ?? {};
  if (target === undefined) return step(model);
  if (disabled !== undefined) return say(model, 'info', disabled);
  // What belongs to the panes or the composer is done there: a dialog must not stay on top and take the keys meant for them.
  const leaves = target.kind === 'command' || target.kind === 'line' || isOfPanes(target);
  const below = leaves ? { ...model, overlays: [] } : pop(model);
  return andThen(countUse(below, use), (next) => doTarget(next, target));
}

function countUse(model: Model, id: string | undefined): Step {
  if (id === undefined) return step(model);
  const { now: at } = model;
  return step({ ...model, uses: withUse(model.uses, id, at) }, { type: 'count-use', id, at });
}

const DEVICE_TARGETS = { open: devices.openDevice, rename: devices.askName, revoke: devices.askRevoke };

function doTarget(below: Model, target: PaletteItem['target']): Step {
  switch (target.kind) {
    case 'run':
      return runs.openRun(below, target.run);
    case 'device': {
      const device = below.devices.find(({ id }) => id === target.device);
      if (device === undefined) return step(below);
      return step(DEVICE_TARGETS[target.action](below, device));
    }
    case 'command':
      return step(edited(panes.focusPane(below, 'composer'), createEditor(target.text)));
    case 'line': {
      const command = parseCommand(target.line);
      return command.ok ? runCommand(below, command) : step(below);
    }
    case 'binding':
      return ACTIONS[target.id as BindingId](below, { key: '', held: false, burst: false });
  }
}

const isOfPanes = (target: PaletteItem['target']): boolean =>
  target.kind === 'binding' && KEYMAP.some(({ id, context }) => id === target.id && OUTSIDE_DIALOGS.has(context));

const OUTSIDE_DIALOGS: ReadonlySet<Binding['context']> = new Set(['panes', 'composer', 'outside']);

/** Dialogs that say themselves why an answer is not taken. */
const TELLS_ITSELF: ReadonlySet<Binding['context']> = new Set(['approval', 'assent', 'proposal', 'compare']);

/** Keys that begin or end something for good: held down they do it once. */
const ONCE: ReadonlySet<BindingId> = new Set([
  'run.retry',
  'run.undo',
  'run.cancel',
  'signal.send',
  'peer.start',
  'revoke.send',
  'compare.send',
  'edit.send',
]);

/** Does what the key is bound to, or says why not. Undefined if it is not bound here. */
export function press(model: Model, { key, held, burst }: Press): Step | undefined {
  const binding: (Binding & { readonly id: BindingId }) | undefined = bindingFor(model, key);
  if (binding === undefined) return undefined;
  if (held && ONCE.has(binding.id)) return step(model);
  const enabled = binding.enabled(model);
  if (enabled === true || TELLS_ITSELF.has(binding.context)) return ACTIONS[binding.id](model, { key, held, burst });
  return binding.id === 'composer.send' ? step(model) : say(model, 'info', enabled);
}
