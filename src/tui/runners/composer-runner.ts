// Does what the composer wants done: gives an id to a task that waits, and opens the editor of the person on what is typed.

import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';

export type ComposerEffect = Extract<Effect, { type: 'edit-text' | 'let-wait' }>;

export interface ComposerRunnerDeps {
  readonly newId: () => string;
  /** The folder of this dashboard. */
  readonly cwd: string;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
  /** Opens the editor of the person; gives undefined if it was left without saving. */
  readonly editText: (text: string) => Promise<string | undefined>;
}

export function createComposerRunner(deps: ComposerRunnerDeps): (effect: ComposerEffect) => void {
  const { newId, cwd, tell, attempt, editText } = deps;
  return (effect) => {
    switch (effect.type) {
      case 'let-wait': {
        const { text, tty, id = newId() } = effect;
        return tell({ type: 'task-waits', task: { id, text, tty, cwd, state: 'waiting' } });
      }
      case 'edit-text':
        return attempt(
          async () => {
            const changed = await editText(effect.text);
            tell({ type: 'text-edited', ...(changed === undefined ? {} : { text: changed }) });
          },
          (failure) => tell({ type: 'text-edited', failure }),
        );
    }
  };
}
