/**
 * Shows a ticket and what becomes of it, until it has been used, is too old or is withdrawn. The secret goes to standard output and
 * nowhere else.
 */

import type { ControlClient } from '../control/client/client.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { PairEvent, PairingSession, PairOpenParams, PairProposal } from '../protocol/pairing-api.ts';
import { formatClock } from '../tui/words/format.ts';
import type { CliContext } from './context.ts';
import { confirmPairing, wordQuestion } from './pair-confirm.ts';
import { listenToSession } from './pair-events.ts';
import { proposalLines } from './pair-words.ts';
import { duration, safe } from './print.ts';
import { grantWords } from './print-device.ts';
import { findTerminal, type Terminal } from './terminal.ts';

type OfferOptions = Required<PairOpenParams> & {
  /** What to call the other device here. */
  readonly name?: string;
};

export async function offerPairing(context: CliContext, options: OfferOptions): Promise<number> {
  const { name, ...params } = options;
  const terminal = params.compare ? mustFindTerminal(context) : undefined;
  const withdrawn = withdrawal(context);
  const client = await context.connect();
  const events = listenToSession(client);
  const session = await client.call('pair.open', params);
  events.begin(session);
  if (context.json) {
    const { ticket, code, expiresAt } = session;
    context.printJson({ ticket, code, expiresAt });
  } else await show(context, session);

  const withdraw = (): void => void client.call('pair.close', {}).catch(() => {});
  withdrawn.addEventListener('abort', withdraw, { once: true });
  if (withdrawn.aborted) withdraw();
  let comparing = new AbortController();
  try {
    for (;;) {
      const event = await events.next();
      if (event.type === 'failed' || event.type === 'paired' || event.type === 'closed') comparing.abort();
      if (context.json) context.printJson(event);
      else for (const line of eventLines(event, session)) context.print(line);
      if (event.type === 'closed') return exitCodeOfEnd(event.reason);
      if (event.type === 'proposed' && event.proposal.askedWord !== undefined && terminal !== undefined) {
        if (context.json) for (const line of proposalLines(event.proposal, session.allow)) context.note(line);
        comparing = new AbortController();
        void compare(context, client, terminal, event.proposal, name, comparing.signal);
      }
    }
  } finally {
    comparing.abort();
    terminal?.close();
  }
}

function mustFindTerminal(context: CliContext): Terminal {
  const terminal = findTerminal(context);
  if (terminal !== undefined) return terminal;
  throw new DispatchError('usage', 'comparing words needs a terminal with a person at it', {
    hint: 'without one, pair with a ticket: dispatch pair',
  });
}

/** Ctrl-C, and what comes when the terminal goes: a ticket that nobody watches is no use to anybody but a thief. */
function withdrawal({ interrupted }: CliContext): AbortSignal {
  const gone = new AbortController();
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => gone.abort());
  return AbortSignal.any([interrupted, gone.signal]);
}

async function show(context: CliContext, session: PairingSession): Promise<void> {
  const { addresses, allow, code, compare, expiresAt, mutual, ticket } = session;
  const who = compare ? 'The device that pairs' : 'Whoever uses this ticket';
  const places = addresses.map(safe);
  const [at = 'HOST:PORT'] = places;
  context.print(`${who} may do here: ${grantWords(allow)}.`);
  context.print(
    mutual
      ? 'It is asked what this device may do there.'
      : 'This device gets nothing there; --mutual would ask for something in return.',
  );
  context.print(
    `It works once, until ${formatClock(expiresAt)} (for ${duration(expiresAt - Date.now())}); Ctrl-C withdraws it.`,
  );
  context.print('');
  if (compare) context.print(`On the other device: dispatch pair --compare --at ${at}`);
  else {
    context.print(`ticket   ${safe(ticket)}`);
    context.print(`code     ${safe(code)}`);
  }
  context.print(
    `listens  ${places.length === 0 ? 'nowhere: "dispatch peer --listen" tells it where' : places.join(', ')}`,
  );
  if (compare) return;
  context.print('');
  context.print('On the other device: "dispatch pair -" and paste the ticket, or P in its dashboard.');
  context.print(`Where it cannot be pasted: dispatch pair ${safe(code)} --at ${at}`);
  const { stdout, env } = context;
  if (!stdout.isTTY || env.TERM === 'dumb') return;
  const { qrLines } = await import('./qr.ts');
  // Tickets may be in capitals, which need a third fewer squares.
  const lines = qrLines(ticket.toUpperCase(), { columns: stdout.columns, colours: (env.NO_COLOR ?? '') === '' });
  if (lines !== undefined) stdout.write(`\n${lines.join('\n')}\n\n`);
}

function eventLines(event: PairEvent, { allow, compare }: PairingSession): string[] {
  switch (event.type) {
    case 'opened':
      return [];
    case 'attempt':
      return [`${safe(event.from)} tries (attempt ${event.attempts} of ${event.most})`];
    case 'failed':
      return [`${safe(event.from)} failed (attempt ${event.attempts} of ${event.most}): ${safe(event.message)}`];
    case 'proposed':
      return [
        compare ? 'Somebody wants to pair:' : 'Somebody has the ticket, and is asked to say yes there:',
        ...proposalLines(event.proposal, allow),
      ];
    case 'paired': {
      const { device, given, held } = event;
      return [
        `paired with ${safe(device.name)} (${safe(device.platform)}, ${device.id})`,
        `it may do here: ${grantWords(given)};  this device may do there: ${grantWords(held)}`,
      ];
    }
    case 'closed':
      return [`the session is over: ${ENDS[event.reason]}`];
  }
}

const ENDS: Readonly<Record<Extract<PairEvent, { type: 'closed' }>['reason'], string>> = {
  used: 'it has been used',
  expired: 'nobody used it in time',
  attempts: 'there were too many failed attempts',
  closed: 'it was withdrawn',
  replaced: 'another one was opened on this device',
  stopping: 'the peer is stopping',
};

function exitCodeOfEnd(reason: Extract<PairEvent, { type: 'closed' }>['reason']): number {
  switch (reason) {
    case 'used':
      return 0;
    case 'expired':
    case 'attempts':
      return 126;
    case 'closed':
      return 130;
    case 'replaced':
    case 'stopping':
      return 125;
  }
}

/** Asks for the word; what comes of it comes as an event. */
async function compare(
  context: CliContext,
  client: ControlClient,
  terminal: Terminal,
  proposal: PairProposal,
  name: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const word = await terminal.line(wordQuestion(proposal.askedWord ?? 1), signal);
  if (word === undefined) return; // it is over, or withdrawn
  const answer = word === '' ? { accept: false } : { accept: true, word, ...(name === undefined ? {} : { name }) };
  const params = { proposal: proposal.proposal, ...answer };
  try {
    await confirmPairing(client, params, { context, terminal, proposal, signal });
  } catch (error) {
    context.note(asDispatchError(error).message);
  }
}
