// What stands in the pairing page and in the question whether to pair, as rows: shared by moving between them and by the views.
// Everything that came from elsewhere is sanitised here.

import { GRANTS, type Grant } from '../core/grants.ts';
import type { PairProposal } from '../protocol/api.ts';
import type { PairDialog, PairSession, ProposalDialog } from './device-dialogs.ts';
import { formatClock, formatDuration } from './format.ts';
import { givenInShort, heldInShort, MAY_HERE } from './grant-words.ts';
import type { Model } from './model.ts';
import { clockWarning } from './presence.ts';
import { exactRows, proseRows } from './rows.ts';
import { sanitizeLine } from './terminal/sanitize.ts';

export interface FormRow {
  readonly style:
    | 'heading'
    | 'text'
    | 'muted'
    | 'secret'
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

export function pairRows(model: Model, dialog: PairDialog, width: number): readonly FormRow[] {
  switch (dialog.tab) {
    case 'show':
      return showRows(model, dialog, width);
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

function showRows(model: Model, dialog: PairDialog, width: number): FormRow[] {
  const { session } = dialog;
  switch (session.phase) {
    case 'choosing':
      return [
        ...prose('Choose what the other device may do here. It gives you nothing unless you ask for it.', width),
        ...grantToggles(dialog.allow),
        toggle(MUTUAL_ROW, dialog.mutual, 'ask for something in return: its owner decides'),
        toggle(COMPARE_ROW, dialog.compare, 'no ticket: compare words on the two screens'),
      ];
    case 'opening':
      return [{ style: 'muted', text: 'opening…' }];
    case 'open':
      return openRows(model, session, width);
    case 'over':
      return [...prose(session.why, width, 'text'), ...logRows(session.log, width)];
  }
}

const grantToggles = (given: readonly Grant[]): FormRow[] =>
  GRANTS.map((grant, index) => toggle(index, given.includes(grant), `${grant.padEnd(8)}it ${MAY_HERE[grant]}`));

function openRows(
  model: Model,
  { session, attempts, most, log, proposal }: Extract<PairSession, { phase: 'open' }>,
  width: number,
): FormRow[] {
  const left = formatDuration(session.expiresAt - model.now, true);
  const tries = most === undefined ? 'none yet' : `${attempts} of ${most} used up`;
  const addresses = session.addresses.length === 0 ? 'no address known' : session.addresses.join('  ');
  const fact = (label: string, value: string): FormRow[] =>
    proseRows(`${label.padEnd(9)}${sanitizeLine(value)}`, width).map((text) => ({ style: 'text', text }));
  const how: FormRow[] = session.compare
    ? prose('On the other device, join at one of these addresses and choose to compare words.', width, 'text')
    : [
        { style: 'heading', text: 'Ticket: paste it on the other device' },
        ...exactRows(sanitizeLine(session.ticket), width).map((text): FormRow => ({ style: 'secret', text })),
        { style: 'heading', text: 'Or type this code and an address' },
        ...exactRows(sanitizeLine(session.code), width).map((text): FormRow => ({ style: 'secret', text })),
      ];
  return [
    ...how,
    blank,
    ...(proposal === undefined ? [] : [...whoRows(proposal, width), blank]),
    ...fact('left', left),
    ...fact('attempts', tries),
    ...fact('gives', session.allow.length === 0 ? 'nothing' : session.allow.join(' ')),
    ...(session.mutual ? fact('asks', 'for something in return') : []),
    ...fact('at', addresses),
    ...logRows(log, width),
  ];
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

/** All of a proposal; the keys stand elsewhere. */
export function proposalRows({ proposal, ours, give, name }: ProposalDialog, width: number): readonly FormRow[] {
  const gets = ours === undefined ? heldInShort(proposal.offered) : givenInShort(ours);
  // The words come early: on a small screen they are what has to be seen.
  const rows: FormRow[] = [...whoRows(proposal, width)];
  rows.push(...prose(`it ${gets}`, width, 'text'));
  if (name !== undefined) rows.push(...prose(`to be called ${sanitizeLine(name)} here`, width, 'text'));
  const clock = clockWarning(proposal);
  if (clock !== undefined) rows.push(...prose(`its clock is ${clock}`, width, 'warning'));
  if (proposal.asksMutual) {
    rows.push({ style: 'heading', text: 'It asks for something in return' }, ...grantToggles(give));
  }
  return rows;
}

function whoRows(proposal: PairProposal, width: number): FormRow[] {
  const { device } = proposal;
  return [
    ...prose(`${sanitizeLine(device.name)} (${sanitizeLine(device.platform)})`, width, 'heading'),
    ...wordRows(proposal, width),
    ...exactRows(sanitizeLine(device.id), width).map((text): FormRow => ({ style: 'muted', text })),
  ];
}

function wordRows({ words, askedWord }: PairProposal, width: number): FormRow[] {
  const text = sanitizeLine(words.join('  '));
  if (askedWord !== undefined) {
    return [...prose('for the other screen:', width), ...prose(numbered(words), width, 'words')];
  }
  return [...prose('both screens show:', width), ...prose(text, width, 'words')];
}

const numbered = (words: readonly string[]): string =>
  words.map((word, index) => `${index + 1} ${sanitizeLine(word)}`).join('  ');
