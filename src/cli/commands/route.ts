/** `dispatch route`: where a task would go, and why; nothing runs. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { actionTitle, safe } from '../print.ts';

export const command: Command = {
  usage: 'route TASK…',
  summary: 'Say where a task would go, and why. Nothing runs.',
  details: 'The task is written as in the composer: !command, !?command, !!command, = expression, @device.',
  options: {},
  examples: ["dispatch route '!npm test'", "dispatch route '= 6 * 7' --json"],
  async run(context, args) {
    const task = [...args.positionals, ...(args.rest ?? [])].join(' ');
    if (task.trim() === '')
      throw new DispatchError('usage', 'there is no task', { hint: "dispatch route '!npm test'" });
    const client = await context.connect();
    const { ok: _, ...answer } = await client.call('route', { task, cwd: process.cwd() });
    if (context.json) {
      context.printJson(answer);
      return 0;
    }
    const { device } = answer;
    context.print(
      [answer.route, ...(device === undefined ? [] : [safe(device.name)]), safe(actionTitle(answer.action))].join(
        ' · ',
      ),
    );
    context.print(`because ${answer.because.join('; ')}`);
    for (const { device: name, reason } of answer.rejected) context.print(`not ${safe(name)}: ${reason}`);
    return 0;
  },
};
