/**
 * The ticket or code that a device is paired with, from the command line, from standard input or from a person: read whole, over as
 * many lines as it was copied from, and seen to be one before anybody is asked or called.
 */

import { DispatchError } from '../core/errors.ts';
import { parseCode } from '../protocol/pairing/code.ts';
import { findTicket, parseTicket } from '../protocol/pairing/ticket.ts';
import type { CliContext } from './context.ts';
import { secretOf } from './pair-place.ts';
import type { Terminal } from './terminal.ts';

export type Secret = ReturnType<typeof secretOf>;

interface SecretOptions {
  /** `-` alone: it comes from elsewhere. */
  readonly words: readonly string[];
  readonly at?: string;
}

/** What is shorter was meant as something else: the name of a device, for example. */
const SHORTEST_CODE = 12;
/** Far more than a ticket has. */
const INPUT_MAX = 64 * 1024;
/** How a ticket begins, wherever in a text that is. */
const TICKET_HEAD = /dispatch\d*:/i;

/** Throws `usage` or `invalid` where it is none, or a damaged one. */
export async function readSecret(
  context: CliContext,
  terminal: Terminal | undefined,
  { words, at }: SecretOptions,
): Promise<Secret> {
  if (words.length > 0 && words[0] !== '-') return check(secretOf(words), at);
  if (words.length > 1)
    throw new DispatchError('usage', `"${words[1]}" came after "-"`, { hint: 'dispatch pair --help' });
  const asked = context.stdin.isTTY ? terminal : undefined;
  const text = asked === undefined ? await fromInput(context.stdin) : await fromPerson(asked);
  if (context.interrupted.aborted) throw new DispatchError('cancelled', 'nothing was paired');
  return check(secretOf([text]), at);
}

function check(secret: Secret, at: string | undefined): Secret {
  if (secret.text === '')
    throw new DispatchError('usage', 'no ticket came', { hint: '"dispatch pair" on the other device shows one' });
  if (secret.text.replace(/\W/g, '').length < SHORTEST_CODE)
    throw new DispatchError('usage', `"${secret.text}" is neither a ticket nor a code`, {
      hint: '"dispatch pair" on the other device shows both',
    });
  if (secret.kind === 'code') parseCode(secret.text); // says which group has a typo, before anybody is looked for
  if (secret.kind === 'ticket' && at !== undefined)
    throw new DispatchError('usage', 'a ticket holds where the other device is, so --at does not go with it', {
      hint: 'leave --at out, or use the code instead of the ticket',
    });
  if (secret.kind === 'ticket') parseTicket(secret.text);
  return secret;
}

/** Whoever prints a ticket may go on printing: what comes after it is not waited for. */
async function fromInput(stdin: NodeJS.ReadStream): Promise<string> {
  const parts: Buffer[] = [];
  let text = '';
  for await (const bytes of stdin) {
    parts.push(Buffer.from(bytes));
    text = Buffer.concat(parts).toString('utf8');
    const found = secretIn(text);
    if (found !== undefined) return found;
    if (text.length > INPUT_MAX) break;
  }
  return unfinished(text);
}

async function fromPerson(terminal: Terminal): Promise<string> {
  let text = '';
  for (;;) {
    const line = await terminal.line(text === '' ? 'ticket or code: ' : 'its next line (empty: that was all): ');
    if (line === undefined || line === '') return unfinished(text);
    text += `${line}\n`;
    const found = secretIn(text);
    if (found !== undefined) return found;
  }
}

/** A whole ticket, or the first line that says anything, if no ticket begins in it; undefined while more has to come. */
function secretIn(text: string): string | undefined {
  const line = /[^\r\n]*[\p{L}\p{N}][^\r\n]*[\r\n]/u.exec(text)?.[0].trim();
  if (line === undefined || TICKET_HEAD.test(line)) return findTicket(text);
  return line;
}

/** What came of it, for whoever says what is wrong with it. */
function unfinished(text: string): string {
  return text.slice(Math.max(0, text.search(TICKET_HEAD))).trim();
}
