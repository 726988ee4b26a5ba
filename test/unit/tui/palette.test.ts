// The palette: what is in it, and what comes first.
import { describe, expect, it } from 'vitest';
import type { Binding, Context } from '../../../src/tui/keys/binding.ts';
import { COMMANDS } from '../../../src/tui/keys/commands.ts';
import { KEYMAP } from '../../../src/tui/keys/keymap.ts';
import type { PaletteItem } from '../../../src/tui/model/overlay-model.ts';
import { HALF_LIFE_MS, MOST_USES, mostUsed, type PaletteUses, withUse } from '../../../src/tui/model/palette-uses.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { fuzzyRank } from '../../../src/tui/terminal/fuzzy.ts';
import { aDevice, aRun, type Dashboard, START, startDashboard } from '../../helpers/tui-model.ts';

const DAY = 24 * 3_600_000;

function items(dashboard: Dashboard): readonly PaletteItem[] {
  dashboard.press('C-p');
  return overlayOf(dashboard.model, 'palette')?.items ?? [];
}
/** Does what is called so, as a person who goes down to it. */
function choose(dashboard: Dashboard, label: string): void {
  const at = items(dashboard).findIndex((item) => item.label === label);
  if (at < 0) throw new Error(`there is no "${label}"`);
  dashboard.press(...Array.from({ length: at }, () => 'down'), 'enter');
}
const labels = (list: readonly PaletteItem[]): string[] => list.map(({ label }) => label);

