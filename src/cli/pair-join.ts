/**
 * Takes up a ticket, a code or a comparison: finds where the other side is, shows what it proved to be and what it offers, asks, and
 * says what came of it. Nothing is given that was not asked for separately.
 */

import type { ControlClient } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';
import { GRANTS, type Grant } from '../core/grants.ts';
import type { PairConfirmParams, PairJoinParams, PairProposal } from '../protocol/pairing-api.ts';
import type { CliContext } from './context.ts';
import { confirmPairing, wordQuestion } from './pair-confirm.ts';
import { findOnLan, listLan, pickFromLan } from './pair-lan.ts';
import { readSecret, type Secret } from './pair-secret.ts';
import { proposalLines } from './pair-words.ts';
import { safe } from './print.ts';
import { grantWords } from './print-device.ts';
import { findTerminal, type Terminal } from './terminal.ts';

interface JoinOptions {
  /** A ticket, a code, or `-` for standard input; none to look at the LAN or to compare. */
  readonly words: readonly string[];
  readonly compare: boolean;
  readonly at?: string;
  readonly give?: readonly Grant[];
  readonly name?: string;
  readonly yes: boolean;
}

export async function joinPairing(context: CliContext, options: JoinOptions): Promise<number> {
  if (options.words.length === 0 && !options.compare && options.at === undefined) return listLan(context);
  const terminal = findTerminal(context);
  try {
    if (terminal === undefined && options.compare) throw nobodyToAsk(options);
    const secret = options.compare ? undefined : await readSecret(context, terminal, options);
    if (terminal === undefined && !options.yes) throw nobodyToAsk(options);
    const client = await context.connect();
    const params = await target(context, client, terminal, options, secret);
    const proposal = await client.call('pair.join', params, { signal: context.interrupted });
    return await settle(context, client, terminal, proposal, options);
  } finally {
    terminal?.close();
  }
}

function nobodyToAsk({ compare }: JoinOptions): DispatchError {
  return compare
    ? new DispatchError('usage', 'comparing words needs a terminal with a person at it', {
        hint: 'without one, pair with a ticket',
      })
    : new DispatchError('usage', 'there is nobody to ask whether to pair', {
        hint: '--yes says yes to what the ticket offers',
      });
}

async function target(
  context: CliContext,
  client: ControlClient,
  terminal: Terminal | undefined,
  options: JoinOptions,
  secret: Secret | undefined,
): Promise<PairJoinParams> {
  if (secret?.kind === 'ticket') return { ticket: secret.text };
  const { at } = options;
  if (secret !== undefined) return { code: secret.text, at: at ?? (await findOnLan(context, client, secret.text)).id };
  return { compare: true, at: at ?? (await pickFromLan(context, client, terminal)).id };
}

/** Shows what it is about, asks, and tells the other side. */
async function settle(
  context: CliContext,
  client: ControlClient,
  terminal: Terminal | undefined,
  proposal: PairProposal,
  options: JoinOptions,
): Promise<number> {
  for (const line of ['The other side is', ...proposalLines(proposal)]) context.stderr.write(`${line}\n`);
  const decided = await decide(context, terminal, proposal, options);
  const answer = context.interrupted.aborted ? { accept: false } : decided;
  const confirmed = await confirmPairing(
    client,
    { proposal: proposal.proposal, ...answer },
    { context, terminal, proposal },
  );
  if (!confirmed.paired) {
    if (context.interrupted.aborted) throw notPaired();
    throw new DispatchError('refused', `this device was not paired with ${proposal.device.name}: you said no`);
  }
  if (context.json) {
    context.printJson(confirmed);
    return 0;
  }
  const { name, grants } = confirmed.device;
  context.print(`paired with ${safe(name)}`);
  context.print(
    `this device may do there: ${grantWords(grants?.held ?? proposal.offered)};  it may do here: ${grantWords(grants?.given ?? answer.give ?? [])}`,
  );
  if (proposal.offered.includes('run')) context.print(`try: dispatch run --on ${safe(name)} -- uname -a`);
  return 0;
}

type Answer = Omit<PairConfirmParams, 'proposal'>;

async function decide(
  context: CliContext,
  terminal: Terminal | undefined,
  proposal: PairProposal,
  { yes, give, name }: JoinOptions,
): Promise<Answer> {
  const word = proposal.askedWord === undefined ? undefined : await askWord(terminal, proposal.askedWord);
  const accept = word === undefined ? yes || (await isYes(terminal, 'pair with it? y or n: ')) : word !== '';
  if (!accept) return { accept: false };
  return {
    accept: true,
    ...(word === undefined ? {} : { word }),
    ...(name === undefined ? {} : { name }),
    ...(await inReturn(context, yes ? undefined : terminal, proposal, give)),
  };
}

async function askWord(terminal: Terminal | undefined, which: number): Promise<string> {
  return (await terminal?.line(wordQuestion(which))) ?? '';
}

/** What was not asked for is not given, and what nobody was asked about neither. */
async function inReturn(
  context: CliContext,
  terminal: Terminal | undefined,
  { asksMutual, device }: PairProposal,
  give: readonly Grant[] | undefined,
): Promise<{ give?: Grant[] }> {
  if (!asksMutual) {
    if (give !== undefined && give.length > 0) context.note('it asks for nothing in return, so --give gives nothing');
    return {};
  }
  if (give !== undefined) return { give: [...give] };
  if (terminal === undefined) {
    context.note('it asks for something in return and gets nothing: --give would give it');
    return { give: [] };
  }
  const given: Grant[] = [];
  for (const grant of GRANTS) {
    const question = `may ${device.name} ${grantWords([grant])} here? y or n: `;
    if (!context.interrupted.aborted && (await isYes(terminal, question))) given.push(grant);
  }
  return { give: given };
}

async function isYes(terminal: Terminal | undefined, question: string): Promise<boolean> {
  return terminal !== undefined && (await terminal.yes(question));
}

function notPaired(): DispatchError {
  return new DispatchError('cancelled', 'nothing was paired');
}
