/** `dispatch permissions`: what the owner of this device allows on it, whoever asks. */

import { closest } from '../../config/closest.ts';
import type { Device, Permissions } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDevice } from '../find-device.ts';
import { table } from '../print.ts';

const NAMES: readonly (keyof Permissions)[] = ['local_files', 'shell', 'browser_automation', 'desktop_automation'];

/** Which capability each of them is about. */
const CAPABILITIES = {
  local_files: 'local_files',
  shell: 'shell',
  browser_automation: 'browserAutomation',
  desktop_automation: 'desktopAutomation',
} as const;

export const command: Command = {
  usage: 'permissions [--on DEVICE] | permissions set NAME=on|off …',
  summary: 'Show or set what is allowed on this device, whoever asks for it.',
  details: [
    `NAME is one of ${NAMES.join(', ')}.`,
    'What is off cannot be run, and no approval overrides that. It is kept in config.toml and obeyed at once. Only the owner of',
    'a device sets this, on that device.',
  ].join('\n'),
  options: { on: { type: 'string', value: 'DEVICE', help: 'show those of another device' } },
  examples: ['dispatch permissions', 'dispatch permissions set shell=off', 'dispatch permissions --on gpu-box --json'],
  completes: ['set'],
  async run(context, args) {
    const [what, ...changes] = [...args.positionals, ...(args.rest ?? [])];
    if (what !== undefined && what !== 'set')
      throw new DispatchError('usage', `permissions ${what}: expected set`, { hint: 'dispatch permissions --help' });
    const wanted = what === 'set' ? parseChanges(changes) : undefined;
    const client = await context.connect();
    const device = await findDevice(client, args.text('on') ?? 'local');
    if (wanted === undefined) {
      print(context, device);
      return 0;
    }
    if (!device.local) throw notHere(device, args);
    const { permissions } = await client.call('permissions.set', { permissions: wanted });
    print(context, { ...device, permissions });
    return 0;
  },
};

function parseChanges(words: readonly string[]): Partial<Permissions> {
  if (words.length === 0)
    throw new DispatchError('usage', 'there is nothing to set', { hint: 'dispatch permissions set shell=off' });
  return Object.fromEntries(words.map(parseChange));
}

function parseChange(word: string): [keyof Permissions, boolean] {
  const [name = '', value, ...more] = word.split('=');
  const known = NAMES.find((permission) => permission === name);
  if (known === undefined) {
    const close = closest(name, NAMES);
    throw new DispatchError('usage', `"${name}" is no permission: expected one of ${NAMES.join(', ')}`, {
      hint: close === undefined ? 'dispatch permissions --help' : `did you mean ${close}?`,
    });
  }
  if ((value !== 'on' && value !== 'off') || more.length > 0)
    throw new DispatchError('usage', `"${word}": expected ${known}=on or ${known}=off`, {
      hint: 'dispatch permissions --help',
    });
  return [known, value === 'on'];
}

function notHere({ name }: Device, { positionals }: Arguments): DispatchError {
  return new DispatchError('refused', `what is allowed on ${name} is set by its owner, on ${name} itself`, {
    hint: `run "dispatch permissions ${positionals.join(' ')}" there`,
  });
}

function print(context: CliContext, { capabilities, permissions }: Device): void {
  if (context.json) {
    context.printJson(permissions);
    return;
  }
  const rows = NAMES.map((name) => [
    name,
    permissions[name] ? 'on' : 'off',
    capabilities[CAPABILITIES[name]] ? '' : 'the device cannot do it',
  ]);
  for (const line of table(rows)) context.print(line);
}