describe('the palette', () => {
  const PLACES: ReadonlySet<Context> = new Set(['composer', 'outside', 'panes', 'actions', 'fleet', 'always']);
  const EXCEPTIONS: Readonly<Record<string, string>> = {
    'composer.send': 'is for what is being typed',
    'composer.newline': 'is for what is being typed',
    'composer.complete': 'is for what is being typed',
    'composer.older': 'a motion',
    'composer.newer': 'a motion',
    'composer.page-up': 'a motion',
    'composer.page-down': 'a motion',
    'composer.back': 'a motion',
    'composer.leave': 'a motion',
    'composer.chord': 'the first half of a key',
    'pane.compose-with': 'is the character itself',
    'pane.next': 'a motion',
    'pane.previous': 'a motion',
    'pane.back': 'a motion',
    'list.down': 'a motion',
    'list.up': 'a motion',
    'list.half-down': 'a motion',
    'list.half-up': 'a motion',
    'list.page-down': 'a motion',
    'list.page-up': 'a motion',
    'list.first': 'a motion',
    'list.last': 'a motion',
    'pane.palette': 'is the palette',
    'always.palette': 'is the palette',
    'always.help': 'is there as pane.help',
    'always.approval': 'is there as approval.next',
    'always.interrupt': 'is there as pane.quit',
    'fleet.rename': 'is there for each device',
    'fleet.revoke': 'is there for each device',
  };

  it('has everything that a key outside of dialogs does, but motions and what is typed', () => {
    const bindings: readonly Binding[] = KEYMAP;
    const missing = bindings.filter(({ context, palette }) => PLACES.has(context) && palette !== true);
    expect(missing.map(({ id }) => id).sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  it('has every slash command', () => {
    const found = items(startDashboard());
    const keys = { artifacts: 'pane.artifacts', waiting: 'composer.waiting', approve: 'approval.next' };
    const more = { theme: 'theme.choose', help: 'pane.help', quit: 'pane.quit' };
    const by: Readonly<Record<string, string>> = { ...keys, ...more };
    for (const { name } of COMMANDS)
      expect(
        found.map(({ use }) => use),
        name,
      ).toContain(by[name] ?? `/${name}`);
  });

  it('goes to the page of a device, to a theme, and to what failed', () => {
    const dashboard = startDashboard({ snapshot: { devices: [aDevice()] } });
    choose(dashboard, 'open laptop');
    expect(topOverlay(dashboard.model)?.kind).toBe('device');
    choose(dashboard, 'use the theme ember');
    expect(dashboard.model.settings.theme).toBe('ember');
    dashboard.take();
    choose(dashboard, 'search for what failed');
    expect(topOverlay(dashboard.model)?.kind).toBe('search');
    expect(dashboard.take()).toContainEqual(expect.objectContaining({ type: 'search', query: 'is:failed' }));
  });
});

describe('what was chosen', () => {
  it('comes first when the palette is opened again, the most used before the rest, and is marked', () => {
    const dashboard = startDashboard();
    const before = labels(items(dashboard));
    dashboard.press('escape');
    choose(dashboard, 'go to the devices');
    choose(dashboard, 'use the theme ember');
    choose(dashboard, 'use the theme ember');
    const after = items(dashboard);
    expect(labels(after.filter(({ recent }) => recent))).toEqual(['use the theme ember', 'go to the devices']);
    expect(labels(after).slice(0, 2)).toEqual(['use the theme ember', 'go to the devices']);
    // The others stand where they stood.
    const rest = (list: readonly string[]) => list.filter((label) => !/ember|devices$|^open what/.test(label));
    expect(rest(labels(after))).toEqual(rest(before));
  });

  it('is at most five, and nothing that cannot be done', () => {
    const dashboard = startDashboard();
    const uses = ['run.cancel', 'pane.runs', 'pane.thread', 'pane.zoom', 'pane.mouse', 'pane.search', 'pane.devices'];
    dashboard.tell({ type: 'uses', uses: new Map(uses.map((id) => [id, { score: 9, at: START }])) });
    const recent = items(dashboard).filter((item) => item.recent);
    expect(recent.map(({ use }) => use)).toEqual(uses.slice(1, 6));
  });

  it('is counted by its id, and never by a run, a device or a task', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { command: 'secret plan' })] } });
    choose(dashboard, 'go to the devices');
    choose(dashboard, '1 !secret plan');
    dashboard.press('escape');
    choose(dashboard, 'rename laptop');
    dashboard.press('escape');
    choose(dashboard, 'list a folder');
    const counted = dashboard.take().flatMap((effect) => (effect.type === 'count-use' ? [effect.id] : []));
    expect(counted).toEqual(['pane.devices', 'task: list a folder']);
  });

  it('comes before what fits as well, and not before what fits far better', () => {
    const rare = { label: 'search for what failed' };
    const used = { label: 'search for what began today', weight: 0.9 };
    expect(fuzzyRank('search', [rare, used]).map(({ item }) => item)).toEqual([used, rare]);
    expect(fuzzyRank('search for what failed', [used, rare])[0]?.item).toBe(rare);
    expect(fuzzyRank('zzz', [used])).toEqual([]);
  });
});

describe('how much something is used', () => {
  const used = (...at: readonly (readonly [string, number])[]): PaletteUses =>
    at.reduce<PaletteUses>((uses, [id, day]) => withUse(uses, id, day * DAY), new Map());

  it('is less with time: two choices of last month are less than one of today', () => {
    const uses = used(['old', 0], ['old', 0], ['new', 30]);
    expect(mostUsed(uses, 30 * DAY, 5)).toEqual(['new', 'old']);
    expect(mostUsed(used(['old', 0], ['old', 0], ['new', 1]), DAY, 5)).toEqual(['old', 'new']);
  });

  it('is forgotten after some months', () => {
    expect(mostUsed(used(['old', 0]), 4 * HALF_LIFE_MS, 5)).toEqual([]);
  });

  it('is kept of so many items, the most used', () => {
    const many = Array.from({ length: MOST_USES + 50 }, (_, day) => [`item-${day}`, day] as const);
    const uses = used(...many);
    expect(uses.size).toBe(MOST_USES);
    expect(uses.has('item-0')).toBe(false);
    expect(uses.has(`item-${MOST_USES + 49}`)).toBe(true);
  });
});
