/** `dispatch approve`: yes, to exactly what is pending now; once, for this run, or for always. */

import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DecideParams } from '../../protocol/api.ts';
import { refuseAgent } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { decideAll } from '../decide.ts';
import { findAlike, findApproval, mustBeNamed } from '../find-approval.ts';

const DAY_S = 86_400;
const HELP = 'dispatch approve --help';

export const command: Command = {
  usage: 'approve ID… [--for-run [--ttl S] | --always [--yes] | --edit] [--alike] [--note TEXT]',
  summary: 'Say yes. ID is that of an approval, or the number of its run.',
  details: [
    'Without more it is a yes to this one request, once. With several ids, or --alike, each is answered, whatever comes of the',
    'others, and --json is an array. --always shows the exact rule that it would add on the device that executes, and asks once',
    'more; --edit opens $VISUAL or $EDITOR on the command, and what you leave there has to be approved anew.',
    'Where several devices must say yes, it tells how many more are needed.',
  ].join('\n'),
  options: {
    'for-run': { type: 'boolean', help: 'also what the same run asks for later' },
    ttl: { type: 'string', value: 'S', help: 'with --for-run: for S seconds (default 900, at most a day)' },
    always: { type: 'boolean', help: 'also what is like it from now on, by a rule that you are shown' },
    alike: { type: 'boolean', help: 'also all that wait for an answer to the very same, on any device' },
    edit: { type: 'boolean', short: 'e', help: 'change the command first' },
    yes: { type: 'boolean', short: 'y', help: 'with --always: add the rule without asking' },
    note: { type: 'string', value: 'TEXT', help: 'a note that is kept with the answer' },
  },
  examples: [
    'dispatch approve 12',
    'dispatch approve k3fz 14 15',
    'dispatch approve 12 --alike',
    'dispatch approve 12 --for-run --ttl 600',
    'dispatch approve 12 --always',
  ],
  completes: 'approvals',
  async run(context, args) {
    const refs = [...new Set([...args.positionals, ...(args.rest ?? [])])];
    if (refs.length === 0) throw new DispatchError('usage', 'ID is missing', { hint: HELP });
    refuseContradictions(args, refs);
    refuseAgent(context.env, 'approve anything');
    const [only = ''] = refs;
    const note = args.text('note');
    if (args.flag('always')) {
      const { approveAlways } = await import('../approve-always.ts');
      return approveAlways(context, only, { yes: args.flag('yes'), note });
    }
    if (args.flag('edit')) {
      const { approveEdited } = await import('../approve-edit.ts');
      return approveEdited(context, only);
    }
    const client = await context.connect();
    const answer = answerOf(args, note);
    if (args.flag('alike')) {
      const targets = await alikeOf(context, client, refs);
      const answers = targets.map((target) => ({ ...target, ...answer }));
      return decideAll(context, client, answers, { several: true });
    }
    const answers = refs.map((approval) => ({ approval, ...answer }));
    return decideAll(context, client, answers, { several: answers.length > 1 });
  },
};

function refuseContradictions(args: Arguments, refs: readonly string[]): void {
  const ways = ['for-run', 'always', 'edit'].filter((name) => args.flag(name)).map((name) => `--${name}`);
  const refuse = (message: string): never => {
    throw new DispatchError('usage', message, { hint: HELP });
  };
  if (ways.length > 1) refuse(`${ways.join(' and ')} are different answers: give one`);
  if (args.text('ttl') !== undefined && !args.flag('for-run')) refuse('--ttl goes with --for-run');
  if (args.flag('yes') && !args.flag('always')) refuse('--yes goes with --always');
  if (!args.flag('always') && !args.flag('edit')) return;
  if (refs.length > 1) refuse(`one ID at a time with ${ways[0]}, but "${refs[1]}" came too`);
  if (args.flag('alike')) refuse(`--alike does not go with ${ways[0]}: answer the others by themselves`);
  if (args.flag('edit') && args.text('note') !== undefined) refuse('--note does not go with --edit');
}

function answerOf(args: Arguments, note: string | undefined): Omit<DecideParams, 'approval'> {
  const kept = note === undefined ? {} : { note };
  if (!args.flag('for-run')) return { decision: 'approve', ...kept };
  const ttl = args.number('ttl', { min: 1, max: DAY_S });
  return { decision: 'approve-for-run', ...(ttl === undefined ? {} : { forMs: ttl * 1000 }), ...kept };
}

/** Each with the digest that it had when it was found to be the same. */
async function alikeOf(
  context: CliContext,
  client: ControlClient,
  refs: readonly string[],
): Promise<{ approval: string; digest: string }[]> {
  const found = new Map<string, string>();
  for (const ref of refs) {
    const { approval, run } = await findApproval(client, ref);
    mustBeNamed(approval, ref);
    if (approval.payload.likeness === undefined)
      context.note(`the device of run ${run.number} does not tell what is like it: only this one is answered`);
    const alike = await findAlike(client, approval);
    if (alike.length === 1 && approval.payload.likeness !== undefined)
      context.note(`nothing else that waits is the same as run ${run.number}: only this one is answered`);
    for (const { id, digest } of alike) found.set(id, digest);
  }
  return [...found].map(([approval, digest]) => ({ approval, digest }));
}
