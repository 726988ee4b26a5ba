// The pairing page: what it asks the peer for, what it makes of the answers, and what it never does.

import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { PairEvent, PairingSession, PairProposal } from '../../../src/protocol/pairing-api.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import type { PairDialog } from '../../../src/tui/model/device-dialogs.ts';
import type { Effect } from '../../../src/tui/model/effects.ts';
import type { Failure } from '../../../src/tui/model/messages.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { pairLayout } from '../../../src/tui/rows/pair-layout.ts';
import { pairRows } from '../../../src/tui/rows/pair-rows.ts';
import { proposalLayout } from '../../../src/tui/rows/proposal-layout.ts';
import { NEARBY_MS } from '../../../src/tui/update/pairing.ts';
import { DEAF_MS } from '../../../src/tui/update/reading.ts';
import { aDevice, type Dashboard, START, startDashboard } from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const session: PairingSession = {
  ticket: `dispatch1${'k'.repeat(120)}`,
  code: '1111-2222-3333-4444-5555-6666-7777',
  addresses: ['192.168.1.2:4747'],
  allow: ['run'],
  mutual: false,
  compare: false,
  expiresAt: START + 600_000,
};
const proposal: PairProposal = {
  proposal: 'p1',
  device: { id: 'device-nas', name: 'nas', platform: 'linux' },
  words: ['copper', 'maple', 'river', 'window'],
  offered: ['run', 'observe'],
  asksMutual: false,
  clockAheadMs: 0,
};
const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  grants: { held: ['run', 'observe'], given: [] },
});

function onPage(...keys: string[]): Dashboard {
  const dashboard = startDashboard();
  dashboard.press('escape', 'P', ...keys);
  return dashboard;
}
const page = ({ model }: Dashboard) => overlayOf(model, 'pair');
const question = ({ model }: Dashboard) => overlayOf(model, 'proposal');
const requestOf = (dashboard: Dashboard): number =>
  dashboard
    .take()
    .flatMap((effect) => (effect.type === 'pair-open' || effect.type === 'pair-join' ? [effect.request] : []))
    .at(-1) ?? -1;
const of = <T extends Effect['type']>(dashboard: Dashboard, type: T): Extract<Effect, { type: T }>[] =>
  dashboard.take().filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
const tell = (dashboard: Dashboard, event: PairEvent): void => dashboard.tell({ type: 'pair', event });

function opened(): Dashboard {
  const dashboard = onPage('enter');
  dashboard.tell({ type: 'pair-opened', request: requestOf(dashboard), session });
  return dashboard;
}

/** With the question on the screen, and listening. */
function asked(change: Partial<PairProposal> = {}): Dashboard {
  const dashboard = onPage('C-n');
  dashboard.paste(session.ticket);
  dashboard.press('enter');
  dashboard.tell({ type: 'pair-proposal', request: requestOf(dashboard), proposal: { ...proposal, ...change } });
  dashboard.wait(DEAF_MS);
  return dashboard;
}

describe('the pairing page', () => {
  it('opens with P from the panes, once, and asks to be told what happens', () => {
    const dashboard = startDashboard();
    dashboard.press('escape', '4', 'P');
    expect(of(dashboard, 'pair-lan')).toHaveLength(1);
    expect(dashboard.model.overlays).toHaveLength(1);
    expect(page(dashboard)).toMatchObject({ tab: 'show', allow: ['run'], session: { phase: 'choosing' } });
  });

  it('is in the palette', () => {
    const dashboard = startDashboard();
    dashboard.press('C-p');
    const palette = overlayOf(dashboard.model, 'palette');
    expect(palette?.items.map(({ target }) => target)).toContainEqual({ kind: 'binding', id: 'pane.pair' });
  });

  it('goes round its three choices with C-n, and round the rows of each with Tab', () => {
    const dashboard = onPage();
    const tabs = ['C-n', 'C-n', 'C-n', 'C-n'].map((key) => {
      dashboard.press(key);
      return page(dashboard)?.tab;
    });
    expect(tabs).toEqual(['use', 'nearby', 'show', 'use']);
    const rows = ['tab', 'tab', 'tab', 'S-tab', 'S-tab'].map((key) => {
      dashboard.press(key);
      return page(dashboard)?.row.use;
    });
    expect(rows).toEqual([1, 2, 0, 2, 1]);
  });

  it('does nothing without a peer, and says so', () => {
    const dashboard = startDashboard();
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.press('escape', 'P');
    expect(page(dashboard)).toBeUndefined();
    expect(dashboard.model.toasts.at(-1)?.text).toContain('not reachable');
  });
});

