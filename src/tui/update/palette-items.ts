// What the palette offers: what can be done from here, what can be typed, devices and runs; and at the end what cannot be done now, with
// the reason.

import type { Device } from '../../core/devices.ts';
import { route } from '../../core/routing/route.ts';
import type { Binding } from '../keys/binding.ts';
import { COMMANDS, needsArgument, usage } from '../keys/commands.ts';
import { allBindings, keyLabel } from '../keys/keymap.ts';
import type { Model } from '../model/model.ts';
import type { PaletteItem } from '../model/overlay-model.ts';
import { routeContextOf } from '../model/route-context.ts';
import { deviceName } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { describeStatus } from '../words/format.ts';
import { subjectDevice } from './devices.ts';

const PALETTE_RUNS = 50;

export function paletteItems(model: Model): readonly PaletteItem[] {
  const commands = COMMANDS.filter(needsArgument).map((command): PaletteItem => {
    const text = `/${command.name} `;
    return { label: usage(command), keywords: command.help, hint: command.help, target: { kind: 'command', text } };
  });
  const all = [...actionItems(model), ...taskItems(model), ...commands, ...deviceItems(model), ...runItems(model)];
  return [
    ...all.filter(({ disabled }) => disabled === undefined),
    ...all.filter(({ disabled }) => disabled !== undefined),
  ];
}

function actionItems(model: Model): PaletteItem[] {
  return allBindings()
    .filter(({ palette }) => palette === true)
    .map((binding: Binding): PaletteItem => {
      const { id, description, keys } = binding;
      const enabled = binding.enabled(model);
      const target = { kind: 'binding', id } as const;
      const item = { label: description, keywords: id, target };
      if (enabled !== true) return { ...item, hint: enabled, disabled: enabled };
      return { ...item, hint: keyLabel(keys[0] ?? '') };
    });
}

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
    const item = { label, keywords, target: { kind: 'command', text: typed } } as const;
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
    (local ? (['rename'] as const) : (['rename', 'revoke'] as const)).map((action): PaletteItem => {
      const label = `${action} ${sanitizeLine(name)}`;
      return { label, keywords: 'device', hint: 'device', target: { kind: 'device', action, device: id } };
    }),
  );
}
