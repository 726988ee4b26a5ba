// What the palette offers: what can be done from here, what can be typed, devices and runs; and at the end what cannot be done now, with
// the reason.

import { type Device, deviceName } from '../../core/devices.ts';
import { route } from '../../core/routing/route.ts';
import { THEME_CHOICES } from '../../core/theme-names.ts';
import type { Binding } from '../keys/binding.ts';
import { COMMANDS, needsArgument, usage } from '../keys/commands.ts';
import { allBindings, keyLabel, keyOf } from '../keys/keymap.ts';
import type { Model } from '../model/model.ts';
import type { PaletteItem } from '../model/overlay-model.ts';
import { mostUsed, weightOf } from '../model/palette-uses.ts';
import { routeContextOf } from '../model/route-context.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { describeStatus } from '../words/format.ts';
import { subjectDevice } from './devices.ts';

const PALETTE_RUNS = 50;
const MOST_RECENT = 5;

export function paletteItems(model: Model): readonly PaletteItem[] {
  const typed = COMMANDS.filter((command) => needsArgument(command) || command.name === 'filter');
  const commands = typed.map((command): PaletteItem => {
    const text = `/${command.name} `;
    const target = { kind: 'command', text } as const;
    return { label: usage(command), keywords: command.help, hint: command.help, use: text.trim(), target };
  });
  const all = [
    ...actionItems(model),
    ...taskItems(model),
    ...commands,
    ...LINES,
    ...deviceItems(model),
    ...runItems(model),
  ];
  return byUse(model, [
    ...all.filter(({ disabled }) => disabled === undefined),
    ...all.filter(({ disabled }) => disabled !== undefined),
  ]);
}

/** The most used of what can be done come first; the rest keep their places, where they can be found again. */
function byUse({ uses, now }: Model, items: readonly PaletteItem[]): readonly PaletteItem[] {
  if (uses.size === 0) return items;
  const weighed = items.map((item): PaletteItem => {
    const weight = item.use === undefined ? 0 : weightOf(uses, item.use, now);
    return weight === 0 ? item : { ...item, weight };
  });
  const possible = new Map(weighed.flatMap((item) => (item.disabled === undefined ? [[item.use, item]] : [])));
  const recent = mostUsed(uses, now, uses.size)
    .flatMap((id) => possible.get(id) ?? [])
    .slice(0, MOST_RECENT);
  return [
    ...recent.map((item): PaletteItem => ({ ...item, recent: true })),
    ...weighed.filter((item) => !recent.includes(item)),
  ];
}

function actionItems(model: Model): PaletteItem[] {
  return allBindings()
    .filter(({ palette }) => palette === true)
    .map((binding: Binding): PaletteItem => {
      const { id, description, keys } = binding;
      const enabled = binding.enabled(model);
      const target = { kind: 'binding', id } as const;
      const item = { label: description, keywords: id, use: id, target };
      if (enabled !== true) return { ...item, hint: enabled, disabled: enabled };
      const chord = binding.context === 'outside' ? `${keyOf('composer.chord')} ` : '';
      return { ...item, hint: `${chord}${keyLabel(keys[0] ?? '')}` };
    });
}

/** What a slash command does that is complete as it stands. */
const lineItem = (line: string, label: string, keywords: string): PaletteItem => ({
  label,
  keywords,
  hint: line,
  use: line,
  target: { kind: 'line', line },
});

const LINES: readonly PaletteItem[] = [
  lineItem('/summary', 'sum up the newest of the thread', 'summary'),
  lineItem('/search is:failed', 'search for what failed', 'filter is:failed'),
  lineItem('/search is:waiting', 'search for what waits for a person', 'filter is:waiting'),
  lineItem('/search is:running', 'search for what is running', 'filter is:running'),
  lineItem('/search is:artifact', 'search for artifacts', 'filter is:artifact files'),
  lineItem('/search is:message', 'search for messages', 'filter is:message notes'),
  lineItem('/search by:me', 'search for what is yours', 'filter by:me mine'),
  lineItem('/search since:today', 'search for what began today', 'filter since:today'),
  lineItem('/filter', 'show all of the thread again', 'filter clear'),
  ...THEME_CHOICES.map((name) => lineItem(`/theme ${name}`, `use the theme ${name}`, 'colours')),
];

/** Tasks about files, pages and screens, begun for the device that is selected. They are gone on with in the composer. */
const TASKS: readonly {
  readonly label: string;
  readonly keywords: string;
  readonly text: (at: string, on: string) => string;
}[] = [
  { label: 'list a folder', keywords: 'files ls', text: (at) => `list ${at}~/` },
  { label: 'read a file', keywords: 'files cat show', text: (at) => `read ${at}~/` },
  { label: 'search in files', keywords: 'files grep find', text: (at) => `search for "TEXT" in ${at}~/` },
  { label: 'edit a file', keywords: 'files editor change', text: (at) => `edit ${at}~/` },
  { label: 'read a page', keywords: 'browser web url text', text: (_at, on) => `read https://example.org${on}` },
  { label: 'take a picture of the screen', keywords: 'desktop screenshot', text: (_at, on) => `screenshot${on}` },
];

function taskItems(model: Model): PaletteItem[] {
  if (model.device === undefined) return [];
  const device = subjectDevice(model);
  return TASKS.map(({ label, keywords, text }): PaletteItem => {
    const typed = device === undefined ? text('', '') : text(`@${device.name}:`, ` @${device.name}`);
    const item = { label, keywords, use: `task: ${label}`, target: { kind: 'command', text: typed } } as const;
    const answer = route(typed, routeContextOf(model));
    return answer.ok ? { ...item, hint: typed } : { ...item, hint: answer.reason, disabled: answer.reason };
  });
}

function runItems(model: Model): PaletteItem[] {
  return model.runs.slice(0, PALETTE_RUNS).map((run): PaletteItem => {
    const hint = `${describeStatus(run)} · ${deviceName(model, run.device)}`;
    const label = `${run.number} ${sanitizeLine(run.task)}`;
    return { label, keywords: hint, hint, target: { kind: 'run', run: run.id } };
  });
}

function deviceItems({ devices, connection }: Model): PaletteItem[] {
  if (connection.state !== 'connected') return [];
  return devices.flatMap(({ id, name, local }: Device) =>
    (local ? (['open', 'rename'] as const) : (['open', 'rename', 'revoke'] as const)).map((action): PaletteItem => {
      const label = `${action} ${sanitizeLine(name)}`;
      return { label, keywords: 'device', hint: 'device', target: { kind: 'device', action, device: id } };
    }),
  );
}
