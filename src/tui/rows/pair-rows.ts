// What stands in the pairing page and in the question whether to pair, as rows: shared by moving between them and by the views.
// Everything that came from elsewhere is sanitised here.

import { GRANTS, type Grant } from '../../core/grants.ts';
import type { PairProposal } from '../../protocol/pairing-api.ts';
import type { PairDialog, PairSession, ProposalDialog } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { stringWidth } from '../terminal/width.ts';
import { formatClock, formatDuration } from '../words/format.ts';
import { givenInShort, heldInShort, MAY_HERE, MAY_HERE_SHORT } from '../words/grant-words.ts';
import { clockWarning } from '../words/presence.ts';
import { exactRows, proseRows } from './rows.ts';

export interface FormRow {
  readonly style:
    | 'heading'
    | 'text'
    | 'muted'
    | 'secret'
    /** Of a ticket: over the whole width of the page, for whoever copies it with the mouse. */
    | 'ticket'
    | 'words'
    | 'warning'
    | 'success'
    | 'toggle'
    | 'field'
    | 'item';
  readonly text: string;
  /** Of a toggle. */
  readonly on?: boolean;
  /** The number of the row among those that keys go to. */
  readonly stop?: number;
}

const blank: FormRow = { style: 'text', text: '' };

/** `page`: columns of the whole page, its border among them. */
export function pairRows(model: Model, dialog: PairDialog, width: number, page: number): readonly FormRow[] {
  switch (dialog.tab) {
    case 'show':
      return showRows(model, dialog, width, page);
    case 'use':
      return useRows(dialog, width);
    case 'nearby':
      return nearbyRows(dialog, width);
  }
}

const prose = (text: string, width: number, style: FormRow['style'] = 'muted'): FormRow[] =>
  proseRows(text, width).map((row) => ({ style, text: row }));

const toggle = (stop: number, on: boolean, text: string): FormRow => ({ style: 'toggle', text, on, stop });

/** The rows of "Show a ticket" that can be switched: the grants, then these two. */
export const MUTUAL_ROW = GRANTS.length;
export const COMPARE_ROW = GRANTS.length + 1;

function showRows(model: Model, dialog: PairDialog, width: number, page: number): FormRow[] {
  const { session } = dialog;
  switch (session.phase) {
    case 'choosing':
      return [
        ...prose('Choose what the other device may do here. It gives you nothing unless you ask for it.', width),
        ...grantToggles(dialog.allow, width),
        toggle(MUTUAL_ROW, dialog.mutual, 'ask for something in return: its owner decides'),
        toggle(COMPARE_ROW, dialog.compare, 'no ticket: compare words on the two screens'),
      ];
    case 'opening':
      return [{ style: 'muted', text: 'opening…' }];
    case 'open':
      return openRows(model, session, width, page);
    case 'over':
      return [...prose(session.why, width, 'text'), ...logRows(session.log, width)];
  }
}

const grantToggles = (given: readonly Grant[], width: number): FormRow[] =>
  GRANTS.map((grant, index) => {
    const says = width < WIDE_TOGGLE ? MAY_HERE_SHORT[grant] : `it ${MAY_HERE[grant]}`;
    return toggle(index, given.includes(grant), `${grant.padEnd(8)}${says}`);
  });

/** In fewer columns the longest of them would be cut. */
const WIDE_TOGGLE = 50;

function openRows(model: Model, open: Extract<PairSession, { phase: 'open' }>, width: number, page: number): FormRow[] {
  const { session, log, proposal } = open;
  const left = formatDuration(session.expiresAt - model.now, true);
  const addresses = session.addresses.length === 0 ? 'no address known' : session.addresses.join('  ');
  const fact = (label: string, value: string): FormRow[] =>
    proseRows(`${label.padEnd(9)}${sanitizeLine(value)}`, width).map((text) => ({ style: 'text', text }));
  const how: FormRow[] = session.compare
    ? prose('On the other device, join at one of these addresses and choose to compare words.', width, 'text')
    : [
        { style: 'heading', text: 'Ticket: paste it on the other device' },
        ...exactRows(sanitizeLine(session.ticket), page).map((text): FormRow => ({ style: 'ticket', text })),
        { style: 'heading', text: 'Or type this code and an address' },
        ...exactRows(sanitizeLine(session.code), width).map((text): FormRow => ({ style: 'secret', text })),
      ];
  return [
    ...how,
    blank,
    ...(proposal === undefined ? [] : [...nameRows(proposal, width), ...wordRows(proposal, width), blank]),
    ...fact('left', left),
    ...fact('attempts', attemptsInWords(open)),
    ...fact('gives', session.allow.length === 0 ? 'nothing' : session.allow.join(' ')),
    ...(session.mutual ? fact('asks', 'for something in return') : []),
    ...fact('at', addresses),
    ...logRows(log, width),
  ];
}

/** The one that goes on has not failed: it counts when it is over. */
function attemptsInWords({ attempts, most, trying }: Extract<PairSession, { phase: 'open' }>): string {
  const failed = Math.max(0, attempts - (trying ? 1 : 0));
  const now = trying ? ', one goes on' : '';
  if (most === undefined || failed === 0) return `none failed${now}`;
  return `${failed} of ${most} failed or abandoned${now}`;
}

