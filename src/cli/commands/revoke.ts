/** `dispatch revoke`: a device that is to have nothing to do with this one any more. */

import { DispatchError } from '../../core/errors.ts';
import { refuseAgent } from '../agent.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { findDevice } from '../find-device.ts';
import { safe } from '../print.ts';
import { findTerminal } from '../terminal.ts';

export const command: Command = {
  usage: 'revoke DEVICE [--yes]',
  summary: 'End the pairing with a device: what it runs here is ended, and it is not let in again.',
  details:
    'What it ran before stays in the thread. Nothing but pairing anew brings it back. Without --yes its name has to be typed.',
  options: { yes: { type: 'boolean', short: 'y', help: 'do not ask' } },
  examples: ['dispatch revoke gpu-box', 'dispatch revoke gpu-box --yes --json'],
  completes: 'devices',
  async run(context, args) {
    refuseAgent(context.env, 'revoke devices');
    const wanted = onlyArgument(args, 'revoke', 'DEVICE');
    const terminal = args.flag('yes') ? undefined : findTerminal(context);
    if (terminal === undefined && !args.flag('yes'))
      throw new DispatchError('usage', `there is nobody to ask whether "${wanted}" is to be revoked`, {
        hint: '--yes revokes it without asking',
      });
    const client = await context.connect();
    const device = await findDevice(client, wanted);
    if (device.local)
      throw new DispatchError('usage', `"${device.name}" is this device, which cannot be revoked here`, {
        hint: '"dispatch devices" lists the others',
      });
    if (terminal !== undefined) {
      context.note(`${device.name} (${device.id}) will lose everything that it may do here`);
      const typed = await terminal.line(`type its name to revoke it: `);
      terminal.close();
      if (typed !== device.name) throw new DispatchError('cancelled', `${device.name} was not revoked`);
    }
    const revoked = await client.call('device.revoke', { device: device.id });
    if (context.json) context.printJson(revoked);
    else context.print(`revoked ${safe(revoked.name)}: only pairing anew brings it back`);
    return 0;
  },
};
