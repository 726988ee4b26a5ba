// What lies over the panes: dialogs and the palette, as data. Each has only what is valid in it.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { ApprovalId, RunId } from '../../core/ids.ts';
import type { ThemeChoice } from '../../core/theme-names.ts';
import type { Params, RunDetail } from '../../protocol/api.ts';
import type { AuditStep } from '../../protocol/audit-api.ts';
import type { Document } from '../preview/document.ts';
import type { EditorState } from '../terminal/editor.ts';
import type { ListState } from '../terminal/virtual-list.ts';
import type { ApprovalDialog, AssentDialog, EditDialog } from './answer-dialogs.ts';
import type { ArtifactsDialog, FindDialog, PreviewDialog } from './artifact-dialogs.ts';
import type {
  DeviceDialog,
  PairDialog,
  ProposalDialog,
  RenameDialog,
  RevokeDialog,
  RunsDialog,
} from './device-dialogs.ts';
import type { ReadFile } from './file-edit.ts';
import type { Anchor, OutputView } from './output-view.ts';
import type { CheckDialog, PolicyDialog } from './policy-dialogs.ts';

export interface PaletteItem {
  readonly label: string;
  /** Further words that find it. */
  readonly keywords: string;
  /** Shown at the right: keys, or where the run is. */
  readonly hint: string;
  /** Why it does nothing now. */
  readonly disabled?: string;
  /** What its use is counted by; absent where that would tell of a task, a run or a device. */
  readonly use?: string;
  /** How much it is used, from 0 to 1. */
  readonly weight?: number;
  /** Among the most used: it stands before everything else. */
  readonly recent?: true;
  readonly target:
    | { readonly kind: 'binding'; readonly id: string }
    | { readonly kind: 'run'; readonly run: RunId }
    | { readonly kind: 'device'; readonly action: 'open' | 'rename' | 'revoke'; readonly device: string }
    /** A text to go on with in the composer. */
    | { readonly kind: 'command'; readonly text: string }
    /** A slash command that is done at once. */
    | { readonly kind: 'line'; readonly line: string };
}

export interface PaletteMatch {
  readonly item: PaletteItem;
  /** UTF-16 indexes in the label. */
  readonly positions: readonly number[];
}

export const RUN_SECTIONS = ['output', 'plan', 'approvals', 'artifacts', 'audit', 'timing'] as const;
export type RunSection = (typeof RUN_SECTIONS)[number];

export interface RunDialog {
  readonly kind: 'run';
  readonly run: RunId;
  /** Undefined until the peer has answered. */
  readonly detail: RunDetail | undefined;
  readonly message: string | undefined;
  readonly section: RunSection;
  /** The tab is the one that the state of the run asks for: nobody has chosen one, nor reads on. Over once the run has begun. */
  readonly followsRun: boolean;
  readonly output: OutputView;
  readonly anchor: Anchor;
  /** What was looked for in the output, the rows that have it, and which of them was gone to. */
  readonly find?: { readonly text: string; readonly rows: readonly number[]; readonly at: number };
  /** First row of the other tabs. */
  readonly scroll: number;
  /** What happened to it, once that was asked for; `steps` of the newest answer. */
  readonly audit?: { readonly steps: readonly AuditStep[] | undefined; readonly message: string | undefined };
  /** The selected artifact. */
  readonly artifact: number;
}

export interface AttachDialog {
  readonly kind: 'attach';
  readonly run: RunId;
  readonly output: OutputView;
  readonly anchor: Anchor;
  readonly phase: 'opening' | 'open' | 'ended' | 'failed';
  /** The input of the run is open. */
  readonly sends: boolean;
  /** Since when keys were pressed that did not go out: said until one does. */
  readonly unsentSince: number | undefined;
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
  /** The message that it shows, and what that looks like as Markdown. */
  readonly of?: string;
  readonly document?: Document;
  /** Every blank of it counts: it is broken only at the edge. */
  readonly exact?: true;
}

export type Question =
  | { readonly type: 'quit' }
  | { readonly type: 'cancel'; readonly run: RunId; readonly title: string }
  | { readonly type: 'cancel-all'; readonly runs: readonly RunId[]; readonly title: string }
  | { readonly type: 'retry-all'; readonly runs: readonly RunId[]; readonly title: string }
  /** More is allowed on this device, or less. */
  | {
      readonly type: 'limits';
      readonly change: Params<'permissions.set'>;
      readonly title: string;
      readonly means: string;
      readonly told: string;
    }
  | { readonly type: 'remove-rule'; readonly name: string }
  /** It has been read, and waits for its editor. */
  | { readonly type: 'edit-file'; readonly file: ReadFile }
  /** What was changed could not be submitted. */
  | { readonly type: 'write-file'; readonly file: ReadFile; readonly text: string; readonly message: string };

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
  /** A search through what was typed before: which of the matches is selected, the newest being 0. */
  | { readonly kind: 'recall'; readonly editor: EditorState; readonly selected: number }
  /** The tasks that wait to be sent. */
  | { readonly kind: 'waiting'; readonly selected: number }
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
  | AssentDialog
  | EditDialog
  | {
      readonly kind: 'reason';
      readonly approval: ApprovalId;
      readonly editor: EditorState;
      readonly notice: string | undefined;
    }
  | { readonly kind: 'confirm'; readonly question: Question; readonly deafUntil: number }
  | TextDialog
  | PreviewDialog
  | FindDialog
  | ArtifactsDialog
  | PolicyDialog
  | CheckDialog
  /** A folder of this device that runs may reach. */
  | { readonly kind: 'folder'; readonly editor: EditorState; readonly notice: string | undefined }
  /** How much access runs of this device get at most: the index of the selected level. */
  | { readonly kind: 'access'; readonly selected: number }
  /** What to look for in the output of the run below. */
  | {
      readonly kind: 'seek';
      readonly editor: EditorState;
      /** In how many rows it is. */
      readonly count: number;
      readonly notice: string | undefined;
    }
  /** The selected theme is the one of the settings; `before` is the one to go back to. */
  | { readonly kind: 'theme'; readonly before: ThemeChoice }
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
