/**
 * Names that a path on this device may go on with. Told to whoever could list that folder without being asked about it, and to nobody
 * else: a completion must not show what a listing would not.
 */

import { DispatchError } from '../core/errors.ts';
import type { Requester } from '../core/policy/rules.ts';
import type { Completion } from '../protocol/api.ts';
import { explainAction } from './checks.ts';
import { type EngineDeps, executorFor } from './context.ts';

export interface CompletionRequest {
  readonly path: string;
  readonly cwd?: string;
  readonly limit: number;
}

export async function completePath(
  deps: EngineDeps,
  requester: Requester,
  { path, cwd, limit }: CompletionRequest,
): Promise<Completion[]> {
  const place = cwd === undefined ? {} : { cwd };
  const operation = { op: 'list', path: folderOf(path) } as const;
  const answer = await explainAction(deps, { kind: 'files', operation, ...place }, requester);
  if (answer.verdict !== 'allow') {
    throw new DispatchError('refused', `the names in that folder are not told: ${answer.because.join('; ')}`, {
      hint: answer.hint ?? 'list it, which asks for approval',
    });
  }
  const found = await executorFor(deps, 'files').complete?.(path, cwd, limit);
  return found === undefined ? [] : [...found];
}

/** All of it up to the last slash: what comes after that is being typed. */
function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  if (end === -1) return path === '~' ? '~' : '.';
  return end === 0 ? '/' : path.slice(0, end);
}
