/** `dispatch devices`: machines, whether they are there, what they can do and what their owners allow. */

import type { Device } from '../../core/devices.ts';
import type { Command } from '../command.ts';
import { chooseDevice } from '../find-device.ts';
import { safe, table } from '../print.ts';
import {
  abilities,
  clockText,
  grantWords,
  limitsText,
  PRESENCE_GLYPHS,
  presenceText,
  sandboxReport,
} from '../print-device.ts';
import { missingLines, probeLines } from '../print-probes.ts';

export const command: Command = {
  usage: 'devices [DEVICE] [--probe] [--verbose]',
  summary: 'List the devices, or tell of one: whether they are there, what they can do, what is allowed on them.',
  details: [
    '● is there (with the round trip), ◌ left the last question unanswered, ○ is not there (since when, and what the last attempt',
    'to reach it met). Then what it can do and its owner allows, the highest access that is allowed for shell commands, and what',
    'keeps them in bounds; then the reason for what is allowed and cannot be done. With --verbose also ids, addresses, folders, and',
    'what the last attempt met in full; of one DEVICE also everything that was looked for there. --probe has each device that is there',
    'look again, which takes up to some seconds.',
  ].join('\n'),
  options: { probe: { type: 'boolean', help: 'have the devices look again what they can do, first' } },
  examples: ['dispatch devices', 'dispatch devices nas --probe', 'dispatch devices --json'],
  completes: 'devices',
  maxArguments: 1,
  async run(context, args) {
    const client = await context.connect();
    const [wanted] = args.positionals;
    const { devices } = await client.call('devices', args.flag('probe') ? { probe: true } : {});
    const one = wanted === undefined ? undefined : chooseDevice(devices, wanted.replace(/^@/, ''));
    if (context.json) {
      context.printJson(one ?? devices);
      return 0;
    }
    const now = Date.now();
    const shown = one === undefined ? devices : [one];
    const rows = table(shown.map((device) => row(device, now)));
    const whole = one !== undefined || args.flag('verbose');
    for (const [index, device] of shown.entries()) {
      context.print(rows[index] ?? '');
      const missing = missingLines(device, { all: whole || args.flag('probe') });
      const more = [...(whole ? evidence(device) : []), ...(one === undefined ? [] : probeLines(device))];
      for (const line of [...notes(device), ...missing, ...more]) context.print(`    ${line}`);
    }
    if (one === undefined && devices.length === 1)
      context.note('no other device is paired with this one: "dispatch pair --help" tells how');
    return 0;
  },
};

function row(device: Device, now: number): string[] {
  const there = device.presence.state !== 'offline';
  return [
    PRESENCE_GLYPHS[device.presence.state],
    safe(device.name),
    presenceText(device, now),
    safe(device.platform),
    safe(device.version ?? '-'),
    there ? `${device.load.running}/${device.load.slots} running` : '-',
    abilities(device),
    limitsText(device),
  ];
}

function notes(device: Device): string[] {
  const { grants, clockAheadMs } = device;
  const warning = clockAheadMs === undefined ? undefined : clockText(clockAheadMs);
  return [
    ...(grants === undefined
      ? []
      : [`this device may there: ${grantWords(grants.held)};  it may here: ${grantWords(grants.given)}`]),
    ...(warning === undefined ? [] : [`⚠ ${warning}: set the clock right`]),
  ];
}

function evidence(device: Device): string[] {
  const { id, addresses = [], capabilities, presence } = device;
  const folders = capabilities.reachableFolders.map(safe).join(', ');
  return [
    `id ${id}`,
    ...(addresses.length === 0 ? [] : [`at ${addresses.map(safe).join(', ')}`]),
    ...(folders === '' ? [] : [`reachable folders: ${folders}`]),
    ...(capabilities.shell ? [sandboxLine(device)] : []),
    ...(presence.state === 'offline' && presence.detail !== undefined ? [safe(presence.detail)] : []),
  ];
}

function sandboxLine(device: Device): string {
  const report = sandboxReport(device);
  return report.startsWith('none') ? `no sandbox${report.slice('none'.length)}` : `sandbox: ${report}`;
}
