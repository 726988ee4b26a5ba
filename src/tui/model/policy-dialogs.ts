// The dialogs about the rules of this device, as data. Parts of the model.

import type { AccessLevel } from '../../core/access.ts';
import type { Action } from '../../core/actions.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { Rule } from '../../core/policy/rules.ts';
import type { EditorState } from '../terminal/editor.ts';

/** All rules, those of the owner first. */
export interface PolicyDialog {
  readonly kind: 'policy';
  /** Undefined until the peer has answered. */
  readonly rules: readonly Rule[] | undefined;
  readonly selected: number;
  readonly message: string | undefined;
}

/** What this device would do with a command that is typed. */
export interface CheckDialog {
  readonly kind: 'check';
  readonly editor: EditorState;
  /** The newest question, and its answer once it is there. */
  readonly asked:
    | {
        readonly request: number;
        readonly command: string;
        readonly access: AccessLevel;
        readonly answer: GateAnswer | undefined;
      }
    | undefined;
  readonly notice: string | undefined;
}

/** The question what a device would do with a command. */
export interface PolicyCheck {
  readonly device: string;
  readonly action: Action;
}
