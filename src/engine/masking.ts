/** What may be written down of an action, wherever it comes from: no secrets, and no values of variables at all. */

import type { Action } from '../core/actions.ts';
import { MASK, maskSecrets } from '../core/secrets.ts';

function maskAction(action: Action): Action {
  if (action.kind === 'inline') return { ...action, source: maskSecrets(action.source) };
  const env =
    action.env === undefined ? {} : { env: Object.fromEntries(Object.keys(action.env).map((name) => [name, MASK])) };
  return { ...action, command: maskSecrets(action.command), ...env };
}

/** What of a task has to be kept apart, if anything was masked in it. */
export function maskTask(task: string, action: Action): { task: string; action: Action; masked: boolean } {
  const shown = { task: maskSecrets(task), action: maskAction(action) };
  return { ...shown, masked: shown.task !== task || JSON.stringify(shown.action) !== JSON.stringify(action) };
}
