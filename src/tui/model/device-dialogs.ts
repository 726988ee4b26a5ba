// The dialogs about devices as data: the page of one, its name, letting it go, lists of runs, and pairing. Parts of the model.

import type { Device } from '../../core/devices.ts';
import type { Grant } from '../../core/grants.ts';
import type { LanDevice, PairingSession, PairProposal } from '../../protocol/pairing-api.ts';
import type { EditorState } from '../terminal/editor.ts';

/** What there is to read of one device. */
export interface DeviceDialog {
  readonly kind: 'device';
  readonly device: string;
  readonly scroll: number;
  /** Of this device: which of what can be changed has the keys; the first if absent. */
  readonly stop?: number;
}

/** Runs to choose from: those of one task on several devices, or those of one device. */
export interface RunsDialog {
  readonly kind: 'runs';
  readonly of:
    | { readonly type: 'group'; readonly group: string }
    | { readonly type: 'device'; readonly device: string };
  /** The one that was chosen, wherever it stands by now; without it, or once it is gone, its place. */
  readonly run?: string;
  readonly selected: number;
  /** Of a group: only those that failed. */
  readonly failedOnly?: true;
}

export const PAIR_TABS = ['show', 'use', 'nearby'] as const;
export type PairTab = (typeof PAIR_TABS)[number];

/** A QR code: rows of modules, true for dark, with the light border that readers need. */
export type QrModules = readonly (readonly boolean[])[];

export interface PairLine {
  /** Unix milliseconds. */
  readonly at: number;
  readonly tone: 'info' | 'success' | 'warning';
  readonly text: string;
}

/** The pairing session that this dashboard opens, as far as it has come. */
export type PairSession =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'opening'; readonly request: number }
  | {
      readonly phase: 'open';
      readonly session: PairingSession;
      readonly qr: QrModules | undefined;
      readonly attempts: number;
      /** How many attempts there may be; undefined until the first. */
      readonly most: number | undefined;
      /** The newest of them goes on. */
      readonly trying: boolean;
      readonly log: readonly PairLine[];
      /** Who has proved to hold the ticket and has not answered yet. */
      readonly proposal: PairProposal | undefined;
    }
  | {
      readonly phase: 'over';
      readonly why: string;
      readonly log: readonly PairLine[];
      /** The peer may have it still: it was the connection that went. */
      readonly lost?: true;
    };

export interface PairDialog {
  readonly kind: 'pair';
  readonly tab: PairTab;
  /** The row that has the keys, in each tab; of an open session, the first that is shown. */
  readonly row: Readonly<Record<PairTab, number>>;
  /** What the ticket gives, whether the other side is asked for the same, and whether words take the place of a ticket. */
  readonly allow: readonly Grant[];
  readonly mutual: boolean;
  readonly compare: boolean;
  readonly session: PairSession;
  /** What was typed or pasted to join with: a ticket or a code, and where the code is used. */
  readonly ticket: EditorState;
  readonly at: EditorState;
  /** Join by words, with no ticket. */
  readonly comparing: boolean;
  /** The request that joins, while it is on its way. */
  readonly joining: number | undefined;
  /** Undefined before the first answer. */
  readonly found: readonly LanDevice[] | undefined;
  /** When the LAN was asked last, on the clock. */
  readonly askedAt: number;
  /** What went wrong, in one sentence. */
  readonly notice: string | undefined;
}

/** Who the other side is, and the question whether to pair. The answer is guarded as an approval's is. */
export interface ProposalDialog {
  readonly kind: 'proposal';
  readonly proposal: PairProposal;
  /** What the session gives that it came to, if that is one of ours. */
  readonly ours: readonly Grant[] | undefined;
  /** What the two may do now, if they are paired already. */
  readonly now: Device['grants'] | undefined;
  readonly deafUntil: number;
  /** What the other side gets in return, where it asks. */
  readonly give: readonly Grant[];
  /** The selected row: at first the first that can be switched. */
  readonly row: number;
  /** What the device is to be called here, if not by its own name. */
  readonly name: string | undefined;
  /** The word from the other screen, where words are compared. */
  readonly editor: EditorState;
  /** `pressed`: the key was alone so far; it answers if no other key follows until then. */
  readonly phase:
    | { readonly type: 'open' }
    | { readonly type: 'pressed'; readonly until: number }
    | { readonly type: 'sending' };
  readonly notice: string | undefined;
}

/** The name of the device has to be typed before it is let go. */
export interface RevokeDialog {
  readonly kind: 'revoke';
  readonly device: string;
  readonly name: string;
  readonly editor: EditorState;
  readonly sending: boolean;
  readonly notice: string | undefined;
}

export interface RenameDialog {
  readonly kind: 'rename';
  /** Undefined for one that is about to be paired. */
  readonly device: string | undefined;
  readonly name: string;
  readonly editor: EditorState;
  readonly sending: boolean;
  readonly notice: string | undefined;
}
