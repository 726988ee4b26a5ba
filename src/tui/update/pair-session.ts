// What comes back to the pairing page: answers, who is nearby, what happens in the session; and that a session ends with the page
// that opened it, however that was left.

import type { LanDevice, PairEvent, PairingSession, PairProposal } from '../../protocol/pairing-api.ts';
import type { PairDialog, PairLine, QrModules } from '../model/device-dialogs.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { AT_ROW, TICKET_ROW } from '../rows/pair-rows.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { change, isCode, lookNearby, NEARBY_MS } from './pairing.ts';
import { openProposal, withoutProposal } from './proposal.ts';
import { limit } from './runs.ts';
import { patch, remove, type Step, step, toast } from './step.ts';

const LOG_LINES = 50;

export function takeOpened(model: Model, request: number, session: PairingSession): Step {
  const dialog = overlayOf(model, 'pair');
  const state = dialog?.session;
  if (state?.phase !== 'opening' || state.request !== request) {
    // Nobody waits for it any more; one that was opened after it has replaced it.
    return state?.phase === 'opening' || state?.phase === 'open' ? step(model) : step(model, { type: 'pair-close' });
  }
  const open = {
    phase: 'open',
    session,
    qr: undefined,
    attempts: 0,
    most: undefined,
    trying: false,
    log: [],
    proposal: undefined,
  } as const;
  const shown = change(model, { session: open });
  return session.ticket === '' ? step(shown) : step(shown, { type: 'qr', ticket: session.ticket });
}

export function openFailed(model: Model, request: number, { message }: Failure): Model {
  return patch(model, 'pair', (dialog) =>
    dialog.session.phase === 'opening' && dialog.session.request === request
      ? { ...dialog, session: { phase: 'choosing' }, notice: message }
      : dialog,
  );
}

export const takeQr = (model: Model, ticket: string, qr: QrModules): Model =>
  patch(model, 'pair', (dialog) =>
    dialog.session.phase === 'open' && dialog.session.session.ticket === ticket
      ? { ...dialog, session: { ...dialog.session, qr } }
      : dialog,
  );

/** The other side is there; if nobody waits for that any more, it is refused. */
export function takeProposal(model: Model, request: number, proposal: PairProposal): Step {
  if (overlayOf(model, 'pair')?.joining !== request)
    return step(model, { type: 'pair-confirm', params: { proposal: proposal.proposal, accept: false } });
  return step(openProposal(change(model, { joining: undefined }), proposal));
}

export const joinFailed = (model: Model, request: number, failure: Failure): Model =>
  patch(model, 'pair', (dialog) => {
    if (dialog.joining !== request) return dialog;
    const row = { ...dialog.row, use: guiltyRow(dialog, failure) };
    return { ...dialog, joining: undefined, notice: failure.message, row };
  });

/** The field to look at: the place, if nobody answers there, else what was to be used there. */
function guiltyRow({ comparing, ticket }: PairDialog, { code, stage, refusal }: Failure): number {
  if (comparing || code === 'usage') return AT_ROW;
  const reached = stage === undefined || refusal !== undefined || !isCode(ticket.text);
  return reached ? TICKET_ROW : AT_ROW;
}

export function takeNearby(model: Model, found: readonly LanDevice[]): Model {
  return patch(model, 'pair', (dialog) => {
    const selected = dialog.found?.[dialog.row.nearby]?.id;
    const at = found.findIndex(({ id }) => id === selected);
    const nearby = at === -1 ? limit(dialog.row.nearby, found.length - 1) : at;
    return { ...dialog, found, row: { ...dialog.row, nearby } };
  });
}

/** With a tick: the list is looked at again while it is on the screen. */
export function refreshNearby(model: Model): Step {
  const top = topOverlay(model);
  const due = top?.kind === 'pair' && top.tab === 'nearby' && model.clock - top.askedAt >= NEARBY_MS;
  return due && model.connection.state === 'connected' ? lookNearby(model) : step(model);
}

/** The peer is there again, and knows nothing of who listened. */
export function listenAgain(model: Model): Step {
  const session = overlayOf(model, 'pair')?.session;
  if (session === undefined) return step(model);
  if (session.phase !== 'over' || session.lost !== true) return lookNearby(model);
  const { why, log } = session;
  // Nobody looks after it any more.
  const { model: next, effects } = lookNearby(change(model, { session: { phase: 'over', why, log } }));
  return step(next, { type: 'pair-close' }, ...effects);
}

/** A session lives in the peer's memory: with the connection it is lost to this page. */
export function sessionLost(model: Model): Model {
  const over = patch(model, 'pair', (dialog) => {
    const { session, joining } = dialog;
    const notice = joining === undefined ? dialog.notice : 'the connection to the peer was lost: join again';
    const log = session.phase === 'open' ? session.log : [];
    if (session.phase !== 'open' && session.phase !== 'opening') return { ...dialog, joining: undefined, notice };
    const why = 'The connection to the peer was lost, and the session with it. Enter begins anew.';
    return { ...dialog, joining: undefined, notice, session: { phase: 'over', why, log, lost: true } };
  });
  return remove(over, ({ kind }) => kind === 'proposal');
}

