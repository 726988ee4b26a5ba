// A request as rows: who asks, what runs, where, what limits it, what made it ask. Nothing of it is left out or cut, and what
// came from elsewhere is shown escaped.

import type { Approval, ApprovalPayload, PendingApproval } from '../../core/approvals.ts';
import { deviceName } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { sanitizeLine, sanitizeText } from '../terminal/sanitize.ts';
import { whoAsks } from '../words/asking.ts';
import { formatBytes } from '../words/format.ts';
import { changeRows, warningRows } from './change-rows.ts';
import { diffCommands } from './command-diff.ts';
import type { DialogRow } from './dialog-row.ts';
import { cut, hangingRows, proseRows } from './rows.ts';

/** `label.padEnd(LABEL_WIDTH)` begins a row of the style `label`. */
export const LABEL_WIDTH = 8;
/** Hex digits of a hash that tell one file from another for a person. */
const HASH_DIGITS = 12;

export interface RequestRows {
  readonly rows: readonly DialogRow[];
  /** What all of the above comes to, for comparing; it says nothing that the rows do not say. */
  readonly digest: readonly DialogRow[];
}

/** What the rows say besides what stands in the request. */
interface Around {
  readonly device: string;
  readonly who: string;
  readonly agreed: string;
  /** Something in it is masked. */
  readonly masked: boolean;
  /** The command before it was edited, if that is known. */
  readonly before: string | undefined;
}

interface Known extends RequestRows, Around {
  readonly width: number;
}
const known = new WeakMap<PendingApproval, Known>();

type Context = Pick<Model, 'devices' | 'revoked'>;

export function requestRows(
  model: Context,
  approval: PendingApproval,
  run: Run | undefined,
  width: number,
  before?: string,
): RequestRows {
  const device = sanitizeLine(deviceName(model, approval.device));
  const around: Around = {
    device,
    who: whoAsks(model, approval, run),
    agreed: agreement(model, approval),
    masked: run?.masked === true,
    before,
  };
  const last = known.get(approval);
  if (
    last !== undefined &&
    last.width === width &&
    last.device === device &&
    last.who === around.who &&
    last.agreed === around.agreed &&
    last.masked === around.masked &&
    last.before === before
  )
    return last;
  const made = { width, ...around, ...makeRows(approval, around, width) };
  known.set(approval, made);
  return made;
}

/** `1 of 2 have agreed (nas): one more device must`; empty where one yes is enough. */
export function agreement(model: Context, { approvers = 1, agreed = [] }: PendingApproval): string {
  if (approvers < 2) return '';
  const names = agreed.map(({ by }) => sanitizeLine(deviceName(model, by.device))).join(', ');
  const missing = approvers - agreed.length;
  if (names === '') return `${approvers} devices must say yes: none has yet`;
  return `${agreed.length} of ${approvers} have agreed (${names}): ${missing === 1 ? 'one more device' : `${missing} more devices`} must`;
}

function makeRows(approval: PendingApproval, around: Around, width: number): RequestRows {
  const { payload, description, digest } = approval;
  const { device, who, agreed, masked, before } = around;
  const { again, rest } = whyAgain(description);
  const rows: DialogRow[] = [];
  const add = (style: DialogRow['style'], lines: readonly string[]): void => {
    for (const text of lines) rows.push({ style, text });
  };
  const fact = (label: string, value: string): readonly string[] =>
    hangingRows(sanitizeLine(`${label.padEnd(LABEL_WIDTH)}${value}`), width, LABEL_WIDTH);
  // Before the command: no command, however long, puts it out of sight.
  add('who', proseRows(who, width));
  if (agreed !== '') add('who', proseRows(agreed, width));
  if (again !== '') add('warning', proseRows(again, width));
  if (masked) add('warning', proseRows('something in it is masked: what is masked is not shown to anybody', width));
  rows.push(...warningRows(payload, width));
  rows.push(...commandRows(payload.command, width));
  rows.push(...changeRows(payload, width));
  if (approval.edits !== undefined) rows.push(...editedRows(before, payload.command, width));
  add('blank', ['']);
  if (payload.enforced !== payload.access) add('warning', proseRows(otherAccess(payload, device), width));
  else if (payload.enforced === 'full-access') {
    add('warning', proseRows('full access: nothing limits what it may do', width));
  }
  for (const [label, value] of facts(payload)) add('label', fact(label, value));
  const why = unsaid(rest, payload.cwd);
  if (why !== '') add('text', proseRows(why, width));
  return { rows, digest: fact('digest', digest).map((text) => ({ style: 'label', text })) };
}

/** A newline ends a command, the edge of the dialog does not: they must not look alike. */
export function commandRows(command: string, width: number): DialogRow[] {
  return sanitizeText(plainBlanks(command))
    .split('\n')
    .flatMap((line) =>
      cut(line, width).map((text, index): DialogRow => {
        return { style: 'command', text, ...(index === 0 ? {} : { wrapped: true }) };
      }),
    );
}

const DIFF_STYLES = { '-': 'removed', '+': 'added', '=': 'same' } as const;

