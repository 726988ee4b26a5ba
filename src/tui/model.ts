// The whole state of the dashboard as one immutable value. Views draw it and `update` replaces it; nothing here acts.
// The only things that are not plain data are the output screens (`OutputPort`), which views may draw and nothing else.
// It is longer than other files because its parts are read together.

import type { AccessLevel } from '../core/actions.ts';
import type { Decision, PendingApproval } from '../core/approvals.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import type { Device } from '../core/devices.ts';
import type { ApprovalId, EntryKey, RunId } from '../core/ids.ts';
import type { Verdict } from '../core/policy/rules.ts';
import type { RouteAnswer } from '../core/routing/route.ts';
import type { Run } from '../core/runs.ts';
import type { ThreadEntry } from '../core/thread.ts';
import type { RunDetail } from '../protocol/api.ts';
import type {
  DeviceDialog,
  PairDialog,
  ProposalDialog,
  RenameDialog,
  RevokeDialog,
  RunsDialog,
} from './device-dialogs.ts';
import type { Attr, CellGrid, Rect } from './terminal/cells.ts';
import { createEditor, type EditorState } from './terminal/editor.ts';
import { createHistory, type History } from './terminal/history.ts';
import { createList, type ListState } from './terminal/virtual-list.ts';

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
}

export const THREAD_WINDOW = 400;
export const THREAD_PAGE = 100;

/** The last lines of a run's output, sanitised. `done` when no more will come. */
export interface Tail {
  readonly lines: readonly string[];
  readonly done: boolean;
}

/** Where output is drawn from. Kept by the effects runner; `version` beside it says that it looks different. */
export interface OutputPort {
  /** How many rows there are when drawn this wide. */
  rows(width: number): number;
  /** `scrollBack` rows above the end; 0 shows the end. */
  draw(grid: CellGrid, rect: Rect, options: { scrollBack: number; defaultAttr: Attr; cursor: boolean }): void;
}

export interface OutputView {
  readonly port: OutputPort | undefined;
  readonly version: number;
  /** `terminal` for runs with a tty. */
  readonly kind: 'terminal' | 'text';
  readonly bytes: number;
  readonly state: 'opening' | 'live' | 'ended' | 'failed';
  /** Why it failed. */
  readonly message?: string;
}

/** What the composer says under the text, before anything is sent. */
export type ComposerHint =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'route';
      readonly answer: RouteAnswer;
      readonly verdict: Verdict;
      readonly because: readonly string[];
      /** What the device will really enforce; absent for inline. */
      readonly enforced?: AccessLevel;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'command'; readonly usage: string; readonly help: string };

export interface Completion {
  readonly items: readonly string[];
  readonly selected: number;
  /** The part of the text that the selected item replaced: UTF-16 indexes. */
  readonly from: number;
  readonly to: number;
}

export interface Composer {
  readonly editor: EditorState;
  readonly history: History;
  readonly hint: ComposerHint;
  readonly completion: Completion | undefined;
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
}

export interface PaletteItem {
  readonly label: string;
  /** Further words that find it. */
  readonly keywords: string;
  /** Shown at the right: keys, or where the run is. */
  readonly hint: string;
  readonly target:
    | { readonly kind: 'binding'; readonly id: string }
    | { readonly kind: 'run'; readonly run: RunId }
    | { readonly kind: 'command'; readonly text: string };
}

export interface PaletteMatch {
  readonly item: PaletteItem;
  /** UTF-16 indexes in the label. */
  readonly positions: readonly number[];
}

/** Results of the last search, newest first: the overlay shows them, n and N walk through them. */
export interface SearchState {
  readonly query: string;
  readonly results: readonly ThreadEntry[];
  readonly more: boolean;
  /** `idle` before anything was typed. */
  readonly state: 'idle' | 'searching' | 'done' | 'failed';
  readonly message?: string;
  /** The result that is shown in the thread; -1 before one is. */
  readonly index: number;
}

/** An approval dialog with all that its guards need. The answer goes to `approval.digest`: what was drawn. */
export interface ApprovalDialog {
  readonly kind: 'approval';
  readonly approval: PendingApproval;
  /** Keys before this time are ignored, and each ignored key moves it: type-ahead never answers. */
  readonly deafUntil: number;
  /** First row of the body that is shown. */
  readonly scroll: number;
  /** How many rows of the body have been shown, from the first and without a gap, at which width. */
  readonly seen: { readonly width: number; readonly rows: number };
  /** When all rows had been on the screen; undefined until then. */
  readonly seenEndAt: number | undefined;
  /** `pressed`: the key was alone so far; it answers if no other key follows until then. */
  readonly phase:
    | { readonly type: 'open' }
    | {
        readonly type: 'pressed';
        readonly decision: Decision;
        readonly until: number;
        readonly note: string | undefined;
      }
    | { readonly type: 'sending'; readonly decision: Decision };
  readonly notice: string | undefined;
}