describe('showing a ticket', () => {
  it('opens a session with what was switched on', () => {
    const dashboard = onPage('down', 'down', 'space', 'down', 'space', 'enter');
    expect(of(dashboard, 'pair-open')).toMatchObject([{ allow: ['run', 'observe'], mutual: true, compare: false }]);
    expect(page(dashboard)?.session.phase).toBe('opening');
  });

  it('opens no session that would give nothing, unless words are compared', () => {
    const dashboard = onPage('space', 'enter');
    expect(of(dashboard, 'pair-open')).toEqual([]);
    expect(page(dashboard)?.notice).toContain('choose what it may do here');
    dashboard.press('j', 'j', 'j', 'j', 'space', 'enter');
    expect(of(dashboard, 'pair-open')).toMatchObject([{ allow: [], compare: true }]);
  });

  it('shows the session, and has its QR code made', () => {
    const dashboard = onPage('enter');
    dashboard.tell({ type: 'pair-opened', request: requestOf(dashboard), session });
    expect(of(dashboard, 'qr')).toEqual([{ type: 'qr', ticket: session.ticket }]);
    dashboard.tell({ type: 'qr', ticket: session.ticket, modules: [[true]] });
    dashboard.tell({ type: 'qr', ticket: 'of another session', modules: [[false]] });
    expect(page(dashboard)?.session).toMatchObject({ phase: 'open', session, qr: [[true]] });
  });

  it('says why it could not be opened, and keeps what was chosen', () => {
    const dashboard = onPage('down', 'space', 'enter');
    const failure = { code: 'unavailable', message: 'port 4747 is in use' };
    dashboard.tell({ type: 'pair-failed', request: requestOf(dashboard), failure });
    expect(page(dashboard)).toMatchObject({
      allow: ['run', 'approve'],
      session: { phase: 'choosing' },
      notice: 'port 4747 is in use',
    });
  });

  it('counts an attempt when it is over, and says of nobody that it proved itself before it did', () => {
    const dashboard = opened();
    const rows = (): string =>
      pairRows(dashboard.model, page(dashboard) as PairDialog, 76, 80)
        .map(({ text }) => text)
        .join('\n');
    expect(rows()).toContain('attempts none failed');
    tell(dashboard, { type: 'attempt', attempts: 1, most: 5, from: '10.0.0.9' });
    expect(rows()).toContain('attempts none failed, one goes on');
    tell(dashboard, { type: 'proposed', proposal });
    expect(rows()).toContain('nas has proved itself');
    expect(rows()).toContain('Both screens show these words: compare them');
    tell(dashboard, { type: 'failed', attempts: 1, most: 5, from: '10.0.0.9', message: 'it declined' });
    expect(rows()).toContain('attempts 1 of 5 failed or abandoned');
    expect(rows()).toContain('nas declined');
    tell(dashboard, { type: 'attempt', attempts: 2, most: 5, from: '10.0.0.9' });
    tell(dashboard, { type: 'proposed', proposal: { ...proposal, askedWord: 2 } });
    expect(rows().match(/proved itself/g)).toHaveLength(1);
    expect(question(dashboard)?.proposal.askedWord).toBe(2);
  });

  it('keeps everything off the rows of the ticket, which begins at the edge of the screen', () => {
    const dashboard = opened();
    const modules = Array.from({ length: 33 }, () => Array.from({ length: 33 }, () => true));
    dashboard.tell({ type: 'qr', ticket: session.ticket, modules });
    const { qr, rows, body } = pairLayout(dashboard.model);
    const ticket = rows.flatMap(({ style }, index) => (style === 'ticket' ? [body.y + index] : []));
    expect(ticket.length).toBeGreaterThan(0);
    expect(qr?.rect.y).toBeGreaterThan(Math.max(...ticket));
    const shown = text(dashboard.model).split('\n');
    expect(ticket.map((row) => shown[row]).join('')).toBe(session.ticket);
  });

  it('tells what happens in it, until it is used', () => {
    const dashboard = opened();
    tell(dashboard, { type: 'attempt', attempts: 1, most: 5, from: '10.0.0.9' });
    tell(dashboard, { type: 'failed', attempts: 1, most: 5, from: '10.0.0.9', message: 'the secret is wrong' });
    expect(page(dashboard)?.session).toMatchObject({
      attempts: 1,
      most: 5,
      log: [{ tone: 'info' }, { tone: 'warning', text: '10.0.0.9: the secret is wrong' }],
    });
    tell(dashboard, { type: 'proposed', proposal });
    expect(page(dashboard)?.session).toMatchObject({ proposal });
    expect(question(dashboard)).toBeUndefined();
    tell(dashboard, { type: 'paired', device: proposal.device, given: ['run'], held: [] });
    tell(dashboard, { type: 'closed', reason: 'used' });
    expect(page(dashboard)?.session).toMatchObject({ phase: 'over', why: expect.stringContaining('has been used') });
    expect(dashboard.model.toasts.at(-1)?.text).toBe('paired with nas');
    dashboard.press('enter');
    expect(page(dashboard)?.session.phase).toBe('choosing');
  });

  it('copies the ticket with c, and says what that means', () => {
    const dashboard = opened();
    dashboard.press('c');
    expect(of(dashboard, 'copy')).toEqual([{ type: 'copy', text: session.ticket }]);
    expect(dashboard.model.toasts.at(-1)?.text).toContain('whoever has it');
  });

  it('wakes up each second for the time that is left, and does not before', () => {
    const dashboard = onPage();
    const second = (): number => (subscriptions(dashboard.model).wakeAt ?? 0) - dashboard.now;
    dashboard.wait(20_000);
    dashboard.tell({ type: 'tick' });
    expect(second()).toBeGreaterThan(1_000);
    dashboard.press('enter');
    dashboard.tell({ type: 'pair-opened', request: requestOf(dashboard), session });
    expect(second()).toBeLessThanOrEqual(1_000);
  });
});

