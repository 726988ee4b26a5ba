/** `dispatch pair`: lets another device in, or takes up the ticket of one. What is typed is sorted out here; nothing is asked yet. */

import { closest } from '../../core/closest.ts';
import { DEVICE_NAME_RULE, isDeviceName } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { GRANTS, type Grant, sortGrants } from '../../core/grants.ts';
import { refuseAgent } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { placeOf } from '../pair-place.ts';

export const command: Command = {
  usage: 'pair [--allow GRANT,…] | pair - | pair TICKET | pair CODE [--at HOST[:PORT]] | pair --lan',
  summary: 'Let another device in with a ticket that works once, or take up the ticket of another device.',
  details: [
    'On the device to be reached: "dispatch pair" shows a ticket for 10 minutes, as text, as a code to type and as a QR code. Whoever',
    'uses it may do here what --allow says, and this device gets nothing there: run (have tasks executed, and steer those), approve',
    '(answer what asks for a yes), observe (see the whole thread). --mutual asks the other side to give something in return.',
    'On the other device: "dispatch pair -" and paste the ticket: it then stands in no history and no list of processes. Or type the',
    'code: with --at, or picked from the LAN. It shows who the other side is and what it offers, and asks; --yes says yes.',
    'Without any ticket, with a person at both screens: "dispatch pair --compare" here, "dispatch pair --compare --at HOST" there.',
    'With --json: first { ticket, code, expiresAt }, then one line for each event; taking up a ticket prints { paired, device }.',
  ].join('\n'),
  options: {
    allow: {
      type: 'string',
      value: 'GRANT,…',
      help: 'what the other side may do here: run (default), approve, observe; or none',
    },
    mutual: { type: 'boolean', help: 'ask the other side what this device may do there' },
    compare: { type: 'boolean', help: 'no ticket: each person types a word from the other screen' },
    at: {
      type: 'string',
      value: 'PLACE',
      help: 'where the other device is: HOST, HOST:PORT, or an id that --lan lists',
    },
    lan: { type: 'boolean', help: 'look on the LAN for devices that show a ticket; with a code, pick one of them' },
    give: { type: 'string', value: 'GRANT,…', help: 'what the other side gets if it asks for something in return' },
    as: { type: 'string', value: 'NAME', help: 'what to call the other device here' },
    yes: { type: 'boolean', short: 'y', help: 'say yes to what is offered' },
  },
  examples: [
    'dispatch pair',
    'dispatch pair --allow run,approve,observe --mutual',
    'dispatch pair -',
    'dispatch pair K3FZ-… --at gpu-box',
    'dispatch pair --lan',
    'ssh gpu-box dispatch pair --json | head -1 | jq -r .ticket | dispatch pair - --yes',
  ],
  async run(context, args) {
    refuseAgent(context.env, 'pair devices');
    const words = [...args.positionals, ...(args.rest ?? [])];
    const joins = words.length > 0 || args.flag('lan') || args.text('at') !== undefined;
    // A ticket among the arguments is shown to whoever lists processes: overwrite them.
    if (words.some((word) => word !== '-')) process.title = 'dispatch pair';
    return joins ? join(context, args, words) : offer(context, args);
  },
};

async function offer(context: CliContext, args: Arguments): Promise<number> {
  refuseOptions(args, ['yes', 'give'], 'goes with the ticket of another device');
  if (!args.flag('compare')) refuseOptions(args, ['as'], 'goes with the ticket of another device');
  const name = nameOf(args);
  const { offerPairing } = await import('../pair-offer.ts');
  return offerPairing(context, {
    allow: grantsOf('allow', args.text('allow')) ?? ['run'],
    mutual: args.flag('mutual'),
    compare: args.flag('compare'),
    ...(name === undefined ? {} : { name }),
  });
}

async function join(context: CliContext, args: Arguments, words: readonly string[]): Promise<number> {
  refuseOptions(args, ['allow'], 'is for the device that shows the ticket; --give answers what it asks in return');
  refuseOptions(args, ['mutual'], 'is for the device that shows the ticket');
  if (args.flag('compare') && (words.length > 0 || args.flag('yes')))
    throw new DispatchError('usage', 'words are compared without a ticket, and by a person', {
      hint: 'dispatch pair --compare --at HOST',
    });
  if (args.flag('lan') && args.text('at') !== undefined)
    throw new DispatchError('usage', '--lan and --at exclude each other', { hint: 'dispatch pair --help' });
  const [at, give, name] = [args.text('at'), grantsOf('give', args.text('give')), nameOf(args)];
  const { joinPairing } = await import('../pair-join.ts');
  return joinPairing(context, {
    words,
    compare: args.flag('compare'),
    yes: args.flag('yes'),
    ...(at === undefined ? {} : { at: placeOf(at) }),
    ...(give === undefined ? {} : { give }),
    ...(name === undefined ? {} : { name }),
  });
}

function nameOf(args: Arguments): string | undefined {
  const name = args.text('as');
  if (name === undefined || isDeviceName(name)) return name;
  throw new DispatchError('usage', `--as ${name}: that is no name for a device`, {
    hint: DEVICE_NAME_RULE,
  });
}

function refuseOptions(args: Arguments, names: readonly string[], why: string): void {
  const given = names.find((name) => args.flag(name) || args.text(name) !== undefined);
  if (given !== undefined) throw new DispatchError('usage', `--${given} ${why}`, { hint: 'dispatch pair --help' });
}

function grantsOf(option: string, text: string | undefined): Grant[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return [];
  return sortGrants(text.split(',').map((word) => grantOf(option, word.trim())));
}

function grantOf(option: string, word: string): Grant {
  const grant = GRANTS.find((known) => known === word);
  if (grant !== undefined) return grant;
  const close = closest(word, GRANTS);
  throw new DispatchError('usage', `--${option}: "${word}" is no grant: expected ${GRANTS.join(', ')} or none`, {
    hint: close === undefined ? 'dispatch pair --help' : `did you mean ${close}?`,
  });
}
