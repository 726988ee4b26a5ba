// Editing a file of a device: read there, changed in an editor, written back bound to what was read.

import { describe, expect, it } from 'vitest';
import type { DeviceId, Sha256 } from '../../../src/core/ids.ts';
import { editorName, type ReadFile } from '../../../src/tui/model/file-edit.ts';
import { topOverlay } from '../../../src/tui/model/select.ts';
import { aDevice, anApproval, aRun, startDashboard } from '../../helpers/tui-model.ts';

const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  version: '1',
  grants: { held: ['run'], given: [] },
});
const away = { ...nas, presence: { state: 'offline' as const, since: 0, stage: 'refused' as const } };
const FILE: ReadFile = { device: nas.id, path: '~/a.txt', text: 'one\n', sha256: 'a'.repeat(64) as Sha256 };

const start = (device = nas) => startDashboard({ snapshot: { devices: [aDevice(), device], runs: [aRun(1)] } });
const sent = (text: string, device = nas) => {
  const dashboard = start(device);
  dashboard.type(text);
  dashboard.press('enter');
  const effects = dashboard.take();
  return { dashboard, effects, read: effects.find((effect) => effect.type === 'read-file') };
};
const said = ({ model }: ReturnType<typeof startDashboard>) => model.toasts.at(-1)?.text;

describe('a file to be edited', () => {
  it.each(['edit ~/a.txt on @nas', '/edit @nas:~/a.txt', '/edit ~/a.txt @nas'])(
    'is read by %s, and nothing is submitted as a task',
    (text) => {
      const { dashboard, effects, read } = sent(text);
      expect(read).toMatchObject({ device: nas.id, path: '~/a.txt' });
      expect(effects.filter(({ type }) => type === 'submit')).toEqual([]);
      expect(dashboard.model.composer.editor.text).toBe('');
      expect(said(dashboard)).toBe('reading ~/a.txt on nas…');
    },
  );

  it('opens the editor when it has been read, and not for an older request', () => {
    const { dashboard, read } = sent('/edit @nas:~/a.txt');
    const request = read?.type === 'read-file' ? read.request : -1;
    dashboard.tell({ type: 'file-read', request: request - 1, file: FILE, asked: false });
    expect(dashboard.take()).toEqual([]);
    dashboard.tell({ type: 'file-read', request, file: FILE, asked: false });
    expect(dashboard.take()).toMatchObject([{ type: 'edit-file', file: FILE }]);
    dashboard.tell({ type: 'file-read', request, file: FILE, asked: false });
    expect(dashboard.take()).toEqual([]);
  });

  it('waits for a yes where a person had to allow that it is read: an editor does not come up in between', () => {
    const { dashboard, read } = sent('/edit @nas:~/a.txt');
    const request = read?.type === 'read-file' ? read.request : -1;
    dashboard.tell({ type: 'file-read', request, file: FILE, asked: true });
    expect(dashboard.take()).toEqual([]);
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { type: 'edit-file' } });
    dashboard.press('y');
    expect(dashboard.take()).toMatchObject([{ type: 'edit-file', file: FILE }]);
  });

  it('never lies over an approval that is being read', () => {
    const approval = anApproval(1);
    const dashboard = startDashboard({
      snapshot: { devices: [aDevice(), nas], approvals: [approval], runs: [aRun(1, { status: 'waiting_approval' })] },
    });
    dashboard.type('/edit @nas:~/a.txt');
    dashboard.press('enter', 'M-a');
    const read = dashboard.take().find((effect) => effect.type === 'read-file');
    dashboard.tell({
      type: 'file-read',
      request: read?.type === 'read-file' ? read.request : -1,
      file: FILE,
      asked: false,
    });
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'approval' });
    expect(dashboard.model.overlays[0]).toMatchObject({ kind: 'confirm', question: { type: 'edit-file' } });
    expect(dashboard.take().filter(({ type }) => type === 'edit-file')).toEqual([]);
  });

  it('is not lost where it cannot be sent', () => {
    const { dashboard } = sent('/edit @nas:~/a.txt');
    dashboard.tell({
      type: 'not-written',
      file: FILE,
      text: 'two\n',
      failure: { code: 'unavailable', message: 'no peer' },
    });
    expect(topOverlay(dashboard.model)).toMatchObject({ question: { type: 'write-file', message: 'no peer' } });
    dashboard.press('y');
    expect(dashboard.take()).toMatchObject([{ type: 'write-file', file: FILE, text: 'two\n' }]);
  });

  it.each([
    ['/edit @nas:~/a.txt', away, /nas is offline since .*: it cannot be read now/],
    ['/edit @box:~/a.txt', nas, /there is no device "box"/],
    ['/edit notes', nas, /name a file by its path/],
    ['/edit ~/a @all', nas, /on one device at a time/],
  ])('%s is refused in one sentence where it cannot be', (text, device, reason) => {
    const { dashboard, read } = sent(text, device as typeof nas);
    expect(read).toBeUndefined();
    expect(said(dashboard)).toMatch(reason);
  });

  it('has its own name in the editor, as far as no program takes it for anything else', () => {
    expect(editorName('~/src/app.toml')).toBe('app.toml');
    expect(editorName('/etc/Makefile')).toBe('Makefile');
    expect(editorName('~/.bashrc')).toBe('bashrc');
    expect(editorName('./-rf')).toBe('rf');
    expect(editorName('~/..')).toBe('file');
    expect(editorName('~/a b\u001b[31m;$(id).txt')).toBe('a_b__31m___id_.txt');
    expect(editorName(`~/${'x'.repeat(300)}.md`)).toMatch(/^x{77}\.md$/);
  });
});
