// The dialogs in which a request is answered, as data: the request itself, the second question before a yes that reaches
// further than once, and the field in which its command is changed. Parts of the model.

import type { PendingApproval } from '../../core/approvals.ts';
import type { ApprovalId, Sha256 } from '../../core/ids.ts';
import type { RuleBody } from '../../core/policy/rules.ts';
import type { Document } from '../preview/document.ts';
import type { EditorState } from '../terminal/editor.ts';

/** What a person answers, with all that goes along. */
export type Answer =
  | { readonly decision: 'approve' }
  /** Requests that are the same but for run and device, each with the digest that was shown. */
  | { readonly decision: 'approve'; readonly alike: readonly Bound[] }
  | { readonly decision: 'approve-for-run'; readonly forMs: number }
  | { readonly decision: 'approve-always'; readonly rule: RuleBody }
  | { readonly decision: 'reject'; readonly note?: string };

/** What an answer is bound to. */
export interface Bound {
  readonly approval: ApprovalId;
  readonly digest: Sha256;
}

/** A text that has to be read to its end before a yes to it counts, with all that its guards need. */
export interface Reading {
  /** The answer goes to its digest: what was drawn. */
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
    | { readonly type: 'pressed'; readonly answer: Answer; readonly until: number }
    | { readonly type: 'sending'; readonly answer: Answer };
  readonly notice: string | undefined;
}

export interface ApprovalDialog extends Reading {
  readonly kind: 'approval';
  /** Of an edited request: the command that was asked for before, if it is known. */
  readonly before?: string;
  /** The picture of what it will touch, once it is here. */
  readonly picture?: Document;
  /** The request that asks its device why there can be no rule for it. */
  readonly asksWhy?: number;
}

/** For how long "for this run" can hold, in milliseconds. */
export const RUN_TERMS = [5 * 60_000, 15 * 60_000, 60 * 60_000] as const;
/** 15 minutes. */
export const USUAL_TERM = 1;

/** What a yes that reaches further means, and the question once more. */
export interface AssentDialog extends Reading {
  readonly kind: 'assent';
  readonly to:
    | { readonly type: 'for-run' /** Index of the time. */; readonly term: number }
    | {
        readonly type: 'always';
        readonly request: number;
        /** Undefined until its device has proposed it. */
        readonly proposed: { readonly rule: RuleBody; readonly toml: string } | undefined;
      }
    /** The request itself is the first of them. */
    | { readonly type: 'alike'; readonly requests: readonly PendingApproval[] };
}

/** The command of a request, being changed. What is sent is asked for anew. */
export interface EditDialog {
  readonly kind: 'edit';
  readonly approval: PendingApproval;
  readonly editor: EditorState;
  /** C-x was pressed: C-e behind it opens the editor of the person. */
  readonly chord: boolean;
  readonly phase: 'open' | 'outside' | 'sending';
  readonly notice: string | undefined;
}
