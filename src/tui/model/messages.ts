// Everything that can happen to the dashboard, as one union. `at` is the clock, Unix milliseconds: `update` has no other.

import type { Approval } from '../../core/approvals.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Device } from '../../core/devices.ts';
import type { EntryKey } from '../../core/ids.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { Rule, RuleBody } from '../../core/policy/rules.ts';
import type { RouteSources } from '../../core/routing/context.ts';
import type { Run } from '../../core/runs.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type {
  Change,
  Completion,
  KnownDevices,
  Notifications,
  OwnersLimits,
  RunDetail,
  Snapshot,
} from '../../protocol/api.ts';
import type { AuditStep, AuditVerification } from '../../protocol/audit-api.ts';
import type { LanDevice, PairEvent, PairingSession, PairProposal } from '../../protocol/pairing-api.ts';
import type { Document } from '../preview/document.ts';
import type { InputEvent } from '../terminal/input.ts';
import type { QrModules } from './device-dialogs.ts';
import type { PageRequest, ToastText } from './effects.ts';
import type { ReadFile } from './file-edit.ts';
import type { EntryFound } from './jumps.ts';
import type { Size, Tail } from './model.ts';
import type { OutputPort, OutputView } from './output-view.ts';
import type { PaletteMatch } from './overlay-model.ts';
import type { PaletteUses } from './palette-uses.ts';
import type { Draft, WaitingTask } from './waiting-task.ts';

/** What went wrong, in one line, and what to do. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Where an attempt to reach a device ended, and why the other side pairs with nobody: words of closed lists. */
  readonly stage?: string;
  readonly refusal?: string;
}

