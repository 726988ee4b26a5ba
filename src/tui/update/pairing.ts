// The pairing page: what is chosen and typed there, and what Enter makes of it. What comes back is in pair-session.ts.

import { GRANTS, type Grant } from '../../core/grants.ts';
import type { PairJoinParams } from '../../protocol/pairing-api.ts';
import { PAIR_TABS, type PairDialog, type PairTab } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import { AT_ROW, COMPARE_ROW, COMPARING_ROW, MUTUAL_ROW, TICKET_ROW } from '../rows/pair-rows.ts';
import { createEditor, type EditorState, insert } from '../terminal/editor.ts';
import { limit } from './runs.ts';
import { nextRequest, patch, push, type Step, step } from './step.ts';

/** How often the LAN is looked at again while it is on the screen. */
export const NEARBY_MS = 2_000;
/** A ticket names a whole key; a code is shorter than this even with blanks in it. */
const LONGEST_CODE = 40;

export function openPair(model: Model): Step {
  if (overlayOf(model, 'pair') !== undefined) return step(model);
  const dialog: PairDialog = {
    kind: 'pair',
    tab: 'show',
    row: { show: 0, use: 0, nearby: 0 },
    allow: ['run'],
    mutual: false,
    compare: false,
    session: { phase: 'choosing' },
    ticket: createEditor(),
    at: createEditor(),
    comparing: false,
    joining: undefined,
    found: undefined,
    askedAt: model.clock,
    notice: undefined,
  };
  return step(push(model, dialog), { type: 'pair-lan' });
}

export const change = (model: Model, changes: Partial<PairDialog>): Model =>
  patch(model, 'pair', (dialog) => ({ ...dialog, ...changes }));
const refuse = (model: Model, notice: string): Step => step(change(model, { notice }));

// ---- moving about

/** Round and round: there are three. */
export function nextTab(model: Model): Step {
  const dialog = overlayOf(model, 'pair');
  if (dialog === undefined) return step(model);
  const at = (PAIR_TABS.indexOf(dialog.tab) + 1) % PAIR_TABS.length;
  return showTab(model, PAIR_TABS[at] ?? 'show');
}

function showTab(model: Model, tab: PairTab): Step {
  const shown = change(model, { tab, notice: undefined });
  return tab === 'nearby' ? lookNearby(shown) : step(shown);
}

export const lookNearby = (model: Model): Step => step(change(model, { askedAt: model.clock }), { type: 'pair-lan' });

/** The last row that keys go to; a session that is open is scrolled instead, as far as the view lets it. */
function lastRow({ tab, session, found }: PairDialog): number {
  if (tab === 'use') return COMPARING_ROW;
  if (tab === 'nearby') return (found?.length ?? 0) - 1;
  return session.phase === 'choosing' ? COMPARE_ROW : Number.MAX_SAFE_INTEGER;
}

/** `last`: how far what is shown can be scrolled, where it is scrolled. */
export function moveRow(model: Model, delta: number, last: number): Model {
  return patch(model, 'pair', (dialog) => {
    const { tab } = dialog;
    const row = limit(Math.min(dialog.row[tab], last) + delta, Math.min(last, lastRow(dialog)));
    return { ...dialog, row: { ...dialog.row, [tab]: row } };
  });
}

/** Tab: round and round through the rows that keys go to. */
export function cycleRow(model: Model, delta: 1 | -1): Model {
  return patch(model, 'pair', (dialog) => {
    const count = lastRow(dialog) + 1;
    if (count <= 0 || count >= Number.MAX_SAFE_INTEGER) return dialog;
    const row = (Math.min(dialog.row[dialog.tab], count - 1) + delta + count) % count;
    return { ...dialog, row: { ...dialog.row, [dialog.tab]: row } };
  });
}

/** Whether the row that has the keys is a switch, and not a field. */
export const isOnToggle = ({ tab, row, session }: PairDialog): boolean =>
  tab === 'use' ? row.use === COMPARING_ROW : tab === 'show' && session.phase === 'choosing';

export function toggleRow(model: Model): Model {
  return patch(model, 'pair', (dialog) => {
    if (!isOnToggle(dialog)) return dialog;
    const next = { ...dialog, notice: undefined };
    if (dialog.tab === 'use') return { ...next, comparing: !dialog.comparing };
    if (dialog.row.show === MUTUAL_ROW) return { ...next, mutual: !dialog.mutual };
    if (dialog.row.show === COMPARE_ROW) return { ...next, compare: !dialog.compare };
    return { ...next, allow: toggled(dialog.allow, GRANTS[dialog.row.show]) };
  });
}