function logRows(log: Extract<PairSession, { phase: 'open' }>['log'], width: number): FormRow[] {
  if (log.length === 0) return [];
  const rows = log.flatMap(({ at, tone, text }) =>
    prose(`${formatClock(at)} ${sanitizeLine(text)}`, width, tone === 'info' ? 'text' : tone),
  );
  return [blank, { style: 'heading', text: 'What has happened' }, ...rows];
}

export const TICKET_ROW = 0;
export const AT_ROW = 1;
export const COMPARING_ROW = 2;

function useRows({ comparing, joining }: PairDialog, width: number): FormRow[] {
  return [
    { style: 'heading', text: 'Ticket or code' },
    { style: 'field', text: 'paste a ticket, or type a code', stop: TICKET_ROW },
    { style: 'heading', text: 'Where (for a code, or to compare words)' },
    { style: 'field', text: 'host:port, or choose a device in Nearby', stop: AT_ROW },
    toggle(COMPARING_ROW, comparing, 'no ticket: compare words on the two screens'),
    ...(joining === undefined ? [] : [blank, ...prose('joining…', width)]),
  ];
}

function nearbyRows({ found }: PairDialog, width: number): FormRow[] {
  const why = 'Devices on this network that have a pairing session open. What they say of themselves is proved later.';
  if (found === undefined) return [...prose(why, width), blank, { style: 'muted', text: 'looking…' }];
  if (found.length === 0) {
    return [...prose(why, width), blank, ...prose('None now. It is looked for again every few seconds.', width)];
  }
  const items = found.map(({ id, addresses }, stop): FormRow => {
    return { style: 'item', text: sanitizeLine(`${id.slice(-12)}  ${addresses.join('  ')}`), stop };
  });
  return [...prose(why, width), blank, ...items];
}

const NOTICE_ROWS = 3;

/** What went wrong is read to its end, if that is not too far away. */
export const noticeRowsOf = (notice: string | undefined, width: number): readonly string[] =>
  notice === undefined ? [] : proseRows(notice, width).slice(0, NOTICE_ROWS);

// ---- the question

/** All of a proposal; its name is in the title, and the keys stand elsewhere. */
export function proposalRows({ proposal, ours, give, name, now }: ProposalDialog, width: number): readonly FormRow[] {
  const gets = ours === undefined ? heldInShort(proposal.offered) : givenInShort(ours);
  // The words come first: on a small screen they are what has to be seen.
  const rows: FormRow[] = [...wordRows(proposal, width), ...prose(`it ${gets}`, width, 'text')];
  if (now !== undefined) {
    rows.push(...changeRows(ours === undefined ? now.held : now.given, ours ?? proposal.offered, width));
  }
  if (name !== undefined) rows.push(...prose(`to be called ${sanitizeLine(name)} here`, width, 'text'));
  const clock = clockWarning(proposal);
  if (clock !== undefined) rows.push(...prose(`its clock is ${clock}`, width, 'warning'));
  if (proposal.asksMutual) {
    rows.push(...prose('It asks for something in return', width, 'heading'), ...grantToggles(give, width));
    if (now !== undefined) rows.push(...changeRows(now.given, give, width));
  }
  return [...rows, ...nameRows(proposal, width)];
}

/** What pairing again changes: of what was allowed nothing goes unsaid. */
function changeRows(before: readonly Grant[], after: readonly Grant[], width: number): FormRow[] {
  const added = after.filter((grant) => !before.includes(grant));
  const taken = before.filter((grant) => !after.includes(grant));
  if (added.length + taken.length === 0) return prose('as it is now', width);
  return [
    ...(taken.length === 0 ? [] : prose(`takes away: ${taken.join(' ')}`, width, 'warning')),
    ...(added.length === 0 ? [] : prose(`adds: ${added.join(' ')}`, width, 'success')),
  ];
}

const nameRows = ({ device }: PairProposal, width: number): FormRow[] => [
  ...prose(`${sanitizeLine(device.name)} (${sanitizeLine(device.platform)})`, width, 'heading'),
  ...exactRows(sanitizeLine(device.id), width).map((text): FormRow => ({ style: 'muted', text })),
];

/** Narrower than this, what is said is said in fewer words. */
const ROOMY = 48;

function wordRows({ words, askedWord }: PairProposal, width: number): FormRow[] {
  const compared = askedWord !== undefined;
  const says = compared
    ? width < ROOMY
      ? 'Read these to them:'
      : 'Read these words to the person at the other screen:'
    : width < ROOMY
      ? 'Compare on both screens:'
      : 'Both screens show these words: compare them';
  const shown = words.map((word, index) => `${compared ? `${index + 1} ` : ''}${sanitizeLine(word)}`);
  return [...prose(says, width), ...together(shown, width).map((text): FormRow => ({ style: 'words', text }))];
}

/** In rows, with none of the parts broken unless it is wider than a row. */
function together(parts: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (const part of parts) {
    const row = rows.at(-1);
    const longer = row === undefined ? part : `${row}  ${part}`;
    if (row !== undefined && stringWidth(longer) <= width) rows[rows.length - 1] = longer;
    else rows.push(...exactRows(part, width));
  }
  return rows;
}
