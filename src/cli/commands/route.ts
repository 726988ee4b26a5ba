/** `dispatch route`: where a task would go, and why; nothing runs. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { actionTitle, safe } from '../print.ts';
import { offlineText } from '../print-device.ts';

export const command: Command = {
  usage: 'route TASK…',
  summary: 'Say where a task would go, and why. Nothing runs.',
  details:
    'The task is written as in the composer: !command, !?command, !!command, ?question, ??question, = expression,\n' +
    '/code LANGUAGE SOURCE or a block of code, or plain words. @device says where (several, or @all), #route or\n' +
    '#connector what answers, and +artifact what goes along.',
  options: {},
  examples: [
    "dispatch route '!npm test'",
    "dispatch route 'what is a CRDT?'",
    "dispatch route '/code python print(1) @gpu-box'",
    "dispatch route '= 6 * 7' --json",
  ],
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
    const { action, connector, attach = [] } = answer;
    const now = Date.now();
    // What this device asks a connector says where it goes; the device adds nothing.
    const isAskedHere = (action.kind === 'knowledge' || action.kind === 'code') && devices.every(({ local }) => local);
    const where = isAskedHere ? '' : devices.map((device) => safe(device.name)).join(', ');
    context.print(
      [
        answer.route,
        ...(connector === undefined ? [] : [safe(connector)]),
        ...(where === '' ? [] : [where]),
        ...(action.kind === 'shell' ? [action.access] : []),
        safe(actionTitle(action)),
        ...attach.map((name) => `+${safe(name)}`),
      ].join(' · '),
    );
    context.print(`because ${answer.because.join('; ')}`);
    for (const device of devices) {
      if (device.presence.state === 'offline')
        context.print(`it would wait for ${safe(device.name)}, which is ${offlineText(device, now)}`);
    }
    for (const each of answer.rejected)
      context.print(`not ${'device' in each ? safe(each.device) : each.route}: ${safe(each.reason)}`);
    return 0;
  },
};