// ---- what happens in the session

/** What the peer says of an attempt whose person said no. */
const DECLINED = 'it declined';

const CLOSED: Readonly<Record<Extract<PairEvent, { type: 'closed' }>['reason'], string>> = {
  used: 'The ticket has been used, and the session is over.',
  expired: 'The session has expired: nobody used the ticket in time.',
  attempts: 'Too many attempts failed, and the session was ended.',
  closed: 'The session was closed.',
  replaced: 'Another session was opened on this device and took the place of this one.',
  stopping: 'The peer is stopping, and the session was ended.',
};

export function takePairEvent(model: Model, event: PairEvent): Step {
  const open = overlayOf(model, 'pair')?.session;
  if (open?.phase !== 'open') return step(model);
  switch (event.type) {
    case 'opened':
      return step(model);
    case 'attempt': {
      const { attempts, most, from } = event;
      const counted = patchSession(model, (session) => ({ ...session, attempts, most, trying: true }));
      return step(noted(counted, 'info', `${from} tries to pair`));
    }
    case 'failed': {
      const { attempts, most, from, message } = event;
      const counted = patchSession(model, (session) => ({
        ...session,
        attempts,
        most,
        trying: false,
        proposal: undefined,
      }));
      // Once it is known who it is, that says more than where it came from.
      const name = (open.proposal ?? overlayOf(model, 'proposal')?.proposal)?.device.name;
      return step(noted(counted, 'warning', message === DECLINED ? `${name ?? from} declined` : `${from}: ${message}`));
    }
    case 'proposed': {
      const { proposal } = event;
      // Words are compared on both screens; a ticket is confirmed by whoever uses it.
      if (proposal.askedWord !== undefined) {
        const known = noted(model, 'info', `${proposal.device.name} says that it is there: compare the words`);
        return step(openProposal(known, proposal, open.session.allow));
      }
      const known = noted(model, 'info', `${proposal.device.name} has proved itself: it is asked whether to pair`);
      return step(patchSession(known, (session) => ({ ...session, proposal })));
    }
    case 'paired': {
      const name = sanitizeLine(event.device.name);
      const done = noted(withoutProposal(model, event.device.id), 'success', `paired with ${name}`);
      const told = patchSession(done, (session) => ({ ...session, trying: false, proposal: undefined }));
      return step(toast(told, 'success', `paired with ${name}`, event.device.id));
    }
    case 'closed': {
      const over = patch(model, 'pair', (dialog) => {
        if (dialog.session.phase !== 'open') return dialog;
        const why = `${CLOSED[event.reason]} Enter begins anew.`;
        const { log } = dialog.session;
        return { ...dialog, row: { ...dialog.row, show: 0 }, session: { phase: 'over', why, log } };
      });
      return step(
        remove(
          over,
          (overlay) => overlay.kind === 'proposal' && overlay.ours !== undefined && overlay.phase.type !== 'sending',
        ),
      );
    }
  }
}

type OpenSession = Extract<PairDialog['session'], { phase: 'open' }>;

const patchSession = (model: Model, changeSession: (session: OpenSession) => OpenSession): Model =>
  patch(model, 'pair', (dialog) =>
    dialog.session.phase === 'open' ? { ...dialog, session: changeSession(dialog.session) } : dialog,
  );

const noted = (model: Model, tone: PairLine['tone'], text: string): Model =>
  patchSession(model, (session) => ({
    ...session,
    log: [...session.log, { at: model.now, tone, text }].slice(-LOG_LINES),
  }));

// ---- leaving

const isOpen = (model: Model): boolean => {
  const phase = overlayOf(model, 'pair')?.session.phase;
  return phase === 'open' || phase === 'opening';
};

/** However the page was left, its session is closed; and what nobody answered any more is refused. */
export function closeAbandoned(before: Model, { model, effects }: Step): Step {
  const quits = effects.some(({ type }) => type === 'quit');
  const closes = isOpen(before) && (quits || overlayOf(model, 'pair') === undefined);
  const refused = before.overlays.flatMap((overlay) => {
    if (overlay.kind !== 'proposal' || overlay.phase.type === 'sending') return [];
    const { proposal } = overlay.proposal;
    const open = model.overlays.some((other) => other.kind === 'proposal' && other.proposal.proposal === proposal);
    return open && !quits ? [] : [{ type: 'pair-confirm', params: { proposal, accept: false } } as const];
  });
  if (!closes && refused.length === 0) return { model, effects };
  const closing = closes ? [{ type: 'pair-close' } as const] : [];
  const told = closes ? toast(model, 'info', 'pairing is closed: the ticket opens nothing any more') : model;
  return { model: told, effects: [...refused, ...closing, ...effects] };
}