export type RunSection = 'output' | 'details';

export interface RunDialog {
  readonly kind: 'run';
  readonly run: RunId;
  /** Undefined until the peer has answered. */
  readonly detail: RunDetail | undefined;
  readonly message: string | undefined;
  readonly section: RunSection;
  readonly output: OutputView;
  /** Rows above the end of the output; 0 follows it. */
  readonly scrollBack: number;
  /** First row of the details. */
  readonly scroll: number;
  /** The selected artifact. */
  readonly artifact: number;
}

export interface AttachDialog {
  readonly kind: 'attach';
  readonly run: RunId;
  readonly output: OutputView;
  readonly scrollBack: number;
  readonly phase: 'opening' | 'open' | 'ended' | 'failed';
  /** Keys before this time were meant for the program that has just ended. */
  readonly deafUntil: number;
  readonly message: string | undefined;
}

export interface TextDialog {
  readonly kind: 'text';
  readonly title: string;
  /** Sanitised; may hold newlines. */
  readonly text: string;
  readonly scroll: number;
  readonly loading: boolean;
  /** Said at the end: that it was cut, and where the rest is. */
  readonly footnote: string | undefined;
  /** Which request fills it. */
  readonly request: number | undefined;
  /** Every blank of it counts: it is broken only at the edge. */
  readonly exact?: true;
}

export type Question =
  | { readonly type: 'quit' }
  | { readonly type: 'cancel'; readonly run: RunId; readonly title: string };

export type Overlay =
  | {
      readonly kind: 'palette';
      readonly editor: EditorState;
      readonly items: readonly PaletteItem[];
      readonly matches: readonly PaletteMatch[];
      readonly selected: number;
      readonly request: number;
      /** The matches are those of an older query: newer ones are on their way. */
      readonly pending: boolean;
      /** Enter was pressed meanwhile: it is for what will be found. */
      readonly entered: boolean;
    }
  | { readonly kind: 'help'; readonly scroll: number }
  | {
      readonly kind: 'search';
      readonly editor: EditorState;
      readonly list: ListState;
      readonly request: number;
      /** Enter was pressed before the answer came. */
      readonly entered: boolean;
    }
  | RunDialog
  | ApprovalDialog
  | {
      readonly kind: 'reason';
      readonly approval: ApprovalId;
      readonly editor: EditorState;
      readonly notice: string | undefined;
    }
  | { readonly kind: 'confirm'; readonly question: Question; readonly deafUntil: number }
  | TextDialog
  | { readonly kind: 'signal'; readonly run: RunId; readonly selected: number }
  | {
      readonly kind: 'save';
      readonly artifact: PublishedArtifact;
      readonly editor: EditorState;
      readonly notice: string | undefined;
    }
  | AttachDialog
  | DeviceDialog
  | RunsDialog
  | PairDialog
  | ProposalDialog
  | RevokeDialog
  | RenameDialog;

export type OverlayKind = Overlay['kind'];
export type OverlayOf<K extends OverlayKind> = Extract<Overlay, { kind: K }>;

export interface Settings {
  readonly mouse: boolean;
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
  readonly connection: Connection;
  /** This device; undefined before the first snapshot. */
  readonly device: Device | undefined;
  readonly devices: readonly Device[];
  /** Newest first: those that are not final and the newest that are. */
  readonly runs: readonly Run[];
  /** Oldest first. */
  readonly approvals: readonly PendingApproval[];
  readonly thread: ThreadWindow;
  /** By run id. */
  readonly tails: ReadonlyMap<string, Tail>;
  readonly focus: Focus;
  /** The pane that was focused last: where Esc goes from the composer, what a narrow screen shows. */
  readonly pane: PaneId;
  /** What the tabbed side shows on a screen of middle size. */
  readonly side: Exclude<PaneId, 'thread'>;
  readonly zoomed: boolean;
  readonly lists: { readonly approvals: ListState; readonly runs: ListState; readonly devices: ListState };
  readonly composer: Composer;
  readonly search: SearchState;
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
    connection: { state: 'connecting', since: now },
    device: undefined,
    devices: [],
    runs: [],
    approvals: [],
    thread: emptyThread(),
    tails: new Map(),
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
      completion: undefined,
      sending: 0,
      failed: undefined,
    },
    search: { query: '', results: [], more: false, state: 'idle', index: -1 },
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

export const noOutput = (kind: OutputView['kind']): OutputView => ({
  port: undefined,
  version: 0,
  kind,
  bytes: 0,
  state: 'opening',
});
