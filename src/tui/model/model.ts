// The whole state of the dashboard as one immutable value. Views draw it and `update` replaces it; nothing here acts.
// The only things that are not plain data are the output screens (`OutputPort`), which views may draw and nothing else.

import type { Approval, PendingApproval } from '../../core/approvals.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Device, RevokedDevice } from '../../core/devices.ts';
import type { EntryKey, RunId } from '../../core/ids.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { RouteSources } from '../../core/routing/context.ts';
import type { RouteAnswer } from '../../core/routing/route-answer.ts';
import type { Run } from '../../core/runs.ts';
import type { ThemeChoice } from '../../core/theme-names.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import { createEditor, type EditorState } from '../terminal/editor.ts';
import { createHistory, type History } from '../terminal/history.ts';
import { createList, type ListState } from '../terminal/virtual-list.ts';
import type { KnownDocuments } from './documents.ts';
import { type Folds, NO_FOLDS } from './folds.ts';
import type { KnownProgress } from './known-progress.ts';
import type { Overlay } from './overlay-model.ts';
import type { PaletteUses } from './palette-uses.ts';
import type { PolicyCheck } from './policy-dialogs.ts';
import type { WaitingTask } from './waiting-task.ts';

export const PANES = ['thread', 'approvals', 'runs', 'devices'] as const;
export type PaneId = (typeof PANES)[number];
export type Focus = PaneId | 'composer';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Connection =
  | { readonly state: 'connecting'; readonly since: number }
  | { readonly state: 'connected'; readonly since: number }
  | { readonly state: 'lost'; readonly since: number; readonly reason: string };

/** An entry as the thread shows it: the runs of one task on several devices are one entry, that of the first of them. */
export type ShownEntry = ThreadEntry & {
  /** The runs of the group, this one among them, by number; absent for a run on its own. */
  readonly members?: readonly Run[];
  /** What a run left for itself, this artifact among it: one entry for all of a run. */
  readonly folded?: readonly PublishedArtifact[];
  /** What this run, or these, asked for: shown with it. */
  readonly requests?: readonly Approval[];
};

/** A window of the thread, in order: never more than THREAD_WINDOW entries, whatever the history. */
export interface ThreadWindow {
  readonly entries: readonly ShownEntry[];
  /** There are older entries than the first, and newer ones than the last, in the peer. */
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
  /** The oldest and the newest place that was loaded: entries that are not shown count too. Where paging goes on. */
  readonly oldest: EntryKey | undefined;
  readonly newest: EntryKey | undefined;
  /** A page is on its way. */
  readonly loading: 'older' | 'newer' | 'newest' | 'oldest' | 'around' | undefined;
  /** Entries that came while newer ones than the window are not loaded. */
  readonly newBelow: number;
  /** The last page could not be had: nothing more is asked for until a key is pressed. */
  readonly stalled: boolean;
  readonly list: ListState;
  /** Only what a query finds is in the window. */
  readonly filter?: ThreadFilter;
}

export interface ThreadFilter {
  readonly query: string;
  /** The thread as it was, kept up with what comes: what is shown again without the filter. */
  readonly aside: ThreadWindow;
  /** Something changed of which only the peer knows whether it is found: what is shown is asked for again. */
  readonly stale: boolean;
}

export const THREAD_WINDOW = 400;
export const THREAD_PAGE = 100;

/** The last lines of a run's output, sanitised. `done` when no more will come. */
export interface Tail {
  readonly lines: readonly string[];
  readonly done: boolean;
}

/** How often the sign of a run has turned, and when it did the last time, on the clock. */
export interface Stirring {
  readonly turn: number;
  readonly at: number;
}

