// All that there is to read of one device, as rows: who it is, whether it is there, what it can do and is allowed, what each of
// the two may do on the other, and what runs there. Shared by scrolling and by the view; everything is shown sanitised and whole.

import { type CapabilityName, type Device, whyMissing } from '../../core/devices.ts';
import { GRANTS } from '../../core/grants.ts';
import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { runsOfDevice } from '../model/select.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { LETS_YOU, MAY_HERE } from '../words/grant-words.ts';
import { type Limit, limitsOf, maxAccessOf } from '../words/limits.ts';
import { clockWarning, isDenied, linkLost, presenceInFull, whyWaits } from '../words/presence.ts';
import { exactRows, hangingRows, proseRows } from './rows.ts';

export interface DeviceRow {
  readonly style: 'heading' | 'label' | 'text' | 'warning' | 'fix' | 'run' | 'limit';
  readonly text: string;
  /** Of a row with a label: its columns. */
  readonly label?: number;
  /** Of a row that stands for a run: drawn as in the list of runs. */
  readonly run?: Run;
  /** The number of the row among those that can be changed. */
  readonly stop?: number;
}

/** Columns of a label; where little fits, a longer name moves what is behind it. */
const LABEL_WIDTH = 20;
const NARROW_LABEL_WIDTH = 12;
const NARROW = 60;
const labelWidth = (width: number): number => (width < NARROW ? NARROW_LABEL_WIDTH : LABEL_WIDTH);
const LISTED_RUNS = 10;
/** What is said of a run begins under what runs. */
const RUN_INDENT = 5;

/** Where the rows stand: a column of air on both sides. */
export const deviceBody = (box: Rect): Rect => ({ ...box, x: box.x + 1, width: Math.max(1, box.width - 2) });

export function deviceRows(
  model: Pick<Model, 'devices' | 'revoked' | 'runs' | 'now'>,
  id: string,
  width: number,
): readonly DeviceRow[] {
  const device = model.devices.find((other) => other.id === id);
  if (device === undefined) return [{ style: 'text', text: 'This device is not paired any more.' }];
  const rows: DeviceRow[] = [];
  const heading = (text: string): void => {
    rows.push({ style: 'text', text: '' }, { style: 'heading', text });
  };
  const label = (name: string, value: string): void => {
    const columns = labelWidth(width);
    const head = name.length + 2 > columns ? `${name}  ` : name.padEnd(columns);
    const room = Math.max(1, width - head.length);
    // An id is one word; of all else words are kept whole.
    const [first = '', ...rest] = (name === 'id' ? exactRows : proseRows)(sanitizeLine(value), room);
    rows.push({ style: 'label', text: head + first, label: head.length });
    for (const more of rest) rows.push({ style: 'text', text: ' '.repeat(head.length) + more });
  };
  const prose = (text: string, style: DeviceRow['style'] = 'text'): void => {
    for (const row of proseRows(text, width)) rows.push({ style, text: row });
  };

  for (const [name, value] of facts(device, model.now)) label(name, value);
  for (const warning of warnings(device)) prose(warning, 'warning');
  if (device.local) {
    heading('What runs may do here');
    rows.push(...limitRows(device, width));
    label('sandbox', sandboxOf(device));
  } else {
    heading('What it can do');
    if (device.version === undefined) prose('It has not been reached yet, so nothing is known.');
    else {
      for (const [name, value] of abilities(device)) label(name, value);
      prose('Only its owner can change what is allowed, there.');
    }
  }
  if (device.probes !== undefined) {
    heading('What was looked for');
    for (const { name, ok, detail, fix } of device.probes) {
      label(sanitizeLine(name), ok ? detail : `missing: ${detail}`);
      if (!ok && fix !== undefined) prose(fix, 'fix');
    }
  }
  if (device.grants !== undefined) {
    const { held, given } = device.grants;
    heading('You there');
    if (held.length === 0) prose(`- ${sanitizeLine(device.name)} lets you do nothing`);
    for (const grant of GRANTS) if (held.includes(grant)) prose(`- ${sanitizeLine(device.name)} ${LETS_YOU[grant]}`);
    heading('It here');
    if (given.length === 0) prose('- it may do nothing here');
    for (const grant of GRANTS) if (given.includes(grant)) prose(`- it ${MAY_HERE[grant]}`);
    prose('To change either, pair again with P: a new pairing takes the place of this one.');
  }
  const runs = runsOfDevice(model, id);
  const place = device.local ? 'here' : 'there';
  heading(runs.length === 0 ? `Nothing has run ${place} lately` : `What runs and ran ${place}`);
  for (const run of runs.slice(0, LISTED_RUNS)) {
    rows.push({ style: 'run', text: sanitizeLine(run.task), run });
    const why = linkLost(model, run) ?? whyWaits(model, run) ?? '';
    if (why === '') continue;
    for (const row of proseRows(why, width - RUN_INDENT))
      rows.push({ style: 'text', text: ' '.repeat(RUN_INDENT) + row });
  }
  if (runs.length > LISTED_RUNS) prose(`and ${runs.length - LISTED_RUNS} more: Enter lists them`);
  return rows;
}

