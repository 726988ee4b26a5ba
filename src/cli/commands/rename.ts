/** `dispatch rename`: what a device is called here; for this device, what it calls itself. */

import { DispatchError } from '../../core/errors.ts';
import { refuseAgent } from '../agent.ts';
import type { Command } from '../command.ts';
import { safe } from '../print.ts';

export const command: Command = {
  usage: 'rename DEVICE NAME',
  summary: 'Call a device something else.',
  details: [
    'Of another device it changes what it is called here, and nothing there. Of this one (its name, or "local") it changes what',
    'it calls itself, which is kept in config.toml and told to the devices that it is paired with.',
  ].join('\n'),
  options: {},
  examples: ['dispatch rename gpu-box attic', 'dispatch rename local laptop'],
  completes: 'devices',
  maxArguments: 2,
  async run(context, args) {
    refuseAgent(context.env, 'rename devices');
    const [wanted, name] = [...args.positionals, ...(args.rest ?? [])];
    if (wanted === undefined || name === undefined)
      throw new DispatchError('usage', `${wanted === undefined ? 'DEVICE' : 'NAME'} is missing`, {
        hint: 'dispatch rename --help',
      });
    const client = await context.connect();
    const { device } = await client.call('device.rename', { device: wanted, name });
    if (context.json) context.printJson(device);
    else
      context.print(`${device.local ? 'this device calls itself' : 'it is called'} ${safe(device.name)} from now on`);
    return 0;
  },
};
