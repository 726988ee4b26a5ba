/** `dispatch approvals`: what waits for a yes or no. */

import type { Command } from '../command.ts';
import { approvalLines } from '../print.ts';
import { namesOf } from '../print-device.ts';

export const command: Command = {
  usage: 'approvals [--all]',
  summary: 'List what waits for a yes or no, the oldest first; with --all also what was answered.',
  options: {
    all: { type: 'boolean', short: 'a', help: 'also those that were answered or expired, newest first' },
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50)' },
  },
  examples: ['dispatch approvals', 'dispatch approvals --json'],
  maxArguments: 0,
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 50;
    const client = await context.connect();
    const [{ approvals }, { devices }] = await Promise.all([
      client.call('approvals.list', { limit, all: args.flag('all') }),
      client.call('devices', {}),
    ]);
    if (context.json) {
      context.printJson(approvals);
      return 0;
    }
    for (const approval of approvals) {
      const { run } = await client.call('run.get', { run: approval.runId });
      const isHere = devices.some(({ id, local }) => local && id === approval.device);
      const where = isHere ? undefined : namesOf(devices)(approval.device);
      for (const line of approvalLines(approval, String(run.number), Date.now(), where)) context.print(line);
    }
    if (approvals.length === 0) context.note('nothing waits for an answer');
    return 0;
  },
};
