// Completion of paths: what is asked of which device, and what becomes of the answer.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { parseTask } from '../../../src/core/routing/grammar.ts';
import { aDevice, startDashboard } from '../../helpers/tui-model.ts';

const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  version: '1',
  grants: { held: ['run'], given: [] },
});
const begin = (text: string, left = 0) => {
  const dashboard = startDashboard({ snapshot: { devices: [aDevice(), nas] } });
  dashboard.type(text);
  for (let at = 0; at < left; at += 1) dashboard.press('left');
  dashboard.take();
  dashboard.press('tab');
  const asked = dashboard.take().find((effect) => effect.type === 'complete-place');
  return { dashboard, asked: asked?.type === 'complete-place' ? asked : undefined };
};
const typed = ({ model }: ReturnType<typeof startDashboard>): string => model.composer.editor.text;
const file = (name: string) => ({ name, folder: false });
const folder = (name: string) => ({ name, folder: true });
/** What the text is after the names have come. */
const completed = (text: string, ...names: readonly { name: string; folder: boolean }[]): string => {
  const { dashboard, asked } = begin(text);
  dashboard.tell({ type: 'places', request: asked?.request ?? -1, completions: names });
  return typed(dashboard);
};

describe('Tab on a path', () => {
  it.each([
    ['list @nas:~/wo', 'nas', '~/wo'],
    ['@nas list ~/wo', 'nas', '~/wo'],
    ['copy ~/a to @nas:/srv/', 'nas', '/srv/'],
    ['list @nas:"~/my wo', 'nas', '~/my wo'],
    ['/edit @nas:~/a', 'nas', '~/a'],
    ['@nas !cat ~/my\\ wo', 'nas', '~/my wo'],
    ['list ~/wo', undefined, '~/wo'],
    ['!cat ./src/a', undefined, './src/a'],
  ])('of %s asks %s for %s', (text, device, path) => {
    const { asked } = begin(text);
    expect(asked).toMatchObject({ path });
    expect(asked?.device).toBe(device);
  });

  it('asks the device that is named behind it', () => {
    expect(begin('list ~/wo on @nas', ' on @nas'.length).asked).toMatchObject({ device: 'nas', path: '~/wo' });
  });

  it.each(['= 1/2', '/say ~/a', '!echo "~/a', '!echo $HOME/a', 'hello'])('of %s asks nobody', (text) => {
    expect(begin(text).asked).toBeUndefined();
  });

  it('writes a home folder with its slash, and asks nobody for that', () => {
    const { dashboard, asked } = begin('list @nas:');
    expect(asked).toBeUndefined();
    expect(typed(dashboard)).toBe('list @nas:~/');
  });

  it('goes on with the one name there is, quoted as the text around it needs', () => {
    expect(completed('list @nas:~/wo', folder('work'))).toBe('list @nas:~/work/');
    expect(completed('read @nas:~/n', file('notes.md'))).toBe('read @nas:~/notes.md');
    expect(completed('read @nas:~/n', file('my notes.md'))).toBe('read @nas:"~/my notes.md"');
    expect(completed('list @nas:~/m', folder('my work'))).toBe('list @nas:"~/my work/');
    expect(completed('list @nas:"~/my work/', file('a'))).toBe('list @nas:"~/my work/a"');
    expect(completed('read @nas:~/s', file('say "hi"'))).toBe(`read @nas:'~/say "hi"'`);
    expect(completed('!cat ~/m', file('my $notes;.md'))).toBe('!cat ~/my\\ \\$notes\\;.md');
  });

  it('shows several, and goes through them', () => {
    const { dashboard, asked } = begin('list @nas:~/');
    dashboard.tell({ type: 'places', request: asked?.request ?? -1, completions: [folder('a'), folder('b')] });
    expect(dashboard.model.composer.completion?.items).toEqual(['@nas:~/a/', '@nas:~/b/']);
    dashboard.press('tab');
    expect(typed(dashboard)).toBe('list @nas:~/b/');
    expect(dashboard.take().filter(({ type }) => type === 'complete-place')).toEqual([]);
  });

  it('never waits: what is typed meanwhile stays, and the late answer is dropped', () => {
    const { dashboard, asked } = begin('list @nas:~/wo');
    dashboard.type('x');
    dashboard.tell({ type: 'places', request: asked?.request ?? -1, completions: [folder('work')] });
    expect(typed(dashboard)).toBe('list @nas:~/wox');
    const { dashboard: other, asked: first } = begin('list @nas:~/wo');
    other.press('tab');
    other.tell({ type: 'places', request: first?.request ?? -1, completions: [folder('work')] });
    expect(typed(other)).toBe('list @nas:~/wo');
  });

  it('says quietly where there is nothing, or where the device does not tell', () => {
    const { dashboard, asked } = begin('list @nas:~/wo');
    dashboard.tell({ type: 'places', request: asked?.request ?? -1, completions: [] });
    expect(dashboard.model.toasts.at(-1)).toMatchObject({ tone: 'info', text: 'nothing there begins with wo' });
    const { dashboard: other, asked: second } = begin('list @nas:~/wo');
    const failure = { code: 'refused', message: 'the names in that folder are not told' };
    other.tell({ type: 'places-failed', request: second?.request ?? -1, failure });
    expect(other.model.toasts.at(-1)).toMatchObject({ tone: 'info', text: failure.message });
    expect(typed(other)).toBe('list @nas:~/wo');
  });

  it('leaves out names that show as another', () => {
    expect(completed('list @nas:~/', file('a\u202eb'), file('a\nb'), file('ok'))).toBe('list @nas:~/ok');
  });

  it('whatever a name is, the text means that file and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (raw) => {
        const name = raw.replaceAll('/', '_');
        const text = completed('read @nas:~/', file(name));
        if (text === 'read @nas:~/') return;
        const parsed = parseTask(text);
        expect(parsed).toMatchObject({
          said: { kind: 'files', device: 'nas', operation: { op: 'read', path: `~/${name}` } },
        });
      }),
    );
  });
});