/** What the composer says under the text, before anything is sent. */
export type ComposerHint =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'route';
      readonly answer: RouteAnswer;
      /** Of a task for all devices: those that it does not go to. */
      readonly leftOut?: RouteAnswer['rejected'];
      /** What its device says that it would do; absent until it has said so. */
      readonly gate?: GateAnswer;
    }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly hint?: string;
      /** What may be added so that it can be sent: `@nas`. */
      readonly choices?: readonly string[];
    }
  | { readonly kind: 'command'; readonly usage: string; readonly help: string }
  /** It can be sent, and is too long to be explained with every key. */
  | { readonly kind: 'long'; readonly length: number };

/** The question what the devices would do with what is typed: asked once nothing has been typed for a moment. */
export interface HintCheck {
  /** Equal for questions that have the same answer. */
  readonly key: string;
  readonly checks: readonly PolicyCheck[];
  /** On the clock; undefined once it has been asked. */
  readonly askAt: number | undefined;
  readonly request: number | undefined;
}

export interface Completion {
  readonly items: readonly string[];
  /** What each of them is, in a few words; absent where they say it themselves. */
  readonly notes?: readonly string[];
  readonly selected: number;
  /** The part of the text that the selected item replaced: UTF-16 indexes. */
  readonly from: number;
  readonly to: number;
}

/** What was asked for to complete a path: an answer is for this text alone. */
export interface WantedPlace {
  readonly text: string;
  /** The word that is completed: UTF-16 indexes. */
  readonly from: number;
  readonly to: number;
  /** By name; absent: this one. */
  readonly device?: string;
  /** `@nas:`, or nothing. */
  readonly mark: string;
  /** The quote that the word begins with, or nothing. */
  readonly quote: string;
  readonly shell: boolean;
}

export interface Composer {
  readonly editor: EditorState;
  readonly history: History;
  readonly hint: ComposerHint;
  readonly check: HintCheck | undefined;
  readonly completion: Completion | undefined;
  readonly wanted: (WantedPlace & { readonly request: number }) | undefined;
  /** C-x was pressed: C-e behind it opens the editor of the person. */
  readonly chord: boolean;
  /** Typed while the peer was not there, in the order in which they are sent. */
  readonly waiting: readonly WaitingTask[];
  /** Sent, and not yet acknowledged. */
  readonly sending: number;
  /** A text that could not be sent: its id goes with it when the same text is sent again, so that it is submitted once. */
  readonly failed: { readonly id: string; readonly text: string; readonly message: string } | undefined;
}

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'success' | 'warning' | 'error';
  readonly text: string;
  readonly until: number;
  /** What it is about: what comes later about the same takes its place. */
  readonly about?: string;
}

/** Results of the last search, newest first: the overlay shows them, n and N walk through them. */
export interface SearchState {
  readonly query: string;
  readonly results: readonly ThreadEntry[];
  /** Where what more there may be begins; undefined if that is all. */
  readonly next: EntryKey | undefined;
  /** A page is on its way. */
  readonly paging: boolean;
  /** `idle` before anything was typed. */
  readonly state: 'idle' | 'searching' | 'done' | 'failed';
  readonly message?: string;
  /** The result that is shown in the thread; -1 before one is. */
  readonly index: number;
}

export interface Settings {
  readonly mouse: boolean;
  readonly theme: ThemeChoice;
  /** Of the terminal. */
  readonly background: 'dark' | 'light';
  /** The folder the dashboard was started in: where tasks on this device run, where artifacts are saved. */
  readonly cwd: string;
  readonly home: string;
  /** Whether files can be opened by other programs here: there is a display, and something to open them with. */
  readonly opener: boolean;
}