function editedRows(before: string | undefined, command: string, width: number): DialogRow[] {
  const heading = before === undefined ? 'an edited version of an earlier request' : 'edited: before it was';
  const lines = before === undefined ? [] : diffCommands(before, command);
  return [
    { style: 'blank', text: '' },
    ...proseRows(heading, width).map((text): DialogRow => ({ style: 'text', text })),
    ...lines.flatMap(({ mark, text }) =>
      cut(sanitizeText(plainBlanks(text)), Math.max(1, width - 2)).map((part, index): DialogRow => {
        return { style: DIFF_STYLES[mark], text: `${index > 0 ? ' ' : mark} ${part}` };
      }),
    ),
  ];
}

function otherAccess({ access, enforced }: ApprovalPayload, device: string): string {
  return enforced === 'full-access'
    ? `asked for ${access}, but ${device} can only enforce ${enforced}`
    : `asked for ${access}; ${device} keeps it to ${enforced}`;
}

function facts(payload: ApprovalPayload): (readonly [string, string])[] {
  const { timeoutMs, rule } = payload;
  const list: (readonly [string, string])[] = [['access', payload.enforced], ...payloadFacts(payload)];
  if (timeoutMs !== undefined) list.push(['limit', `${timeoutMs / 1000} s`]);
  if (rule !== undefined) list.push(['rule', `${rule} makes it ask`]);
  return list;
}

/** Where it works, with what, and what holds it. */
export function payloadFacts(
  payload: Pick<ApprovalPayload, 'cwd' | 'executable' | 'envNames' | 'sandbox' | 'programs' | 'secrets'>,
): (readonly [string, string])[] {
  const { sandbox, programs = [], secrets = [], envNames } = payload;
  const list: (readonly [string, string])[] = [];
  if (sandbox !== undefined) {
    list.push(['sandbox', sandboxWords(sandbox)]);
    list.push(['writes', sandbox.writable.join(', ') || 'nothing']);
    if (sandbox.readable.length > 0) list.push(['reads', `${sandbox.readable.join(', ')}, and the system`]);
  }
  if (payload.cwd !== '') list.push(['in', payload.cwd]);
  list.push(['with', payload.executable]);
  programs.forEach(({ name, path, sha256 }, index) => {
    const what = name === path ? path : `${name} is ${path}`;
    list.push([index === 0 ? 'uses' : '', `${what}, sha256 ${sha256.slice(0, HASH_DIGITS)}…`]);
  });
  if (envNames.length > 0) list.push(['sets', envNames.join(', ')]);
  if (secrets.length > 0) list.push(['secrets', `${secrets.join(', ')}: it can read their values`]);
  return list;
}

/** `bubblewrap, no network, 512 MB each process`. */
function sandboxWords({ kind, network, limits }: NonNullable<ApprovalPayload['sandbox']>): string {
  return [
    kind,
    network ? 'may use the network' : 'no network',
    ...(limits.memoryBytes === undefined ? [] : [`${formatBytes(limits.memoryBytes)} each process`]),
    ...(limits.processes === undefined ? [] : [`${limits.processes} processes`]),
  ].join(', ');
}

/** The sentences that say why something that was approved is asked about again: they have to be seen first. */
function whyAgain(description: string): { readonly again: string; readonly rest: string } {
  const sentences = description.split(/(?<=\.) (?=\S)/);
  const isWhy = (sentence: string): boolean => sentence.includes('since it was approved');
  return {
    again: sentences.filter(isWhy).join(' '),
    rest: sentences.filter((sentence) => !isWhy(sentence)).join(' '),
  };
}

/** What a description says besides what the rows say already: what runs on which device, and where. */
function unsaid(description: string, cwd: string): string {
  const end = description.indexOf(` in ${cwd}. `);
  if (
    end === -1 ||
    !/^(?:Run a shell command|Run inline code|Work on files|Use the browser|Use the screen, keyboard and mouse) on \S+$/.test(
      description.slice(0, end),
    )
  )
    return description;
  return description.slice(end + ` in ${cwd}. `.length);
}

/** Blanks that a shell does not take for one, or that look like several, shown by number. */
const plainBlanks = (text: string): string =>
  text.replace(
    /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu,
    (blank) => `⟨${blank.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** Everything of a request as one text, for reading in full and for plain terminals. */
export function approvalText(model: Context, approval: PendingApproval, run: Run | undefined, before?: string): string {
  return approvalRows(model, approval, run, before)
    .map((row) => row.text)
    .join('\n');
}

/** The same, one row a line of it. */
export function approvalRows(
  model: Context,
  approval: PendingApproval,
  run: Run | undefined,
  before?: string,
): readonly DialogRow[] {
  const { rows, digest } = requestRows(model, approval, run, Number.MAX_SAFE_INTEGER, before);
  return [...rows, ...digest];
}

/** The command of a request that is no longer there, where it is known. */
export function commandOf(approvals: readonly Approval[], id: string | undefined): string | undefined {
  return id === undefined ? undefined : approvals.find((approval) => approval.id === id)?.payload.command;
}