describe('leaving the page', () => {
  it('closes the session, and says so', () => {
    const dashboard = opened();
    dashboard.take();
    dashboard.press('escape');
    expect(page(dashboard)).toBeUndefined();
    expect(dashboard.take()).toEqual([{ type: 'pair-close' }]);
    expect(dashboard.model.toasts.at(-1)?.text).toContain('pairing is closed');
  });

  it('closes it by whatever way it is left: the palette, or quitting', () => {
    const byPalette = opened();
    byPalette.press('C-p');
    byPalette.tell({
      type: 'ranked',
      request: overlayOf(byPalette.model, 'palette')?.request ?? -1,
      matches: [
        { item: { label: '', keywords: '', hint: '', target: { kind: 'binding', id: 'pane.runs' } }, positions: [] },
      ],
    });
    byPalette.take();
    byPalette.press('enter');
    expect(byPalette.take()).toEqual([{ type: 'pair-close' }]);
    const byQuitting = startDashboard({ gap: 100 });
    byQuitting.press('escape', 'P', 'enter');
    byQuitting.tell({ type: 'pair-opened', request: requestOf(byQuitting), session });
    byQuitting.take();
    byQuitting.press('C-c', 'C-c');
    expect(byQuitting.take()).toEqual([{ type: 'pair-close' }, { type: 'quit' }]);
  });

  it('closes nothing where nothing is open', () => {
    const dashboard = onPage();
    dashboard.take();
    dashboard.press('escape');
    expect(dashboard.take()).toEqual([]);
  });

  it('closes a session that opens only after the page was left', () => {
    const dashboard = onPage('enter');
    const request = requestOf(dashboard);
    dashboard.press('escape');
    expect(of(dashboard, 'pair-close')).toHaveLength(1);
    dashboard.tell({ type: 'pair-opened', request, session });
    expect(of(dashboard, 'pair-close')).toHaveLength(1);
  });

  it('does not close the session of somebody else that is told of', () => {
    const dashboard = onPage();
    tell(dashboard, { type: 'opened', session });
    dashboard.take();
    dashboard.press('escape');
    expect(dashboard.take()).toEqual([]);
  });

  it('takes a session that went with the connection for over, and has the peer forget it', () => {
    const dashboard = opened();
    dashboard.tell({ type: 'lost', reason: 'gone' });
    expect(page(dashboard)?.session).toMatchObject({ phase: 'over', why: expect.stringContaining('connection') });
    dashboard.take();
    dashboard.tell({ type: 'connected' });
    expect(dashboard.take().map(({ type }) => type)).toEqual(['pair-close', 'pair-lan']);
  });
});

