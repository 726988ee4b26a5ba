/** `dispatch reroute`: sends a run that nobody has begun to another device or connector, as a new run. */

import { DispatchError } from '../../core/errors.ts';
import { isAgent } from '../agent.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { newId } from '../ids.ts';

export const command: Command = {
  usage: 'reroute RUN --on DEVICE | --connector NAME',
  summary: 'Send a run that nobody has begun elsewhere: it is cancelled, and submitted anew.',
  details:
    'A run that may have begun is not sent elsewhere. If its device has it already, that device is asked to end it first;\n' +
    'while it is away, nothing changes.',
  options: {
    on: {
      type: 'string',
      value: 'DEVICE',
      help: 'the device that is to do it: a name, the beginning of an id, or local',
    },
    connector: { type: 'string', value: 'NAME', help: 'of a question or a program: the connector that is to answer' },
  },
  examples: ['dispatch reroute 12 --on nas', 'dispatch reroute 14 --connector embedded'],
  completes: 'runs',
  async run(context, args) {
    const run = onlyArgument(args, 'reroute', 'RUN');
    const device = args.text('on');
    const connector = args.text('connector');
    if (device === undefined && connector === undefined)
      throw new DispatchError('usage', 'it does not say where to', { hint: `dispatch reroute ${run} --on DEVICE` });
    const client = await context.connect();
    const as = isAgent(context.env) ? { as: 'agent' as const } : {};
    const to = { ...(device === undefined ? {} : { device }), ...(connector === undefined ? {} : { connector }) };
    const { run: next } = await client.call('reroute', { run, ...to, id: newId(), ...as });
    if (context.json) context.printJson(next);
    else context.print(next.id);
    return 0;
  },
};
