/** `dispatch devices`: machines, what they can do and what their owners allow. */

import type { Command } from '../command.ts';
import { safe, table } from '../print.ts';

export const command: Command = {
  usage: 'devices',
  summary: 'List the devices: whether they are there, what they can do, what is allowed on them.',
  options: {},
  examples: ['dispatch devices', 'dispatch devices --json'],
  maxArguments: 0,
  async run(context) {
    const client = await context.connect();
    const { devices } = await client.call('devices', {});
    if (context.json) {
      context.printJson(devices);
      return 0;
    }
    const rows = devices.map((device) => [
      device.presence.state === 'online' ? '●' : '○',
      safe(device.name),
      device.local ? 'this device' : device.presence.state,
      device.platform,
      `${device.load.running}/${device.load.slots} running`,
      device.capabilities.shell ? (device.permissions.shell ? 'shell' : 'shell (not allowed)') : 'no shell',
      device.id,
    ]);
    for (const line of table(rows)) context.print(line);
    return 0;
  },
};
