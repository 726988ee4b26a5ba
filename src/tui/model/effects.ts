// What `update` wants done, as data. The runner does it and answers with messages; nothing is done here.

import type { Action } from '../../core/actions.ts';
import type { Decision } from '../../core/approvals.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Grant } from '../../core/grants.ts';
import type { EntryKey, RunId } from '../../core/ids.ts';
import type { RuleBody } from '../../core/policy/rules.ts';
import type { Params } from '../../protocol/api.ts';
import type { PairConfirmParams, PairJoinParams } from '../../protocol/pairing-api.ts';
import type { Bound } from './answer-dialogs.ts';
import type { ReadFile } from './file-edit.ts';
import type { EntrySought } from './jumps.ts';
import type { Toast } from './model.ts';
import type { PaletteItem } from './overlay-model.ts';
import type { PolicyCheck } from './policy-dialogs.ts';

export type Effect =
  /** `id` goes along when the same text is sent again after a failure. */
  | {
      readonly type: 'submit';
      readonly text: string;
      readonly id?: string;
      readonly tty: { cols: number; rows: number };
      /** Absent: the folder of this dashboard. */
      readonly cwd?: string;
    }
  /** Something that a key or a command means, and no text that is routed. */
  | { readonly type: 'act'; readonly task: string; readonly action: Action; readonly device: string }
  | { readonly type: 'say'; readonly text: string }
  | {
      readonly type: 'decide';
      readonly approval: string;
      readonly digest: string;
      readonly decision: Decision;
      readonly note?: string;
      readonly forMs?: number;
      readonly rule?: RuleBody;
    }
  /** Says yes to several, each with its own digest. `approval`: the one that was read. */
  | { readonly type: 'decide-alike'; readonly approval: string; readonly requests: readonly Bound[] }
  /** Asks which rule would let the like of a request through. */
  | { readonly type: 'propose-rule'; readonly approval: string; readonly request: number }
  | { readonly type: 'edit-request'; readonly approval: string; readonly digest: string; readonly command: string }
  /** Opens the editor of the person on a text. */
  | { readonly type: 'edit-outside'; readonly approval: string; readonly text: string }
  /** Gives a task an id with which it can wait to be sent. */
  | {
      readonly type: 'let-wait';
      readonly text: string;
      readonly id?: string;
      readonly tty: { cols: number; rows: number };
    }
  /** Opens it on what is typed. */
  | { readonly type: 'edit-text'; readonly text: string }
  /** Reads a file of a device, to be edited. */
  | { readonly type: 'read-file'; readonly request: number; readonly device: string; readonly path: string }
  /** Opens the editor of the person on it, and submits what came of it. */
  | { readonly type: 'edit-file'; readonly file: ReadFile }
  | { readonly type: 'write-file'; readonly file: ReadFile; readonly text: string }
  /** Opens the editor of the person on steps for a browser or a screen, and submits them. */
  | {
      readonly type: 'write-steps';
      readonly device: { readonly id: string; readonly name: string };
      readonly session?: string;
    }
  /** Asks which names a path goes on with. */
  | { readonly type: 'complete-place'; readonly request: number; readonly device?: string; readonly path: string }
  /** Has every device that is there look again what it can do. */
  | { readonly type: 'probe' }
  /** What each device would do with a command. */
  | { readonly type: 'check-policy'; readonly request: number; readonly checks: readonly PolicyCheck[] }
  | { readonly type: 'load-rules' }
  | { readonly type: 'remove-rule'; readonly name: string }
  | { readonly type: 'set-limits'; readonly change: Params<'permissions.set'>; readonly told: string }
  | { readonly type: 'load-audit'; readonly run: string }
  | { readonly type: 'verify-audit'; readonly request: number }
  | { readonly type: 'cancel'; readonly run: string }
  | { readonly type: 'retry'; readonly run: string; readonly connector?: string }
  | { readonly type: 'reroute'; readonly run: string; readonly device?: string; readonly connector?: string }
  | { readonly type: 'signal'; readonly run: string; readonly signal: string }
  /** `query`: only what it finds. */
  | { readonly type: 'load'; readonly page: PageRequest; readonly query?: string }
  | ({ readonly type: 'seek-entry' } & EntrySought)
  | { readonly type: 'search'; readonly query: string; readonly before?: EntryKey; readonly request: number }
  | { readonly type: 'load-run'; readonly run: string }
  /** What two runs, by number or id, printed: where that differs. */
  | { readonly type: 'compare-runs'; readonly runs: readonly [string, string]; readonly request: number }
  /** Ranks palette items by what was typed. */
  | { readonly type: 'rank'; readonly query: string; readonly items: readonly PaletteItem[]; readonly request: number }
  /** An item of the palette was chosen. */
  | { readonly type: 'count-use'; readonly id: string; readonly at: number }
  /** Keys for the attached run. */
  | { readonly type: 'input'; readonly run: RunId; readonly input: RunInput }
  /** `redraw`: even if it has this size already, so that a full-screen program draws itself anew. */
  | {
      readonly type: 'resize';
      readonly run: RunId;
      readonly cols: number;
      readonly rows: number;
      readonly redraw: boolean;
    }
  | { readonly type: 'open-artifact'; readonly artifact: PublishedArtifact }
  | { readonly type: 'preview-artifact'; readonly artifact: PublishedArtifact; readonly request: number }
  /** Reads answers as Markdown, to be shown in the thread. */
  | { readonly type: 'read-texts'; readonly texts: readonly { readonly id: string; readonly text: string }[] }
  /** Reads what is in an artifact, to be shown under it in the thread. */
  | { readonly type: 'glance-artifact'; readonly artifact: PublishedArtifact }
  | { readonly type: 'list-artifacts'; readonly request: number }
  /** What a request shows of what it will touch. */
  | { readonly type: 'load-picture'; readonly artifact: string }
  | { readonly type: 'open-picture'; readonly artifact: string }
  | { readonly type: 'save-artifact'; readonly artifact: PublishedArtifact; readonly path: string }
  /** JSON lines, or Markdown where the name ends in `.md`. */
  | { readonly type: 'export-thread'; readonly path: string }
  | { readonly type: 'copy'; readonly text: string }
  /** The address of an artifact, if its bytes are there. */
  | { readonly type: 'copy-link'; readonly artifact: PublishedArtifact }
  | {
      readonly type: 'pair-open';
      readonly allow: readonly Grant[];
      readonly mutual: boolean;
      readonly compare: boolean;
      readonly request: number;
    }
  | { readonly type: 'pair-close' }
  | { readonly type: 'pair-join'; readonly params: PairJoinParams; readonly request: number }
  | { readonly type: 'pair-confirm'; readonly params: PairConfirmParams }
  /** Asks who is nearby, and to be told what happens in the pairing session. */
  | { readonly type: 'pair-lan' }
  /** Makes the QR code of a ticket. */
  | { readonly type: 'qr'; readonly ticket: string }
  | { readonly type: 'rename'; readonly device: string; readonly name: string }
  | { readonly type: 'revoke'; readonly device: string }
  /** Bell and desktop notification. */
  | { readonly type: 'notify'; readonly title: string; readonly body: string }
  | { readonly type: 'mouse'; readonly on: boolean }
  | { readonly type: 'remember'; readonly line: string }
  /** Begins a peer on this machine, if none runs. */
  | { readonly type: 'start-peer' }
  | { readonly type: 'suspend' }
  | { readonly type: 'quit' };

