// Looking through what was typed before, and writing a task in an editor.
import { describe, expect, it } from 'vitest';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { startDashboard } from '../../helpers/tui-model.ts';

function remembering(...lines: string[]): ReturnType<typeof startDashboard> {
  const dashboard = startDashboard();
  dashboard.tell({ type: 'history', lines });
  return dashboard;
}
const text = (dashboard: ReturnType<typeof startDashboard>): string => dashboard.model.composer.editor.text;

describe('C-r', () => {
  it('finds the newest task that holds every word, and takes it without sending it', () => {
    const dashboard = remembering('!npm run build', '!npm test -- login', '!git push');
    dashboard.press('C-r');
    dashboard.type('test npm');
    dashboard.press('enter');
    expect(text(dashboard)).toBe('!npm test -- login');
    expect(dashboard.model.focus).toBe('composer');
    expect(dashboard.take()).toEqual([]);
  });

  it('goes to older ones with C-r again, back with C-s, and no further than there are', () => {
    const dashboard = remembering('!a 1', '!a 2', '!a 3');
    dashboard.press('C-r', 'C-r', 'C-r', 'C-r', 'C-r', 'C-s', 'enter');
    expect(text(dashboard)).toBe('!a 2');
  });

  it('leaves the text as it was with Esc, and undo brings it back after a task was taken', () => {
    const dashboard = remembering('!old');
    dashboard.type('half a thought');
    dashboard.press('C-r');
    dashboard.type('zzz');
    dashboard.press('enter', 'escape');
    expect(text(dashboard)).toBe('half a thought');
    dashboard.press('C-r', 'enter');
    expect(text(dashboard)).toBe('!old');
    dashboard.press('C-_');
    expect(text(dashboard)).toBe('half a thought');
  });

  it('begins with the newest again when what is looked for changes', () => {
    const dashboard = remembering('!a 1', '!a 2');
    dashboard.press('C-r', 'C-r');
    dashboard.type('a');
    expect(overlayOf(dashboard.model, 'recall')?.selected).toBe(0);
  });

  it('says that nothing was sent yet, and opens nothing', () => {
    const dashboard = startDashboard();
    dashboard.press('C-r');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.toasts.at(-1)?.text).toContain('no task was sent from here yet');
  });
});

describe('C-x C-e', () => {
  it('gives what is typed to the editor, and takes several lines back without sending them', () => {
    const dashboard = startDashboard();
    dashboard.type('!echo a');
    dashboard.press('C-x', 'C-e');
    expect(dashboard.take()).toContainEqual({ type: 'edit-text', text: '!echo a' });
    dashboard.tell({ type: 'text-edited', text: '!echo a\necho b\n' });
    expect(text(dashboard)).toBe('!echo a\necho b');
    expect(dashboard.model.composer.editor.cursor).toBe('!echo a\necho b'.length);
    expect(dashboard.take()).toEqual([]);
    dashboard.press('C-_');
    expect(text(dashboard)).toBe('!echo a');
  });

  it('keeps the text where the editor failed, and says why', () => {
    const dashboard = startDashboard();
    dashboard.type('!echo a');
    dashboard.press('C-x', 'C-e');
    dashboard.tell({ type: 'text-edited', failure: { code: 'unavailable', message: 'no editor: set EDITOR' } });
    expect(text(dashboard)).toBe('!echo a');
    expect(dashboard.model.toasts.at(-1)?.text).toBe('no editor: set EDITOR');
  });

  it('is for the next key alone: C-e later goes to the end of the line', () => {
    const dashboard = startDashboard();
    dashboard.type('ab');
    dashboard.press('C-x', 'C-a', 'C-e');
    dashboard.type('c');
    expect(text(dashboard)).toBe('abc');
    expect(dashboard.take()).toEqual([]);
  });
});