describe('using a ticket', () => {
  it('takes a pasted ticket whole, wherever in the page it is pasted, without the line breaks of a terminal', () => {
    for (const keys of [[], ['C-n'], ['C-n', 'down'], ['C-n', 'C-n']]) {
      const dashboard = onPage(...keys);
      dashboard.paste(`  ${session.ticket.slice(0, 50)}\n${session.ticket.slice(50)}\n`);
      expect(page(dashboard)).toMatchObject({ tab: 'use', ticket: { text: session.ticket } });
      dashboard.press('enter');
      expect(of(dashboard, 'pair-join')).toMatchObject([{ params: { ticket: session.ticket } }]);
    }
  });

  it('takes a ticket out of what a screen has drawn around and beside it', () => {
    const dashboard = onPage();
    const [start, end] = [session.ticket.slice(0, 60), session.ticket.slice(60)];
    dashboard.paste(`│ ${start} │ ▀▄█ ▀\n│\u200b${end}│┃ ▄▀`);
    expect(page(dashboard)?.ticket.text).toBe(session.ticket);
  });

  it('remembers the ticket nowhere', () => {
    const dashboard = asked();
    dashboard.press('y');
    expect(dashboard.model.composer.history).toEqual(startDashboard().model.composer.history);
    expect(dashboard.take().filter(({ type }) => type === 'remember')).toEqual([]);
  });

  it('looks at a code before it asks where that is used, and then goes there', () => {
    const dashboard = onPage('C-n');
    dashboard.type(session.code);
    dashboard.press('enter');
    const [asked] = of(dashboard, 'pair-join');
    expect(asked).toMatchObject({ params: { code: session.code, at: '' } });
    const failed = (failure: Failure, request = asked?.request ?? -1): void =>
      dashboard.tell({ type: 'join-failed', request, failure });
    failed({ code: 'usage', message: 'the code is right, and needs the place' });
    expect(page(dashboard)?.row.use).toBe(1);
    dashboard.type('nas.local:4747');
    dashboard.press('enter');
    const request = requestOf(dashboard);
    failed({ code: 'unavailable', message: 'nobody listens there', stage: 'refused' }, request);
    expect(page(dashboard)?.row.use).toBe(1);
    dashboard.press('enter');
    failed({ code: 'invalid', message: 'group 3 has a typo' }, requestOf(dashboard));
    expect(page(dashboard)?.row.use).toBe(0);
    dashboard.press('enter');
    expect(of(dashboard, 'pair-join')).toMatchObject([{ params: { code: session.code, at: 'nas.local:4747' } }]);
  });

  it('takes the place of a code from the devices nearby', () => {
    const dashboard = onPage('C-n');
    dashboard.type(session.code);
    dashboard.press('C-n');
    dashboard.tell({ type: 'nearby', found: [{ id: 'device-nas', addresses: ['10.0.0.2:4747'] }] });
    dashboard.press('enter', 'enter');
    expect(of(dashboard, 'pair-join')).toMatchObject([{ params: { code: session.code, at: 'device-nas' } }]);
  });

  it('joins by words where that is chosen, with no ticket', () => {
    const dashboard = onPage('C-n', 'down');
    dashboard.type('nas.local:4747');
    dashboard.press('down', 'space', 'enter');
    expect(of(dashboard, 'pair-join')).toMatchObject([{ params: { compare: true, at: 'nas.local:4747' } }]);
  });

  it('asks for a ticket if there is none', () => {
    const dashboard = onPage('C-n', 'enter');
    expect(of(dashboard, 'pair-join')).toEqual([]);
    expect(page(dashboard)?.notice).toContain('paste a ticket');
  });

  it('says in the page what went wrong, and keeps what was typed', () => {
    const dashboard = onPage('C-n');
    dashboard.paste(session.ticket);
    dashboard.press('enter');
    const message = 'group 3 of the code is wrong';
    dashboard.tell({ type: 'join-failed', request: requestOf(dashboard), failure: { code: 'invalid', message } });
    expect(page(dashboard)).toMatchObject({ joining: undefined, notice: message, ticket: { text: session.ticket } });
    dashboard.press('enter');
    expect(of(dashboard, 'pair-join')).toHaveLength(1);
  });

  it('joins once at a time', () => {
    const dashboard = onPage('C-n');
    dashboard.paste(session.ticket);
    dashboard.press('enter', 'enter');
    expect(of(dashboard, 'pair-join')).toHaveLength(1);
  });

  it('refuses a proposal that comes after the page was left', () => {
    const dashboard = onPage('C-n');
    dashboard.paste(session.ticket);
    dashboard.press('enter');
    const request = requestOf(dashboard);
    dashboard.press('escape');
    dashboard.take();
    dashboard.tell({ type: 'pair-proposal', request, proposal });
    expect(question(dashboard)).toBeUndefined();
    expect(dashboard.take()).toEqual([{ type: 'pair-confirm', params: { proposal: 'p1', accept: false } }]);
  });
});