export type MessageBody =
  | {
      readonly type: 'input';
      readonly event: InputEvent;
      readonly raw: Uint8Array;
      /** Other keys came in the same read: a key of them was not pressed on its own. */
      readonly burst?: true;
    }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'tick' }
  | { readonly type: 'history'; readonly lines: readonly string[] }
  /** What the palette was used for before. */
  | { readonly type: 'uses'; readonly uses: PaletteUses }
  // The peer.
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** Again; what was missed meanwhile comes as changes. */
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'change'; readonly change: Change }
  | ({ readonly type: 'devices'; readonly routing?: RouteSources } & KnownDevices)
  | {
      readonly type: 'page';
      readonly page: PageRequest;
      readonly query?: string;
      readonly entries: readonly ThreadEntry[];
      readonly more: PageMore;
    }
  | { readonly type: 'page-failed'; readonly page: PageRequest; readonly query?: string; readonly failure: Failure }
  // Answers to what was asked.
  | { readonly type: 'submitted'; readonly id?: string; readonly runs: readonly Run[] }
  /** It was given an id, and is sent once the peer is there. */
  | { readonly type: 'task-waits'; readonly task: WaitingTask }
  /** What was typed in a dashboard that is gone. */
  | { readonly type: 'draft'; readonly draft: Draft }
  | { readonly type: 'submit-failed'; readonly id: string; readonly text: string; readonly failure: Failure }
  | { readonly type: 'decided'; readonly approval: Approval }
  | { readonly type: 'decide-failed'; readonly approval: string; readonly failure: Failure }
  | {
      readonly type: 'decided-alike';
      readonly approval: string;
      readonly answered: readonly Approval[];
      readonly failures: readonly string[];
    }
  | { readonly type: 'rule-proposed'; readonly request: number; readonly rule: RuleBody; readonly toml: string }
  | { readonly type: 'rule-failed'; readonly request: number; readonly failure: Failure }
  /** `of`: the request that was edited. */
  | { readonly type: 'edited'; readonly of: string; readonly approval: Approval }
  | { readonly type: 'edit-failed'; readonly of: string; readonly failure: Failure }
  /** `text`: absent if the editor of the person was left without saving, or could not be opened. */
  | { readonly type: 'edited-outside'; readonly approval: string; readonly text?: string; readonly failure?: Failure }
  /** The same of what was typed. */
  | { readonly type: 'text-edited'; readonly text?: string; readonly failure?: Failure }
  /** One answer for each check, in their order; undefined of a device that gave none. */
  | { readonly type: 'checked'; readonly request: number; readonly answers: readonly (GateAnswer | undefined)[] }
  | { readonly type: 'check-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'rules'; readonly rules: readonly Rule[] }
  | { readonly type: 'rules-failed'; readonly failure: Failure }
  | { readonly type: 'rule-removed'; readonly name: string }
  /** The limits of this device are what was asked for. */
  | { readonly type: 'limits-set'; readonly told: string; readonly limits: OwnersLimits }
  | { readonly type: 'limits-failed'; readonly failure: Failure }
  | { readonly type: 'audit-loaded'; readonly run: string; readonly steps: readonly AuditStep[] }
  | { readonly type: 'audit-failed'; readonly run: string; readonly failure: Failure }
  | { readonly type: 'audit-verified'; readonly request: number; readonly verification: AuditVerification }
  | { readonly type: 'verify-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'retried'; readonly run: Run; readonly of: string }
  | { readonly type: 'rerouted'; readonly run: Run; readonly of: string }
  | { readonly type: 'retry-failed'; readonly of: string; readonly failure: Failure }
  | { readonly type: 'run-loaded'; readonly detail: RunDetail }
  | { readonly type: 'run-failed'; readonly run: string; readonly failure: Failure }
  | {
      readonly type: 'found';
      readonly request: number;
      /** Where it was to go on; absent of the first page. */
      readonly before?: EntryKey;
      readonly entries: readonly ThreadEntry[];
      /** Where the next page begins; absent of the last one. */
      readonly next?: EntryKey;
    }
  | ({ readonly type: 'entry-found' } & EntryFound)
  | { readonly type: 'search-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'ranked'; readonly request: number; readonly matches: readonly PaletteMatch[] }
  | { readonly type: 'compared'; readonly request: number; readonly title: string; readonly document: Document }
  | { readonly type: 'compare-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'preview'; readonly request: number; readonly document: Document }
  /** It could not be saved there: the place is asked for again. */
  | {
      readonly type: 'save-failed';
      readonly artifact: PublishedArtifact;
      readonly path: string;
      readonly failure: Failure;
    }
  | { readonly type: 'preview-failed'; readonly request: number; readonly failure: Failure }
  /** Without a document where it is shown as it is. */
  | { readonly type: 'text-read'; readonly id: string; readonly document?: Document }
  | { readonly type: 'artifacts'; readonly request: number; readonly artifacts: readonly PublishedArtifact[] }
  | { readonly type: 'artifacts-failed'; readonly request: number; readonly failure: Failure }
  /** Absent if there is none to be had, or it is no picture. */
  | { readonly type: 'picture'; readonly artifact: string; readonly document?: Document }
  /** `asked`: a person had to allow that it is read. */
  | { readonly type: 'file-read'; readonly request: number; readonly file: ReadFile; readonly asked: boolean }
  | { readonly type: 'read-failed'; readonly request: number; readonly failure: Failure }
  /** What was changed could not be submitted. */
  | { readonly type: 'not-written'; readonly file: ReadFile; readonly text: string; readonly failure: Failure }
  | { readonly type: 'places'; readonly request: number; readonly completions: readonly Completion[] }
  | { readonly type: 'places-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'toast'; readonly toast: ToastText }
  // Pairing and devices.
  | { readonly type: 'pair'; readonly event: PairEvent }
  | { readonly type: 'pair-opened'; readonly request: number; readonly session: PairingSession }
  | { readonly type: 'pair-failed'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'pair-proposal'; readonly request: number; readonly proposal: PairProposal }
  | { readonly type: 'join-failed'; readonly request: number; readonly failure: Failure }
  /** `device`: undefined if the person said no. */
  | { readonly type: 'confirmed'; readonly proposal: string; readonly device: Device | undefined }
  | { readonly type: 'confirm-failed'; readonly proposal: string; readonly failure: Failure }
  | { readonly type: 'nearby'; readonly found: readonly LanDevice[] }
  | { readonly type: 'qr'; readonly ticket: string; readonly modules: QrModules }
  | { readonly type: 'renamed'; readonly device: Device }
  | { readonly type: 'rename-failed'; readonly device: string; readonly failure: Failure }
  | { readonly type: 'revoked'; readonly device: string; readonly name: string }
  | { readonly type: 'revoke-failed'; readonly device: string; readonly failure: Failure }
  /** How far an artifact of another device has come. */
  | { readonly type: 'fetch'; readonly progress: Notifications['fetch'] }
  | ({ readonly type: 'progress' } & Notifications['progress'])
  // Streams.
  | { readonly type: 'tail'; readonly run: string; readonly tail: Tail }
  | { readonly type: 'output'; readonly run: string; readonly output: OutputUpdate };

/** What is known of the ends of the thread after a page. */
export interface PageMore {
  readonly before?: boolean;
  readonly after?: boolean;
}

export interface OutputUpdate {
  readonly port: OutputPort | undefined;
  readonly bytes: number;
  readonly state: OutputView['state'];
  readonly message?: string;
  /** Keys reach the run: its input is open. */
  readonly attached: boolean;
  /** Keys did not go out since this was told last. */
  readonly unsent?: true;
}

/** `clock` never goes back, whatever is done to the time of day; all guards count in it. */
export type Message = MessageBody & { readonly at: number; readonly clock?: number };
