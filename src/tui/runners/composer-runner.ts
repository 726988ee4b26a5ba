// Does what the composer wants done outside of the screen: opens the editor of the person on what is typed.

import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';

export type ComposerEffect = Extract<Effect, { type: 'edit-text' }>;

export interface ComposerRunnerDeps {
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
  /** Opens the editor of the person; gives undefined if it was left without saving. */
  readonly editText: (text: string) => Promise<string | undefined>;
}

export function createComposerRunner({
  tell,
  attempt,
  editText,
}: ComposerRunnerDeps): (effect: ComposerEffect) => void {
  return ({ text }) =>
    attempt(
      async () => {
        const changed = await editText(text);
        tell({ type: 'text-edited', ...(changed === undefined ? {} : { text: changed }) });
      },
      (failure) => tell({ type: 'text-edited', failure }),
    );
}