describe('nearby', () => {
  it('looks again while it is on the screen, and never else', () => {
    const dashboard = onPage('C-n', 'C-n');
    dashboard.take();
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toEqual([]);
    expect(subscriptions(dashboard.model).wakeAt).toBe(dashboard.now + NEARBY_MS);
    dashboard.wait(NEARBY_MS);
    dashboard.tell({ type: 'tick' });
    expect(of(dashboard, 'pair-lan')).toHaveLength(1);
    dashboard.press('C-n');
    dashboard.wait(NEARBY_MS);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toEqual([]);
  });

  it('keeps what is selected when the list changes', () => {
    const found = ['a', 'b', 'c'].map((id) => ({ id, addresses: [] }));
    const dashboard = onPage('C-n', 'C-n');
    dashboard.tell({ type: 'nearby', found });
    dashboard.press('down');
    dashboard.tell({ type: 'nearby', found: found.slice(1) });
    expect(page(dashboard)?.row.nearby).toBe(0);
    dashboard.press('enter');
    expect(page(dashboard)?.at.text).toBe('b');
  });
});

describe('the question whether to pair', () => {
  const confirms = (dashboard: Dashboard) => of(dashboard, 'pair-confirm').map(({ params }) => params);
  const settle = (dashboard: Dashboard): void => {
    dashboard.wait(1_000);
    dashboard.tell({ type: 'tick' });
  };

  it('takes y, pressed once and on its own', () => {
    const dashboard = asked();
    dashboard.press('y');
    expect(confirms(dashboard)).toEqual([]);
    settle(dashboard);
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: true }]);
    dashboard.tell({ type: 'confirmed', proposal: 'p1', device: nas });
    expect(dashboard.model.overlays).toEqual([]);
    expect(dashboard.model.toasts.at(-1)?.text).toBe('paired with nas: it lets you run and watch');
  });

  it('takes n and Esc for a no, at once', () => {
    for (const key of ['n', 'escape']) {
      const dashboard = asked();
      dashboard.press(key);
      expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: false }]);
      expect(topOverlay(dashboard.model)?.kind).toBe('pair');
    }
  });

  it('does not listen in its first moment, and each key in it makes that longer', () => {
    const dashboard = onPage('C-n');
    dashboard.paste(session.ticket);
    dashboard.press('enter');
    dashboard.tell({ type: 'pair-proposal', request: requestOf(dashboard), proposal });
    dashboard.wait(DEAF_MS - 1);
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    settle(dashboard);
    expect(confirms(dashboard)).toEqual([]);
    expect(question(dashboard)?.notice).toContain('too soon');
  });

  it('takes neither a paste, nor a held key, nor one that comes with others', () => {
    const pasted = asked();
    pasted.paste('y');
    settle(pasted);
    expect(confirms(pasted)).toEqual([]);
    expect(question(pasted)?.notice).toContain('paste does not answer');

    const held = asked();
    held.wait(1_000);
    held.input({ type: 'key', key: 'j', text: 'j' });
    held.wait(400);
    held.input({ type: 'key', key: 'y', text: 'y' });
    held.wait(30);
    held.input({ type: 'key', key: 'y', text: 'y' });
    settle(held);
    expect(confirms(held)).toEqual([]);

    const burst = asked();
    burst.wait(1_000);
    burst.tell({ type: 'input', event: { type: 'key', key: 'y', text: 'y' }, raw: new Uint8Array(0), burst: true });
    settle(burst);
    expect(confirms(burst)).toEqual([]);
  });

  it('gives in return what was switched on, and only where it is asked', () => {
    const dashboard = asked({ asksMutual: true });
    // The first switch is selected at once.
    dashboard.press('down', 'space', 'y');
    settle(dashboard);
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: true, give: ['approve'] }]);
    const nothing = asked({ asksMutual: true });
    nothing.press('y');
    settle(nothing);
    expect(confirms(nothing)).toEqual([{ proposal: 'p1', accept: true, give: [] }]);
  });

  it('begins as things are with a device that is paired already, and says what a yes changes', () => {
    const dashboard = startDashboard({
      snapshot: { devices: [aDevice(), { ...nas, grants: { held: ['run', 'approve'], given: ['run', 'observe'] } }] },
    });
    dashboard.press('escape', 'P', 'C-n');
    dashboard.paste(session.ticket);
    dashboard.press('enter');
    const request = requestOf(dashboard);
    dashboard.tell({ type: 'pair-proposal', request, proposal: { ...proposal, asksMutual: true } });
    dashboard.wait(DEAF_MS);
    const rows = (): string[] => {
      const open = question(dashboard);
      return open === undefined ? [] : proposalLayout(dashboard.model, open).rows.map(({ text }) => text);
    };
    expect(question(dashboard)?.give).toEqual(['run', 'observe']);
    expect(rows()).toEqual(expect.arrayContaining(['takes away: approve', 'adds: observe', 'as it is now']));
    dashboard.press('space');
    expect(rows()).toContain('takes away: run');
    dashboard.press('y');
    settle(dashboard);
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: true, give: ['observe'] }]);
  });

  it('keeps its switches in reach on a small screen, with the words in sight at first', () => {
    const dashboard = asked({ asksMutual: true });
    dashboard.tell({ type: 'resized', size: { width: 40, height: 12 } });
    const shown = (): string[] => {
      const open = question(dashboard);
      if (open === undefined) return [];
      const { rows, first, body } = proposalLayout(dashboard.model, open);
      const visible = rows.slice(first, first + body.height);
      expect(visible).toContain(rows[open.row]);
      return visible.map(({ text }) => text);
    };
    expect(shown().join(' ')).toContain('copper');
    for (let at = 0; at < 4; at += 1) {
      dashboard.press('down');
      shown();
    }
    expect(shown().some((row) => row.startsWith('observe'))).toBe(true);
  });

  it('takes another name along', () => {
    const dashboard = asked();
    dashboard.press('e', 'C-u');
    dashboard.type('attic');
    dashboard.press('enter');
    dashboard.wait(1_000);
    dashboard.press('y');
    settle(dashboard);
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: true, name: 'attic' }]);
  });

  it('stays, with the reason, if that did not work', () => {
    const dashboard = asked();
    dashboard.press('y');
    settle(dashboard);
    const message = 'there is a device called nas already: give it another name';
    dashboard.tell({ type: 'confirm-failed', proposal: 'p1', failure: { code: 'conflict', message } });
    expect(question(dashboard)).toMatchObject({ phase: { type: 'open' }, notice: message });
  });

  it('goes, and the page says why, if there is nothing left to answer', () => {
    const dashboard = asked();
    dashboard.press('y');
    settle(dashboard);
    dashboard.take();
    const message = 'the words differ, so nothing was paired';
    dashboard.tell({ type: 'confirm-failed', proposal: 'p1', failure: { code: 'refused', message } });
    expect(question(dashboard)).toBeUndefined();
    expect(page(dashboard)?.notice).toBe(message);
    expect(dashboard.take()).toEqual([]);
  });

  it('sends the word of the other screen, where words are compared, and no letter of it answers', () => {
    const dashboard = opened();
    tell(dashboard, { type: 'proposed', proposal: { ...proposal, askedWord: 2 } });
    dashboard.wait(DEAF_MS);
    dashboard.press('y', 'n');
    dashboard.paste('maple');
    expect(question(dashboard)).toMatchObject({ ours: ['run'], editor: { text: 'yn' } });
    dashboard.press('C-u', 'enter');
    expect(question(dashboard)?.notice).toContain('type word 2');
    dashboard.type('maple');
    dashboard.press('enter');
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: true, word: 'maple' }]);
  });

  it('goes with the session it came to', () => {
    const dashboard = opened();
    tell(dashboard, { type: 'proposed', proposal: { ...proposal, askedWord: 2 } });
    tell(dashboard, { type: 'closed', reason: 'expired' });
    expect(question(dashboard)).toBeUndefined();
    expect(page(dashboard)?.session).toMatchObject({ why: expect.stringContaining('expired') });
  });

  it('is a no if the page is left in any other way', () => {
    const dashboard = asked();
    dashboard.tell({ type: 'lost', reason: 'gone' });
    expect(question(dashboard)).toBeUndefined();
    expect(confirms(dashboard)).toEqual([{ proposal: 'p1', accept: false }]);
  });
});
