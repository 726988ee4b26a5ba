import { describe, expect, it } from 'vitest';
import { topOverlay } from '../../../src/tui/model/select.ts';
import { aDevice, aRun, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const text = (dashboard: ReturnType<typeof startDashboard>): string => dashboard.model.composer.editor.text;

describe('the composer', () => {
  it('has the keys at the start, and takes every printable one', () => {
    const dashboard = startDashboard();
    dashboard.type('!echo q?:/1');
    expect(text(dashboard)).toBe('!echo q?:/1');
    expect(dashboard.model.overlays).toEqual([]);
  });

  it('explains where a task would go, before it is sent', () => {
    const dashboard = startDashboard();
    dashboard.type('!rm -rf build @laptop');
    expect(dashboard.model.composer.hint).toMatchObject({
      kind: 'route',
      answer: { route: 'desktop-local', device: { name: 'laptop' } },
    });
  });

  it('says why a task cannot be sent, and keeps it', () => {
    const dashboard = startDashboard();
    dashboard.type('!ls @nowhere');
    dashboard.press('enter');
    expect(dashboard.model.composer.hint).toMatchObject({ kind: 'refused' });
    expect(text(dashboard)).toBe('!ls @nowhere');
    expect(dashboard.take()).toEqual([]);
  });

  it('sends with Enter, with the size of the terminal it will be shown in', () => {
    const dashboard = startDashboard();
    dashboard.type('!ls');
    dashboard.press('enter');
    expect(dashboard.take()).toMatchObject([
      { type: 'submit', text: '!ls', tty: { cols: 118, rows: 33 } },
      { type: 'remember' },
    ]);
    expect(text(dashboard)).toBe('');
  });

  it('starts lines with M-Enter and C-j', () => {
    const dashboard = startDashboard();
    dashboard.type('!a');
    dashboard.press('M-enter');
    dashboard.type('b');
    dashboard.press('C-j');
    dashboard.type('c');
    expect(text(dashboard)).toBe('!a\nb\nc');
  });

  it('takes a paste whole: its newlines do not send', () => {
    const dashboard = startDashboard();
    dashboard.paste('!one\ntwo\n');
    expect(dashboard.take()).toEqual([]);
    expect(text(dashboard)).toBe('!one\ntwo\n');
  });

  it('brings a text back that could not be sent, with its id', () => {
    const dashboard = startDashboard();
    dashboard.type('!ls');
    dashboard.press('enter');
    dashboard.tell({
      type: 'submit-failed',
      id: 'abc',
      text: '!ls',
      failure: { code: 'unavailable', message: 'gone' },
    });
    expect(text(dashboard)).toBe('!ls');
    dashboard.take();
    dashboard.press('enter');
    expect(dashboard.take()).toContainEqual(expect.objectContaining({ type: 'submit', text: '!ls', id: 'abc' }));
  });

  it('does not overwrite what is typed meanwhile', () => {
    const dashboard = startDashboard();
    dashboard.type('!ls');
    dashboard.press('enter');
    dashboard.type('!pw');
    dashboard.tell({
      type: 'submit-failed',
      id: 'abc',
      text: '!ls',
      failure: { code: 'unavailable', message: 'gone' },
    });
    expect(text(dashboard)).toBe('!pw');
    dashboard.press('C-c', 'up', 'up');
    expect(text(dashboard)).toBe('!ls');
  });

  it('keeps a message in the line while there is no connection: it has no id to wait with', () => {
    const dashboard = startDashboard();
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.type('/say hi');
    dashboard.press('enter');
    expect(text(dashboard)).toBe('/say hi');
    expect(dashboard.take()).toEqual([]);
  });

  it('goes through the history and back to the draft', () => {
    const dashboard = startDashboard();
    dashboard.tell({ type: 'history', lines: ['!one', '!two'] });
    dashboard.type('draft');
    dashboard.press('up');
    expect(text(dashboard)).toBe('!two');
    dashboard.press('up', 'down', 'down');
    expect(text(dashboard)).toBe('draft');
  });

  it('completes commands and devices, and goes through the candidates', () => {
    const dashboard = startDashboard({ snapshot: { devices: [aDevice(), aDevice({ name: 'lab', local: false })] } });
    dashboard.type('/se');
    dashboard.press('tab');
    expect(text(dashboard)).toBe('/search ');
    dashboard.press('C-c');
    dashboard.type('!ls @la');
    dashboard.press('tab');
    expect(text(dashboard)).toBe('!ls @laptop ');
    dashboard.press('tab');
    expect(text(dashboard)).toBe('!ls @lab ');
    dashboard.press('tab');
    expect(text(dashboard)).toBe('!ls @laptop ');
  });

  it('goes to the next pane with Tab when there is nothing to complete', () => {
    const dashboard = startDashboard();
    dashboard.press('tab');
    expect(dashboard.model.focus).toBe('thread');
  });

  it('says messages, and finds runs by their number', () => {
    const run = aRun(12);
    const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run)] } });
    dashboard.type('/say hello');
    dashboard.press('enter');
    expect(dashboard.take()).toContainEqual({ type: 'say', text: 'hello' });
    dashboard.type('/open 12');
    dashboard.press('enter');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'run', run: run.id });
    dashboard.press('escape');
    dashboard.type('/cancel 99');
    dashboard.press('enter');
    expect(dashboard.model.toasts.at(-1)?.text).toContain('no run "99"');
  });

  it('takes a megabyte without refusing or losing any of it', () => {
    const dashboard = startDashboard();
    const large = `!cat <<EOF\n${'x'.repeat(1_000_000)}`;
    dashboard.paste(large);
    dashboard.type('!');
    expect(text(dashboard)).toBe(`${large}!`);
  });
});
