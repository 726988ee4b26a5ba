// Comparing what two runs printed: which two, and the page that shows it.

import type { Run } from '../../core/runs.ts';
import type { Failure, MessageBody } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { sanitizeText } from '../terminal/sanitize.ts';
import { nextRequest, patch, push, type Step, say, step, toast } from './step.ts';

/** With the run that was marked, else with the one that it retries; else it is marked itself. */
export function compareRun(model: Model, run: Run): Step {
  const { marked } = model;
  if (marked !== undefined && marked !== run.id) return compare(model, [marked, run.id]);
  if (run.retryOf !== undefined) return compare(model, [run.retryOf, run.id]);
  return step(
    toast({ ...model, marked: run.id }, 'info', `run ${run.number} marked: the same key on another run compares them`),
  );
}

/** `12 15` */
export function compareBy(model: Model, argument: string): Step {
  const [one, other, ...rest] = argument.split(/\s+/).map((ref) => ref.replace(/^#/, ''));
  if (one === undefined || other === undefined || rest.length > 0)
    return say(model, 'warning', 'for example: /compare 12 15');
  return compare(model, [one, other]);
}

function compare(model: Model, runs: readonly [string, string]): Step {
  const [next, request] = nextRequest({ ...model, marked: undefined });
  const [one, other] = runs.map((ref) => findRun(model, ref)?.number ?? ref);
  const page = {
    kind: 'text',
    title: comparisonTitle(one, other),
    text: '',
    scroll: 0,
    loading: true,
    footnote: undefined,
    request,
  } as const;
  return step(push(next, page), { type: 'compare-runs', runs, request });
}

const comparisonTitle = (one: unknown, other: unknown): string => `Run ${one} ↔ run ${other}`;

type Compared = Extract<MessageBody, { type: 'compared' }>;

export const takeComparison = (model: Model, { request, title, document }: Compared): Model =>
  patch(model, 'text', (page) => (page.request === request ? { ...page, title, document, loading: false } : page));

export const compareFailed = (model: Model, request: number, { message }: Failure): Model =>
  patch(model, 'text', (page) =>
    page.request === request ? { ...page, text: sanitizeText(message), loading: false } : page,
  );
