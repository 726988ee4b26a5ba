/** `dispatch approvals`: what waits for a yes or no. */

import type { ControlClient } from '../../control/client/client.ts';
import type { Actor, Approval } from '../../core/approvals.ts';
import type { KnownDevices } from '../../protocol/api.ts';
import { readStory } from '../approval-story.ts';
import { chooseApprovals } from '../choose-approvals.ts';
import type { Command } from '../command.ts';
import { approvalLines } from '../print-approval.ts';
import { namesOf } from '../print-device.ts';
import { widthOf } from '../wrap-lines.ts';

/** What a peer lists at once. */
const LIST_MAX = 1000;

export const command: Command = {
  usage: 'approvals [--all] [-n N] | approvals --follow',
  summary: 'List what waits for a yes or no, the oldest first; with --all also what was answered.',
  details: [
    'With --follow it goes on until Ctrl-C, also over a restart of the peer: first what waits, then a line for each request that',
    'comes, each yes where more are needed, each decision, and each that expires or is withdrawn. With --json each line is',
    '{ event, approval, by }, where event is requested, agreed, decided or expired, and by is who asked; it stands in each approval of',
    'the other lists, too.',
  ].join('\n'),
  options: {
    all: { type: 'boolean', short: 'a', help: 'also those that were answered or expired, newest first' },
    follow: { type: 'boolean', short: 'f', help: 'go on until Ctrl-C' },
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50); devices that ask take turns' },
  },
  examples: ['dispatch approvals', 'dispatch approvals --json', 'dispatch approvals --follow --json'],
  maxArguments: 0,
  async run(context, args) {
    if (args.flag('follow')) {
      const { followApprovals } = await import('../follow-approvals.ts');
      return followApprovals(context, args);
    }
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 50;
    const client = await context.connect();
    const all = args.flag('all');
    const known = await client.call('devices', {});
    const { shown, more } = all ? await readAll(client, limit) : await readPending(client, limit, known);
    if (context.json) {
      const asked: (Approval & { readonly by: Actor })[] = [];
      for (const approval of shown) {
        const { run } = await client.call('run.get', { run: approval.runId });
        asked.push({ ...approval, by: run.by });
      }
      context.printJson(asked);
    } else {
      const width = widthOf(context.stdout);
      for (const approval of shown) {
        const story = await readStory(client, approval.runId);
        for (const line of approvalLines(approval, story, { ...known, now: Date.now(), width })) context.print(line);
      }
      if (shown.length === 0) context.note('nothing waits for an answer');
    }
    if (more !== undefined) context.note(more);
    return 0;
  },
};

interface Listed {
  readonly shown: readonly Approval[];
  /** What is not shown, for people. */
  readonly more: string | undefined;
}

async function readAll(client: ControlClient, limit: number): Promise<Listed> {
  const { approvals } = await client.call('approvals.list', { limit: Math.min(limit + 1, LIST_MAX), all: true });
  const shown = approvals.slice(0, limit);
  if (limit >= LIST_MAX && approvals.length === LIST_MAX)
    return { shown, more: 'there may be older ones: dispatch audit' };
  if (approvals.length <= limit) return { shown, more: undefined };
  return { shown, more: `there are older ones: dispatch approvals --all -n ${Math.min(limit * 2, LIST_MAX)}` };
}

async function readPending(client: ControlClient, limit: number, known: KnownDevices): Promise<Listed> {
  const [{ approvals }, { runs }] = await Promise.all([
    client.call('approvals.list', { limit: LIST_MAX }),
    client.call('runs.list', { status: ['waiting_approval'], limit: LIST_MAX }),
  ]);
  const origins = new Map(runs.map(({ id, origin }) => [id, origin]));
  const { shown, left } = chooseApprovals(approvals, ({ runId, device }) => origins.get(runId) ?? device, limit);
  if (left.length === 0 && approvals.length < LIST_MAX) return { shown, more: undefined };
  const nameOf = namesOf(known);
  const local = known.devices.find((device) => device.local)?.id;
  const whose = left.map(({ asker, count }) => `${count} from ${asker === local ? 'this device' : nameOf(asker)}`);
  const count = left.reduce((sum, each) => sum + each.count, 0);
  const least = approvals.length < LIST_MAX ? '' : 'at least ';
  const how = limit < LIST_MAX ? `: dispatch approvals -n ${approvals.length}` : '; answer some to see them';
  const parts = whose.length === 0 ? '' : ` (${whose.join(', ')})`;
  return { shown, more: `${least}${count} more ${count === 1 ? 'waits' : 'wait'}${parts}${how}` };
}
