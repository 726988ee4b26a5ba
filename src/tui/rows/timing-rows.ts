// When what happened to a run, as rows: each moment with the time since the one before, and below how long it waited for what.

import type { Approval } from '../../core/approvals.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { findRun } from '../model/select.ts';
import { describeStatus, formatDuration, formatExactTime } from '../words/format.ts';
import { knownUntil } from '../words/presence.ts';
import { createRows, DETAIL_LABEL_WIDTH, type DetailRow, type Fact } from './detail-row.ts';
import { whoAnswered } from './plan-rows.ts';

interface Moment {
  readonly at: number;
  readonly what: string;
  readonly note: string;
}

const DURATION = 9;
const MOST_BAR = 40;

export function timingRows(model: Model, dialog: RunDialog, width: number): readonly DetailRow[] {
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const { rows, heading, facts } = createRows(width);
  if (run === undefined) return [{ style: 'muted', text: dialog.message ?? 'loading…' }];
  const approvals = dialog.detail?.approvals ?? [];
  heading('What happened when');
  facts(momentFacts(model, moments(model, run, approvals)));
  heading('Where the time went');
  facts(phaseFacts(phases(run, approvals, knownUntil(model, run)), width));
  return rows;
}

/** In order; those of the same millisecond stay as they follow from each other. */
function moments(model: Model, run: Run, approvals: readonly Approval[]): Moment[] {
  const list: Moment[] = [{ at: run.submittedAt, what: 'submitted', note: '' }];
  const add = (at: number | undefined, what: string, note = ''): void => {
    if (at !== undefined) list.push({ at, what, note });
  };
  add(run.offeredAt, 'offered', 'to its device');
  add(run.acceptedAt, 'accepted');
  for (const approval of approvals) {
    add(approval.requestedAt, 'asked', approval.title);
    for (const { by, at } of approval.agreed ?? []) add(at, 'agreed', whoAnswered(model, by));
    if (approval.status === 'expired') add(approval.decidedAt, 'unanswered');
    else if (approval.status !== 'pending')
      add(approval.decidedAt, 'answered', `${approval.status} by ${whoAnswered(model, approval.decidedBy)}`);
  }
  add(run.startedAt, 'started');
  if (isFinal(run)) {
    add(run.output?.firstAt, 'printed', 'the first of its output');
    add(run.endedAt, 'ended', describeStatus(run));
  }
  return list.sort((one, other) => one.at - other.at);
}

const momentFacts = ({ now }: Model, list: readonly Moment[]): Fact[] =>
  list.map(({ at, what, note }, index) => {
    const before = list[index - 1];
    const since = before === undefined ? '' : `+${formatDuration(at - before.at, false)}`;
    return [what, `${formatExactTime(at, now)}  ${since.padEnd(DURATION)}${note}`.trimEnd()];
  });

interface Phase {
  readonly what: string;
  readonly ms: number;
  readonly means: string;
}

/** `until`: now, or the last that is known of it. */
function phases(run: Run, approvals: readonly Approval[], until: number): Phase[] {
  const end = isFinal(run) ? run.endedAt : until;
  const acceptedAt = run.acceptedAt ?? run.startedAt ?? end;
  const asked = approvals.map((approval) => {
    const answeredAt = approval.status === 'pending' ? end : approval.decidedAt;
    return Math.max(0, Math.min(answeredAt, end) - approval.requestedAt);
  });
  const people = asked.reduce((sum, ms) => sum + ms, 0);
  const startedAt = run.startedAt ?? end;
  const list: Phase[] = [
    { what: 'device', ms: acceptedAt - run.submittedAt, means: 'until its device took it' },
    { what: 'person', ms: people, means: 'until somebody answered' },
    { what: 'slot', ms: startedAt - acceptedAt - people, means: 'until it could start' },
  ];
  if (run.startedAt !== undefined) {
    const first = isFinal(run) ? run.output?.firstAt : undefined;
    if (first !== undefined)
      list.push({ what: 'silent', ms: first - run.startedAt, means: 'of its running, before its first output' });
    list.push({ what: 'running', ms: end - run.startedAt, means: 'from its start to its end' });
  }
  list.push({ what: 'in all', ms: end - run.submittedAt, means: '' });
  return list.map((phase) => ({ ...phase, ms: Math.max(0, phase.ms) }));
}

function phaseFacts(list: readonly Phase[], width: number): Fact[] {
  const total = Math.max(1, ...list.map(({ ms }) => ms));
  const room = Math.max(0, Math.min(MOST_BAR, width - DETAIL_LABEL_WIDTH - DURATION - 1));
  return list.map(({ what, ms, means }) => {
    const bar = '█'.repeat(Math.round((ms / total) * room));
    const said = width >= DETAIL_LABEL_WIDTH + DURATION + room + means.length + 2 ? ` ${means}` : '';
    return [what, `${formatDuration(ms, false).padEnd(DURATION)}${bar.padEnd(room)}${said}`.trimEnd()];
  });
}