export type PageRequest =
  | { readonly kind: 'older'; readonly before: EntryKey }
  | { readonly kind: 'newer'; readonly after: EntryKey }
  | { readonly kind: 'newest' }
  | { readonly kind: 'oldest' }
  /** The entries on both sides of one. */
  | { readonly kind: 'around'; readonly key: EntryKey };

export type RunInput =
  | { readonly kind: 'key'; readonly key: string; readonly raw: Uint8Array }
  | { readonly kind: 'paste'; readonly text: string };

/** The streams and the wake-up that a model needs. The runner opens what is missing and closes what is no longer wanted. */
export interface Subscriptions {
  /** Last lines of these runs; live for those that are running. */
  readonly tails: readonly TailSubscription[];
  /** The output on the screen of the detail or of the attached terminal. */
  readonly output: OutputSubscription | undefined;
  /** When to look at the clock again, Unix milliseconds; undefined: never. */
  readonly wakeAt: number | undefined;
}

export interface TailSubscription {
  readonly run: RunId;
  readonly live: boolean;
  readonly bytes: number;
  /** The device that has the output is not there. */
  readonly away?: true;
}

export interface OutputSubscription {
  readonly run: RunId;
  readonly kind: 'terminal' | 'text';
  /** Size of the emulator. */
  readonly cols: number;
  readonly rows: number;
  /** How much there is of a run that is over; 0 if that is not known. */
  readonly bytes: number;
  /** Keys go to the run: its input is open, and the emulator answers the program's questions. */
  readonly attached: boolean;
  /** The device that has the output is not there: what fails meanwhile is tried again when it is back. */
  readonly away?: true;
}

export type ToastText = Pick<Toast, 'tone' | 'text' | 'about'>;