const toggled = (grants: readonly Grant[], grant: Grant | undefined): readonly Grant[] =>
  GRANTS.filter((other) => (other === grant ? !grants.includes(other) : grants.includes(other)));

// ---- fields

export function pairField({ tab, row, ticket, at }: PairDialog): EditorState | undefined {
  if (tab !== 'use' || row.use === COMPARING_ROW) return undefined;
  return row.use === AT_ROW ? at : ticket;
}

export const setPairField = (model: Model, editor: EditorState): Model =>
  patch(model, 'pair', (dialog) =>
    dialog.row.use === AT_ROW
      ? { ...dialog, at: editor, notice: undefined }
      : { ...dialog, ticket: editor, notice: undefined },
  );

/** A ticket that is pasted comes into its field, wherever in the page that happens; line breaks in it are the terminal's. */
export function pasteInPair(model: Model, text: string): Model {
  const dialog = overlayOf(model, 'pair');
  if (dialog === undefined) return model;
  const short = unframed(text).trim().replace(/\s+/g, ' ');
  const field = pairField(dialog);
  if (isCode(short) && field !== undefined) return setPairField(model, insert(field, short));
  if (field !== undefined && dialog.row.use === AT_ROW && short.length <= LONGEST_CODE)
    return setPairField(model, insert(field, short));
  const ticket = createEditor(isCode(short) ? short : short.replace(/\s+/g, ''));
  return change(model, { tab: 'use', row: { ...dialog.row, use: TICKET_ROW }, ticket, notice: undefined });
}

/** Without what a screen draws around and beside a text, and what cannot be seen. */
const unframed = (text: string): string => text.replace(/[\u2500-\u259f|\u200b-\u200f\u2060\ufeff]+/gu, ' ');

export const isCode = (text: string): boolean => {
  const bare = text.replace(/[\s-]/g, '');
  return bare.length <= LONGEST_CODE && /^[0-9a-z]*$/i.test(bare);
};

// ---- what Enter does

export function enterPair(model: Model): Step {
  const dialog = overlayOf(model, 'pair');
  if (dialog === undefined) return step(model);
  if (model.connection.state !== 'connected')
    return refuse(model, 'not connected to the peer: try again when it is back');
  switch (dialog.tab) {
    case 'show':
      return openSession(model, dialog);
    case 'use':
      return join(model, dialog);
    case 'nearby': {
      const device = dialog.found?.[dialog.row.nearby];
      if (device === undefined) return step(model);
      const row = { ...dialog.row, use: TICKET_ROW };
      return step(change(model, { tab: 'use', at: createEditor(device.id), row, notice: undefined }));
    }
  }
}

function openSession(model: Model, { session, allow, mutual, compare, row }: PairDialog): Step {
  if (session.phase === 'over') {
    return step(change(model, { session: { phase: 'choosing' }, row: { ...row, show: 0 }, notice: undefined }));
  }
  if (session.phase !== 'choosing') return step(model);
  if (allow.length === 0 && !mutual && !compare)
    return refuse(model, 'choose what it may do here, or ask for something in return');
  const [next, request] = nextRequest(model);
  return step(change(next, { session: { phase: 'opening', request }, row: { ...row, show: 0 }, notice: undefined }), {
    type: 'pair-open',
    allow,
    mutual,
    compare,
    request,
  });
}

function join(model: Model, dialog: PairDialog): Step {
  if (dialog.joining !== undefined) return step(model);
  const params = joinParams(dialog);
  if (typeof params === 'string')
    return refuse(change(model, { row: { ...dialog.row, use: missing(dialog) } }), params);
  const [next, request] = nextRequest(model);
  return step(change(next, { joining: request, notice: undefined }), { type: 'pair-join', params, request });
}

/** What to join with, or what is missing. The place is asked for when the code has been looked at. */
function joinParams({ ticket, at, comparing }: PairDialog): PairJoinParams | string {
  const text = ticket.text.trim();
  const where = at.text.trim();
  if (comparing) return where === '' ? 'say where: host:port, or choose it in Nearby' : { compare: true, at: where };
  if (text === '') return 'paste a ticket, or type a code';
  return isCode(text) ? { code: text, at: where } : { ticket: text };
}

const missing = ({ comparing }: PairDialog): number => (comparing ? AT_ROW : TICKET_ROW);
