/** `dispatch route`: where a task would go, and why; nothing runs. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { actionTitle, safe } from '../print.ts';
import { offlineText } from '../print-device.ts';

export const command: Command = {
  usage: 'route TASK…',
  summary: 'Say where a task would go, and why. Nothing runs.',
  details:
    'The task is written as in the composer: !command, !?command, !!command, = expression, @device (several, or @all).',
  options: {},
  examples: ["dispatch route '!npm test'", "dispatch route '= 6 * 7' --json"],
  async run(context, args) {
    const task = [...args.positionals, ...(args.rest ?? [])].join(' ');
    if (task.trim() === '')
      throw new DispatchError('usage', 'there is no task', { hint: "dispatch route '!npm test'" });
    const client = await context.connect();
    const { ok: _, devices, ...answer } = await client.call('route', { task, cwd: process.cwd() });
    if (context.json) {
      context.printJson(devices.length > 1 ? { ...answer, devices } : answer);
      return 0;
    }
    const { action } = answer;
    const now = Date.now();
    const where = devices.map((device) => safe(device.name)).join(', ');
    context.print(
      [
        answer.route,
        ...(where === '' ? [] : [where]),
        ...(action.kind === 'shell' ? [action.access] : []),
        safe(actionTitle(action)),
      ].join(' · '),
    );
    context.print(`because ${answer.because.join('; ')}`);
    for (const device of devices) {
      if (device.presence.state === 'offline')
        context.print(`it would wait for ${safe(device.name)}, which is ${offlineText(device, now)}`);
    }
    for (const { device: name, reason } of answer.rejected) context.print(`not ${safe(name)}: ${reason}`);
    return 0;
  },
};
