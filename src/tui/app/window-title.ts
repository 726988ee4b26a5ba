// The title of the terminal's window: while something waits for an answer it says what, and who asks, so that it can be seen
// from elsewhere. Pure; whoever writes it makes sure that it stays one line of text.

import type { Model } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { whoAsksInShort } from '../words/asking.ts';

const NAME = 'dispatch';
/** Longer commands are cut: the title of a window has less room than that. */
const MOST_UNITS = 120;

let last: { readonly of: Pick<Model, 'approvals' | 'devices' | 'runs'>; readonly title: string } | undefined;

/** `dispatch`, or `(2) laptop asks: npm test · dispatch`, by the one that waits longest. */
export function windowTitle(model: Model): string {
  const { approvals, devices, runs } = model;
  if (last?.of.approvals === approvals && last.of.devices === devices && last.of.runs === runs) return last.title;
  const title = makeTitle(model);
  last = { of: { approvals, devices, runs }, title };
  return title;
}

function makeTitle(model: Model): string {
  const [approval] = model.approvals;
  if (approval === undefined) return NAME;
  const who = whoAsksInShort(model, approval, findRun(model, approval.runId));
  const line = sanitizeLine(approval.title.slice(0, 4 * MOST_UNITS).toWellFormed());
  const what = line.length > MOST_UNITS ? `${line.slice(0, MOST_UNITS).toWellFormed()}…` : line;
  return `(${model.approvals.length}) ${who}: ${what} · ${NAME}`;
}