function facts(device: Device, now: number): (readonly [string, string])[] {
  const version = device.version === undefined ? '' : `, Dispatch ${device.version}`;
  const list: (readonly [string, string])[] = [
    ['id', device.id],
    ['platform', `${device.platform}${version}`],
    ['presence', presenceInFull(device, now)],
  ];
  if (device.addresses !== undefined) list.push(['addresses', device.addresses.join(', ') || 'none known']);
  list.push(['load', `${device.load.running} of ${device.load.slots} runs`]);
  return list;
}

function warnings(device: Device): string[] {
  const list: string[] = [];
  const clock = clockWarning(device);
  if (clock !== undefined) list.push(`its clock is ${clock} of this one: set one of them right`);
  if (isDenied(device)) list.push('it does not let this device in any more: pair again, or revoke it');
  return list;
}

/** What it is able to do, and whether its owner allows it; or which of the two is missing. */
function abilities(device: Device): (readonly [string, string])[] {
  const { capabilities, permissions } = device;
  const may = (name: keyof Device['permissions']): readonly [string, string] => {
    if (!capabilities[CAPABILITY[name]]) return [name, `no: ${whyCannot(device, name)}`];
    return [name, permissions[name] ? 'yes' : 'no: its owner does not allow it'];
  };
  return [
    may('shell'),
    may('local_files'),
    may('browser_automation'),
    may('desktop_automation'),
    ...(device.maxAccess === undefined ? [] : [['max-access', device.maxAccess] as const]),
    ['sandbox', sandboxOf(device)],
    ['reach', capabilities.reachableFolders.join(', ') || 'none'],
  ];
}

/** What keeps commands in bounds there, or why nothing does. */
function sandboxOf({ sandbox, enforces }: Device): string {
  const kept = enforces.filter((level) => level !== 'full-access').join(' and ');
  const without = 'everything has full access';
  if (sandbox === undefined) return kept === '' ? `none: ${without}` : `limits to ${kept}`;
  if (sandbox.kind === 'none') return `none, so ${without}: ${sandbox.detail}`;
  return `${sandbox.kind} ${sandbox.version}${kept === '' ? '' : `, limits to ${kept}`}`;
}

/** `[x] ` stands before the name of a permission. */
const LIMIT_MARGIN = 4;

/** What its owner can change, one row each: a long path is broken, and stays one choice. */
function limitRows(device: Device, width: number): DeviceRow[] {
  return limitsOf(device).flatMap((limit, stop) => {
    const [first = '', ...rest] = hangingRows(
      sanitizeLine(limitWords(device, limit, labelWidth(width) - LIMIT_MARGIN)),
      Math.max(1, width),
      LIMIT_MARGIN,
    );
    return [{ style: 'limit', text: first, stop }, ...rest.map((text): DeviceRow => ({ style: 'text', text }))];
  });
}

function limitWords(device: Device, limit: Limit, columns: number): string {
  const named = (name: string): string => `    ${name.padEnd(columns - 1)} `;
  switch (limit.type) {
    case 'permission': {
      const on = device.permissions[limit.name];
      const able = device.capabilities[CAPABILITY[limit.name]];
      const can = able ? '' : `  ${on ? 'allowed, but ' : ''}${whyCannot(device, limit.name)}`;
      return `[${on ? 'x' : ' '}] ${limit.name}${can}`;
    }
    case 'max-access':
      return `${named('max-access')}${maxAccessOf(device)}`;
    case 'folder':
      return `${named('reach')}${limit.path}`;
    case 'add-folder':
      return `  + add a folder that runs may reach`;
  }
}

const CAPABILITY = {
  shell: 'shell',
  local_files: 'local_files',
  browser_automation: 'browserAutomation',
  desktop_automation: 'desktopAutomation',
} as const satisfies Readonly<Record<keyof Device['permissions'], CapabilityName>>;

/** `display: there is no DISPLAY`: what was found to be missing there. */
function whyCannot(device: Device, name: keyof Device['permissions']): string {
  const missing = whyMissing(device, CAPABILITY[name]);
  return missing === undefined ? 'the device cannot do it' : `${missing.name}: ${missing.detail}`;
}
