// What a newcomer sees while the thread is empty: what this device is and can do, and three things to try. It asks nothing and is in
// nobody's way: the first entry takes its place. Where little fits, the things to try are what stays.

import { type CapabilityName, type Device, type Permissions, whyMissing } from '../../core/devices.ts';
import { keyOf } from '../keys/keymap.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { StyleName } from '../terminal/theme.ts';
import { padEnd, stringWidth, wrap } from '../terminal/width.ts';
import { inPanes } from './nothing.ts';
import { own, type Paint, type Span, write } from './paint.ts';

/** A row of spans; without any it is empty. */
type Row = readonly (readonly [text: string, style: StyleName])[];

export function drawWelcome(paint: Paint, box: Rect): void {
  const width = Math.max(1, box.width - 2);
  const rows = fitting(blocksOf(paint, width), box.height);
  rows.forEach((row, index) => {
    const spans = row.map(([text, style]): Span => [own(paint, text), paint.style(style)]);
    write(paint, box.x + 1, box.y + index, spans, width);
  });
}

interface Block {
  readonly rows: readonly Row[];
  /** Those with the highest go first where not all fit. */
  readonly spare: number;
}

function blocksOf(paint: Paint, width: number): Block[] {
  const { model } = paint;
  const local = model.devices.find((device) => device.local);
  return [
    {
      rows: prose('One thread for all your machines: what you type runs, and what comes of it stays here.', width),
      spare: 3,
    },
    ...(local === undefined ? [] : [{ rows: deviceRows(paint, local, width), spare: 2 }]),
    { rows: [...outsideRows(paint, local, width), ...tryRows(paint, width)], spare: 0 },
    { rows: [keysRow(paint)], spare: 1 },
  ];
}

function fitting(blocks: readonly Block[], height: number): readonly Row[] {
  const joined = blocks.flatMap(({ rows }, index) => (index === 0 ? rows : [[], ...rows]));
  if (joined.length <= height || blocks.length === 1) return joined.slice(0, Math.max(0, height));
  const most = Math.max(...blocks.map(({ spare }) => spare));
  return fitting(
    blocks.filter(({ spare }) => spare < most),
    height,
  );
}

const prose = (text: string, width: number): Row[] => wrap(text, width).map((line): Row => [[line, 'text']]);

const ABILITIES: readonly {
  readonly name: string;
  readonly capability: CapabilityName;
  readonly permission: keyof Permissions;
}[] = [
  { name: 'commands', capability: 'shell', permission: 'shell' },
  { name: 'files', capability: 'local_files', permission: 'local_files' },
  { name: 'browser', capability: 'browserAutomation', permission: 'browser_automation' },
  { name: 'screen', capability: 'desktopAutomation', permission: 'desktop_automation' },
];
const ABILITY_WIDTH = 10;

function deviceRows(paint: Paint, device: Device, width: number): Row[] {
  const { glyphs } = paint;
  const rows: Row[] = [
    [
      ['This device  ', 'accent'],
      [`${sanitizeLine(device.name)}, ${device.platform}`, 'text'],
    ],
  ];
  for (const { name, capability, permission } of ABILITIES) {
    const can = device.capabilities[capability];
    const may = device.permissions[permission];
    const what = can
      ? may
        ? extent(device, capability)
        : `can be allowed: ${inPanes(paint, 'pane.devices')}, Enter`
      : why(device, capability);
    rows.push([
      [`  ${can && may ? glyphs.done : glyphs.offline} `, can && may ? 'success' : 'muted'],
      [padEnd(name, ABILITY_WIDTH), can && may ? 'text' : 'muted'],
      [shortened(sanitizeLine(what), width - ABILITY_WIDTH - 4, glyphs.ellipsis), 'muted'],
    ]);
  }
  return rows;
}

function extent({ sandbox, capabilities }: Device, capability: CapabilityName): string {
  if (capability === 'shell')
    return sandbox === undefined || sandbox.kind === 'none'
      ? 'no sandbox here, so nearly all of them ask'
      : `in a sandbox (${sandbox.kind})`;
  if (capability === 'local_files') return `below ${capabilities.reachableFolders.join(', ') || 'no folder yet'}`;
  return 'allowed';
}

function why(device: Device, capability: CapabilityName): string {
  const missing = whyMissing(device, capability);
  return missing === undefined ? 'not here' : missing.detail;
}

function shortened(text: string, width: number, ellipsis: string): string {
  const room = Math.max(0, width);
  if (stringWidth(text) <= room) return text;
  const [first = ''] = wrap(text, Math.max(1, room - stringWidth(ellipsis)));
  return `${first.replace(/[\s:(,]+$/, '')}${ellipsis}`;
}

/** Tasks run in the folder of the dashboard: where runs may not reach that, none of them would start. */
function outsideRows(paint: Paint, device: Device | undefined, width: number): Row[] {
  const { model, glyphs } = paint;
  const { cwd } = model.settings;
  const folders = device?.capabilities.reachableFolders;
  if (folders === undefined || folders.some((folder) => isWithin(cwd, folder))) return [];
  const how = `${inPanes(paint, 'pane.devices')}, Enter, ${keyOf('limits.add')} lets them; or start in another folder`;
  const says = `${glyphs.waiting} Runs may not reach ${sanitizeLine(cwd)}, where this was started: ${how}.`;
  return [...wrap(says, width).map((line): Row => [[line, 'warning']]), []];
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

const TRY_WIDTH = 11;
/** Below this many columns a thing to try has one row. */
const NARROW = 44;

function tryRows(paint: Paint, width: number): Row[] {
  const pair = inPanes(paint, 'pane.pair');
  const things: readonly (readonly [string, string])[] = [
    [
      '!ls -la',
      width < NARROW ? 'a command here' : 'a command here: if it only reads it runs at once, else you are asked',
    ],
    ['= 6 * 7', 'calculates'],
    [pair, width < NARROW ? 'pairs another machine' : 'pairs another machine: then its runs and files are here too'],
  ];
  return [
    [['Three things to try', 'accent']],
    ...things.flatMap(([typed, means]) =>
      wrap(means, Math.max(12, width - TRY_WIDTH - 2)).map(
        (line, index): Row => [
          [`  ${padEnd(index === 0 ? typed : '', TRY_WIDTH)}`, 'code'],
          [line, 'muted'],
        ],
      ),
    ),
  ];
}

const keysRow = (paint: Paint): Row => [
  [keyOf('always.help'), 'footerKey'],
  [' all keys, ', 'muted'],
  [keyOf('always.palette'), 'footerKey'],
  [' commands, ', 'muted'],
  [inPanes(paint, 'pane.quit'), 'footerKey'],
  [' leaves', 'muted'],
];
