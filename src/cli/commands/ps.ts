/** `dispatch ps`: runs, newest first. */

import { DispatchError } from '../../core/errors.ts';
import { RUN_STATUSES, type Run, type RunStatus } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import { runRow, table } from '../print.ts';
import { whereabouts } from '../print-device.ts';

const OPEN: readonly RunStatus[] = ['queued', 'running', 'waiting_approval'];

export const command: Command = {
  usage: 'ps [--all] [-n N] [--status STATUS]',
  summary: 'List runs, newest first: those that are not over, and with --all the others too.',
  details: [
    'Where other devices are paired with this one, it also says where each runs, and with which others in the list one command',
    'was given to several devices.',
  ].join('\n'),
  options: {
    all: { type: 'boolean', short: 'a', help: 'also what is over' },
    status: { type: 'string', multiple: true, value: 'STATUS', words: RUN_STATUSES, help: RUN_STATUSES.join(', ') },
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50)' },
  },
  examples: ['dispatch ps', 'dispatch ps --all -n 10', 'dispatch ps --status failed --json'],
  maxArguments: 0,
  async run(context, args) {
    const wanted = args.list('status').map((text) => {
      const status = RUN_STATUSES.find((known) => known === text);
      if (status === undefined)
        throw new DispatchError('usage', `--status ${text}: expected one of ${RUN_STATUSES.join(', ')}`, {
          hint: 'dispatch ps --help',
        });
      return status;
    });
    const status = wanted.length > 0 ? wanted : args.flag('all') ? undefined : [...OPEN];
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 50;
    const client = await context.connect();
    const [{ runs, more }, known] = await Promise.all([
      client.call('runs.list', { limit, ...(status === undefined ? {} : { status }) }),
      client.call('devices', {}),
    ]);
    if (context.json) {
      context.printJson(runs);
      return 0;
    }
    const now = Date.now();
    const several = known.devices.length + known.revoked.length > 1;
    const where = (run: Run): string | undefined =>
      several ? `${whereabouts(run, known, now)}${groupText(run, runs)}` : undefined;
    for (const line of table(runs.map((run) => runRow(run, now, where(run))))) context.print(line);
    if (runs.length === 0)
      context.note(status === undefined ? 'there are no runs yet' : 'no such runs; --all lists those that are over');
    if (more) context.note(`there are more: -n ${limit * 2}`);
    return 0;
  },
};

/** The other runs of the same task, as far as they are listed. */
function groupText({ id, group }: Run, runs: readonly Run[]): string {
  const others = runs.filter((other) => group !== undefined && other.group === group && other.id !== id);
  const numbers = others.map(({ number }) => number).sort((a, b) => a - b);
  return numbers.length === 0 ? '' : `, with ${numbers.join(', ')}`;
}
