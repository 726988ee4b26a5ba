/**
 * Rules about what is done without a shell: operations on files, steps of a browser, steps on a screen. An `allow` wants that all of the
 * action fits, the others that some of it does; what is not known counts against it.
 */

import { type Action, operationsOf } from '../actions.ts';
import { fitsOrigin } from './origins.ts';
import { fitsWord, leadsInto } from './patterns.ts';
import type { ActionFacts } from './reading.ts';
import type { CompiledRule } from './rule-index.ts';

/** What the action does, as far as it is known: by itself, and as it was found on the device. */
export function operationsIn(action: Action, { operations = [] }: ActionFacts): readonly string[] {
  return [...new Set([...operationsOf(action), ...operations])];
}

/** Whether a rule certainly lets all of it through, conditions apart. */
export function operationsFit(compiled: CompiledRule, action: Action, facts: ActionFacts): boolean {
  const { operations, origins, paths } = compiled;
  if (operations === undefined) return false;
  const done = operationsIn(action, facts);
  if (done.length === 0 || !done.every((name) => operations.some((pattern) => fitsWord(pattern, name)))) return false;
  if (origins !== undefined) {
    const found = facts.origins ?? [];
    if (
      facts.furtherOrigins === true ||
      found.length === 0 ||
      !found.every((origin) => origins.some((pattern) => fitsOrigin(pattern, origin)))
    )
      return false;
  }
  if (paths === undefined) return true;
  return facts.paths.length > 0 && facts.paths.every(({ real }) => paths.some((pattern) => leadsInto(pattern, real)));
}

/** What of the action an `ask` or `deny` rule is about; undefined if it is about nothing of it. */
export function operationMeant(
  { operations, origins }: CompiledRule,
  action: Action,
  facts: ActionFacts,
): { readonly what: string; readonly certain: boolean } | undefined {
  let what: string | undefined;
  if (operations !== undefined) {
    what = operationsIn(action, facts).find((name) => operations.some((pattern) => fitsWord(pattern, name)));
    if (what === undefined) return undefined;
  }
  if (origins === undefined) return what === undefined ? undefined : { what, certain: true };
  const found = facts.origins ?? [];
  const meant = found.find((origin) => origins.some((pattern) => fitsOrigin(pattern, origin)));
  if (meant !== undefined) return { what: meant, certain: true };
  // A browser that is nowhere yet, or goes back, may be anywhere by the time it acts.
  const mayBeMore = found.length === 0 || facts.furtherOrigins === true;
  return action.kind === 'browser' && mayBeMore ? { what: what ?? 'this', certain: false } : undefined;
}