export interface Model {
  readonly size: Size;
  readonly settings: Settings;
  /** Unix milliseconds of the newest message. */
  readonly now: number;
  /** Milliseconds that never go back: what guards, toasts and held keys count in. */
  readonly clock: number;
  /** Keys before this time were meant for a dialog that has just gone by itself. */
  readonly deafUntil: number;
  /** Runs that are being retried: each once at a time. */
  readonly retrying: readonly string[];
  /** The connectors and rules that the peer routes by; undefined before it has told them. */
  readonly routing: RouteSources | undefined;
  readonly connection: Connection;
  /** This device; undefined before the first snapshot. */
  readonly device: Device | undefined;
  readonly devices: readonly Device[];
  readonly revoked: readonly RevokedDevice[];
  /** Newest first: those that are not final and the newest that are. */
  readonly runs: readonly Run[];
  /** Oldest first. */
  readonly approvals: readonly PendingApproval[];
  readonly thread: ThreadWindow;
  /** By run id. */
  readonly tails: ReadonlyMap<string, Tail>;
  readonly folds: Folds;
  /** By message: what the Markdown of an answer looks like. */
  readonly documents: KnownDocuments;
  /** How far runs are that go on, as they say. */
  readonly progress: ReadonlyMap<string, KnownProgress>;
  /** Runs of which something has come a moment ago. */
  readonly stirring: ReadonlyMap<string, Stirring>;
  /** The terminal says that its window has not got the keys. */
  readonly unfocused: boolean;
  /** The run that the next one is compared with. */
  readonly marked: RunId | undefined;
  /** The request that reads a file to be edited. */
  readonly editing: number | undefined;
  readonly focus: Focus;
  /** The pane that was focused last: where Esc goes from the composer, what a narrow screen shows. */
  readonly pane: PaneId;
  /** What the tabbed side shows on a screen of middle size. */
  readonly side: Exclude<PaneId, 'thread'>;
  readonly zoomed: boolean;
  readonly lists: { readonly approvals: ListState; readonly runs: ListState; readonly devices: ListState };
  readonly composer: Composer;
  readonly search: SearchState;
  readonly uses: PaletteUses;
  /** The request that looks for an entry to go to. */
  readonly jump: number | undefined;
  /** The last is on top and has the keys. */
  readonly overlays: readonly Overlay[];
  readonly toasts: readonly Toast[];
  /** Counts requests and toasts, so that late answers can be told from current ones. */
  readonly sequence: number;
  /** The newest key press, to tell a held key from a decision. */
  readonly lastKey: { readonly key: string; readonly at: number } | undefined;
  /** A second C-c before this time quits. */
  readonly quitArmedUntil: number;
}

export interface ModelOptions {
  readonly size: Size;
  readonly now: number;
  readonly clock?: number;
  readonly settings: Settings;
  readonly history?: readonly string[];
}

export function createModel({ size, now, clock = now, settings, history }: ModelOptions): Model {
  return {
    size,
    settings,
    now,
    clock,
    deafUntil: 0,
    retrying: [],
    routing: undefined,
    connection: { state: 'connecting', since: now },
    device: undefined,
    devices: [],
    revoked: [],
    runs: [],
    approvals: [],
    thread: emptyThread(),
    tails: new Map(),
    folds: NO_FOLDS,
    documents: new Map(),
    progress: new Map(),
    stirring: new Map(),
    unfocused: false,
    marked: undefined,
    editing: undefined,
    focus: 'composer',
    pane: 'thread',
    side: 'runs',
    zoomed: false,
    lists: {
      approvals: createList({ follow: false }),
      runs: createList({ follow: false }),
      devices: createList({ follow: false }),
    },
    composer: {
      editor: createEditor(),
      history: createHistory(history),
      hint: { kind: 'empty' },
      check: undefined,
      completion: undefined,
      wanted: undefined,
      chord: false,
      waiting: [],
      sending: 0,
      failed: undefined,
    },
    uses: new Map(),
    jump: undefined,
    search: { query: '', results: [], next: undefined, paging: false, state: 'idle', index: -1 },
    overlays: [],
    toasts: [],
    sequence: 0,
    lastKey: undefined,
    quitArmedUntil: 0,
  };
}

export function emptyThread(): ThreadWindow {
  return {
    entries: [],
    moreBefore: false,
    moreAfter: false,
    oldest: undefined,
    newest: undefined,
    loading: undefined,
    newBelow: 0,
    stalled: false,
    list: createList({ follow: true }),
  };
}
