/** `dispatch permissions`: what the owner of this device allows on it, whoever asks. */

import { ACCESS_LEVELS } from '../../core/access.ts';
import { type Device, type Permissions, whyMissing } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { OwnersLimits } from '../../protocol/api.ts';
import { refuseAgent } from '../agent.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDevice } from '../find-device.ts';
import { type LimitsChange, limitsParams, MAX_ACCESS, PERMISSION_NAMES, parseLimits, REACH } from '../owners-limits.ts';
import { safe, table } from '../print.ts';
import { sandboxReport } from '../print-device.ts';
import { ABILITIES, reasonText } from '../print-probes.ts';

const SETTINGS = [
  ...PERMISSION_NAMES.flatMap((name) => [`${name}=on`, `${name}=off`]),
  ...ACCESS_LEVELS.map((level) => `${MAX_ACCESS}=${level}`),
  `${REACH}=`,
  `${REACH}+=`,
  `${REACH}-=`,
];

export const command: Command = {
  usage:
    'permissions [--on DEVICE] | permissions set NAME=on|off … max-access=LEVEL reach+=PATH reach-=PATH reach=PATH,…',
  summary: 'Show or set what is allowed on this device, whoever asks for it.',
  details: [
    `NAME is one of ${PERMISSION_NAMES.join(', ')}.`,
    'What is off, needs more access than max-access, or works outside the folders that runs may reach cannot be run, and no',
    'approval overrides that; only what is asked for with full access reaches everything, and a person is asked about it.',
    'LEVEL is read-only, workspace-write or full-access. It is kept in config.toml and obeyed at once: runs that are not allowed',
    'any more are stopped. Only the owner of a device sets this, on that device.',
  ].join('\n'),
  options: { on: { type: 'string', value: 'DEVICE', help: 'show those of another device' } },
  examples: [
    'dispatch permissions',
    'dispatch permissions set shell=off',
    'dispatch permissions set max-access=workspace-write reach=~/src,/srv/data',
    'dispatch permissions set reach+=.',
    'dispatch permissions --on gpu-box --json',
  ],
  completes: ['set'],
  completesAfter: { set: SETTINGS },
  async run(context, args) {
    const [what, ...words] = [...args.positionals, ...(args.rest ?? [])];
    if (what !== undefined && what !== 'set')
      throw new DispatchError('usage', `permissions ${what}: expected set`, { hint: 'dispatch permissions --help' });
    const changes = what === 'set' ? parseLimits(words, process.cwd()) : undefined;
    if (changes !== undefined) refuseAgent(context.env, 'change what is allowed');
    const client = await context.connect();
    const device = await findDevice(client, args.text('on') ?? 'local');
    if (changes === undefined) {
      print(context, device);
      return 0;
    }
    if (!device.local) throw notHere(device, args);
    const written = await writtenFolders(context, changes);
    const limits = await client.call(
      'permissions.set',
      limitsParams(changes, () => written),
    );
    print(context, withLimits(device, limits));
    return 0;
  },
};

/** As people write them: what the device says of itself has links resolved, and leaves out what is not there. */
async function writtenFolders({ paths }: CliContext, changes: readonly LimitsChange[]): Promise<readonly string[]> {
  if (!changes.some((change) => change.kind === 'reach' && change.how !== '=')) return [];
  const { loadConfig } = await import('../../config/load.ts');
  return loadConfig(paths.configFile).config.permissions.reachable_folders;
}

function withLimits(device: Device, { permissions, reachableFolders, maxAccess }: OwnersLimits): Device {
  return { ...device, permissions, maxAccess, capabilities: { ...device.capabilities, reachableFolders } };
}

function notHere({ name }: Device, { positionals }: Arguments): DispatchError {
  return new DispatchError('refused', `what is allowed on ${name} is set by its owner, on ${name} itself`, {
    hint: `run "dispatch permissions ${positionals.join(' ')}" there`,
  });
}

/** Empty where the device can do what the permission is about. */
function cannot(device: Device, name: keyof Permissions): string {
  const capability = ABILITIES.find(({ permission }) => permission === name)?.capability;
  if (capability === undefined || device.capabilities[capability]) return '';
  const why = whyMissing(device, capability);
  return why === undefined ? 'the device cannot do it' : `the device cannot do it: ${reasonText(why)}`;
}

function print(context: CliContext, device: Device): void {
  const { capabilities, permissions, maxAccess, sandbox, enforces } = device;
  if (context.json) {
    context.printJson({
      ...permissions,
      reachableFolders: capabilities.reachableFolders,
      maxAccess,
      sandbox,
      enforces,
    });
    return;
  }
  const rows = PERMISSION_NAMES.map((name) => [name, permissions[name] ? 'on' : 'off', cannot(device, name)]);
  const [first = 'none', ...folders] = capabilities.reachableFolders.map(safe);
  const further = [
    ...(maxAccess === undefined ? [] : [[MAX_ACCESS, maxAccess]]),
    [REACH, first],
    ...folders.map((folder) => ['', folder]),
    ['sandbox', sandboxReport(device)],
  ];
  const width = Math.max(...PERMISSION_NAMES.map((name) => name.length));
  for (const line of table(rows)) context.print(line);
  for (const [name = '', value = ''] of further) context.print(`${name.padEnd(width)}  ${value}`);
}
