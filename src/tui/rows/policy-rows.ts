// The rules of this device as rows: one for each rule, and under the selected one all that it says. Sanitised and whole.

import { deviceName, knownDeviceName } from '../../core/devices.ts';
import type { Rule } from '../../core/policy/rules.ts';
import type { Model } from '../model/model.ts';
import type { CheckDialog, PolicyDialog } from '../model/policy-dialogs.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { padEnd, stringWidth } from '../terminal/width.ts';
import { formatTime } from '../words/format.ts';
import { inner, overlayRect } from './geometry.ts';
import { exactRows, proseRows, wordRows } from './rows.ts';

export interface PolicyRow {
  readonly style: 'rule' | 'label' | 'text';
  readonly text: string;
  /** Which rule the row stands for. */
  readonly rule: number;
}

const DECISION_WIDTH = 6;
const INDENT = 2;
export const RULE_LABEL_WIDTH = 10;

export function policyRows(model: Model, { rules = [], selected }: PolicyDialog, width: number): readonly PolicyRow[] {
  const name = Math.min(MOST_NAME, Math.max(0, ...rules.map((rule) => stringWidth(sanitizeLine(rule.name)))));
  return rules.flatMap((rule, index) => {
    const head: PolicyRow = { style: 'rule', text: headOf(rule, name), rule: index };
    return index === selected ? [head, ...detailsOf(model, rule, index, width)] : [head];
  });
}

/** Names line up as far as that; a longer one moves what is behind it. */
const MOST_NAME = 28;

const headOf = ({ decision, name, source, command }: Rule, width: number): string =>
  [
    decision.padEnd(DECISION_WIDTH - 1),
    source === 'config' ? 'yours   ' : 'built-in',
    `${padEnd(sanitizeLine(name), width)} `,
    sanitizeLine(command?.join(' ') ?? ''),
  ]
    .join(' ')
    .trimEnd();

function detailsOf(model: Model, rule: Rule, index: number, width: number): PolicyRow[] {
  return factsOf(model, rule).flatMap(([label, value]) => {
    const room = Math.max(1, width - INDENT - RULE_LABEL_WIDTH);
    return wordRows(sanitizeLine(value), room).map((text, row): PolicyRow => {
      const begins = ' '.repeat(INDENT) + (row === 0 ? label : '').padEnd(RULE_LABEL_WIDTH);
      return { style: 'label', text: begins + text, rule: index };
    });
  });
}

/** `human@12D3…` as `human@laptop`. */
function requesterName(model: Model, requester: string): string {
  const at = requester.indexOf('@') + 1;
  const name = at === 0 ? undefined : knownDeviceName(model, requester.slice(at));
  return name === undefined ? requester : requester.slice(0, at) + name;
}

/** Label and value, for all conditions that are there; what is absent always holds and is not told. */
function factsOf(model: Model, rule: Rule): (readonly [string, string])[] {
  const list = (label: string, values: readonly string[] | undefined): (readonly [string, string])[] =>
    values === undefined || values.length === 0 ? [] : [[label, values.join(', ')]];
  const { access, lowersTo, decision, grantedBy, expiresAt } = rule;
  return [
    ...(rule.command === undefined ? [] : [['command', rule.command.join(' ')] as const]),
    ...(rule.list === undefined ? [] : [['only', 'with arguments that are known to do no harm'] as const]),
    ...list('without', rule.without),
    ...list('paths in', rule.paths),
    ...list('routes', rule.routes),
    ...list(
      'for',
      rule.requesters?.map((requester) => requesterName(model, requester)),
    ),
    ...(access === undefined
      ? []
      : [['access', decision === 'allow' ? `${access} and below` : `${access} and above`] as const]),
    ...(lowersTo === undefined ? [] : [['kept to', `${lowersTo}, in the sandbox`] as const]),
    ...(rule.match ?? []).map((line) => ['matches', line] as const),
    ...(rule.noMatch ?? []).map((line) => ['but not', line] as const),
    ['given by', grantedBy === undefined ? ownerOf(rule) : deviceName(model, grantedBy)],
    ...(expiresAt === undefined ? [] : [['until', untilWords(expiresAt, model.now)] as const]),
  ];
}

const ownerOf = ({ source }: Rule): string =>
  source === 'built-in' ? 'Dispatch: a rule of your own can be stricter' : 'the owner, in config.toml';

const untilWords = (at: number, now: number): string =>
  `${formatTime(at, now)}${at <= now ? ': it is over, and the rule does nothing' : ''}`;

/** The first row that is shown: the selected rule is in sight, with as much of what it says as has room. */
export function firstPolicyRow(rows: readonly PolicyRow[], selected: number, height: number): number {
  const from = rows.findIndex(({ rule }) => rule === selected);
  const to = rows.findLastIndex(({ rule }) => rule === selected);
  if (from < 0) return 0;
  const last = Math.max(0, rows.length - height);
  // As far down as it can stand, so that what is before it stays in sight.
  return Math.max(0, Math.min(last, from, Math.max(0, to - height + 1)));
}

/** The answer of a check, in rows. */
export function checkRows(dialog: CheckDialog, width: number): readonly string[] {
  const { asked } = dialog;
  if (asked === undefined)
    return proseRows('Enter asks what this device would do. !? asks for read-only, !! for full access.', width);
  const { answer } = asked;
  if (answer === undefined) return ['checking…'];
  const words = { allow: 'runs at once', ask: 'will ask', deny: 'refused' }[answer.verdict];
  const kept = answer.verdict === 'deny' ? '' : `, ${answer.access}`;
  const rule = answer.rule === undefined ? '' : `, rule ${sanitizeLine(answer.rule)}`;
  return [
    ...exactRows(sanitizeLine(`${asked.access}: ${asked.command}`), width),
    ...proseRows(`${words}${kept} (${answer.check}${rule})`, width),
    ...answer.because.flatMap((why) => proseRows(`- ${why}`, width)),
    ...(answer.hint === undefined ? [] : proseRows(answer.hint, width)),
  ];
}

/** Where the rows of the page stand. */
export function policyBody(
  model: Model,
  dialog: PolicyDialog,
): { x: number; y: number; width: number; height: number } {
  const box = inner(overlayRect(model, dialog));
  return { ...box, x: box.x + 1, width: Math.max(1, box.width - 2) };
}
