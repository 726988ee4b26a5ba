import { describe, expect, it } from 'vitest';
import { activeBindings, bindingFor, footerHints, helpSections, KEYMAP } from '../../../src/tui/keys/keymap.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { type Document, line } from '../../../src/tui/preview/document.ts';
import { anApproval, anArtifact, aRun, keyOf, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const runs = [aRun(2), aRun(1, { status: 'completed' })];
const busy = () =>
  startDashboard({ snapshot: { runs, entries: [runEntry(aRun(1, { status: 'completed' })), runEntry(aRun(2))] } });
const toasts = (dashboard: ReturnType<typeof startDashboard>): string =>
  dashboard.model.toasts.map(({ text }) => text).join('\n');

describe('the keymap', () => {
  it('gives each key one meaning in each context', () => {
    const seen = new Set<string>();
    for (const { context, keys } of KEYMAP) {
      for (const key of keys) {
        expect(seen.has(`${context} ${key}`), `${context} ${key}`).toBe(false);
        seen.add(`${context} ${key}`);
      }
    }
    expect(new Set(KEYMAP.map(({ id }) => id)).size).toBe(KEYMAP.length);
  });

  it('has the keys of the panes and the actions at the same time, without a clash', () => {
    const dashboard = busy();
    dashboard.press('escape');
    const keys = activeBindings(dashboard.model).flatMap((binding) => binding.keys);
    expect(keys.length).toBe(new Set(keys).size);
  });

  it('says in the footer what can be done now, and nothing else', () => {
    const dashboard = busy();
    dashboard.press('escape', '3');
    const labels = footerHints(dashboard.model).map(({ label }) => label);
    expect(labels).toContain('attach');
    expect(labels).not.toContain('retry');
    dashboard.press('j');
    const done = footerHints(dashboard.model).map(({ label }) => label);
    expect(done).toContain('retry');
    expect(done).not.toContain('attach');
  });

  it('explains every key in help, with the reason why one would do nothing', () => {
    const dashboard = busy();
    dashboard.press('escape', '3');
    const lines = helpSections(dashboard.model).flatMap((section) => section.lines);
    expect(lines).toHaveLength(KEYMAP.length);
    expect(lines.find(({ keys }) => keys === 'r')?.disabled).toContain('not over');
  });

  it('says why a key does nothing', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', 'r');
    expect(toasts(dashboard)).toContain('run 2 is not over');
    expect(dashboard.take()).toEqual([]);
  });
});

describe('focus', () => {
  it('begins in the composer, leaves it with Esc, and never quits with Esc', () => {
    const dashboard = busy();
    expect(dashboard.model.focus).toBe('composer');
    dashboard.press('escape');
    expect(dashboard.model.focus).toBe('thread');
    dashboard.press(...Array.from({ length: 20 }, () => 'escape'));
    expect(dashboard.take()).toEqual([]);
  });

  it('goes round with Tab and back with S-Tab, and to a pane by its number', () => {
    const dashboard = busy();
    const order: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      dashboard.press('tab');
      order.push(dashboard.model.focus);
    }
    expect(order).toEqual(['thread', 'approvals', 'runs', 'devices', 'composer']);
    dashboard.press('S-tab');
    expect(dashboard.model.focus).toBe('devices');
    dashboard.press('3');
    expect(dashboard.model).toMatchObject({ focus: 'runs', pane: 'runs', side: 'runs' });
  });

  it('types a task from any pane with its first character', () => {
    const dashboard = busy();
    dashboard.press('escape', '!');
    expect(dashboard.model.focus).toBe('composer');
    expect(dashboard.model.composer.editor.text).toBe('!');
  });

  it('does not let a paste press keys in a pane: it is text for the composer', () => {
    const dashboard = busy();
    dashboard.press('escape', '3');
    dashboard.paste('xq');
    expect(dashboard.model.composer.editor.text).toBe('xq');
    expect(dashboard.take()).toEqual([]);
  });
});

describe('leaving', () => {
  it('asks when q is pressed', () => {
    const dashboard = busy();
    dashboard.press('escape', 'q');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { type: 'quit' } });
    dashboard.press('n');
    expect(dashboard.model.overlays).toEqual([]);
    dashboard.press('q', 'y');
    expect(dashboard.take()).toEqual([{ type: 'quit' }]);
  });

  it('quits on the second C-c in a short time, and clears the text with the first', () => {
    const dashboard = startDashboard({ gap: 10 });
    dashboard.type('!draft');
    dashboard.press('C-c');
    expect(dashboard.model.composer.editor.text).toBe('');
    expect(dashboard.take()).toEqual([{ type: 'remember', line: '!draft' }]);
    dashboard.wait(5_000);
    dashboard.press('C-c');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('C-c');
    expect(dashboard.take()).toEqual([{ type: 'quit' }]);
  });

  it('suspends with C-z from anywhere but an attached run', () => {
    const dashboard = busy();
    dashboard.press('C-z');
    dashboard.press('escape', '?', 'C-z');
    expect(dashboard.take()).toEqual([{ type: 'suspend' }, { type: 'suspend' }]);
  });
});

describe('runs', () => {
  it('asks before it cancels what is running, and a held x does not answer', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', 'x');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { type: 'cancel' } });
    dashboard.press('y');
    expect(dashboard.take()).toEqual([{ type: 'cancel', run: runs[0]?.id }]);
  });

  it('cancels what waits after a question too', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { status: 'queued' })] } });
    dashboard.press('escape', '3', 'x');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('y');
    expect(dashboard.take()).toMatchObject([{ type: 'cancel' }]);
  });

  it('retries what is over, sends signals to what runs', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', 'S', 'j', 'enter');
    expect(dashboard.take()).toEqual([{ type: 'signal', run: runs[0]?.id, signal: 'SIGTERM' }]);
    dashboard.press('j', 'r');
    expect(dashboard.take()).toEqual([{ type: 'retry', run: runs[1]?.id }]);
  });

  it('opens the detail with Enter, and goes back with Esc', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', 'enter');
    expect(dashboard.take()).toEqual([{ type: 'load-run', run: runs[0]?.id }]);
    expect(overlayOf(dashboard.model, 'run')?.section).toBe('output');
    dashboard.press('tab');
    expect(overlayOf(dashboard.model, 'run')?.section).toBe('plan');
    dashboard.press('escape');
    expect(dashboard.model).toMatchObject({ overlays: [], focus: 'runs' });
  });

  it('keeps the selection on the same run when a new one comes', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', 'j');
    dashboard.tell({ type: 'submitted', runs: [aRun(9)] });
    expect(dashboard.model.runs[dashboard.model.lists.runs.cursor]?.number).toBe(1);
  });

  it('does not let an answer overwrite what has been told since', () => {
    const dashboard = startDashboard();
    const done = aRun(3, { status: 'completed' });
    dashboard.tell({ type: 'change', change: { ...changeOf(done) } });
    dashboard.tell({ type: 'submitted', runs: [aRun(3, { status: 'queued' })] });
    expect(dashboard.model.runs).toEqual([done]);
  });
});

function changeOf(run: ReturnType<typeof aRun>) {
  const event = {
    type: 'run.completed',
    data: {},
    stream: run.id,
    by: run.by,
    v: 1,
    device: run.device,
    seq: 1,
    at: '0',
  };
  return { event: event as never, entry: runEntry(run) };
}

const aText = (text: string): Document => ({ type: 'text', blocks: [line(text)] });

describe('artifacts', () => {
  const entry = { key: keyOf(5), kind: 'artifact' as const, artifact: anArtifact(1) };
  const withArtifact = () => startDashboard({ snapshot: { runs, entries: [runEntry(aRun(1)), entry] } });

  it('previews where nothing can open files, and drops a preview that nobody waits for', () => {
    const dashboard = withArtifact();
    dashboard.press('escape', 'o');
    const [effect] = dashboard.take();
    expect(effect).toMatchObject({ type: 'preview-artifact', artifact: anArtifact(1) });
    if (effect?.type !== 'preview-artifact') throw new Error('no preview was asked for');
    dashboard.press('escape');
    dashboard.tell({ type: 'preview', request: effect.request, document: aText('hello') });
    expect(dashboard.model.overlays).toEqual([]);
    dashboard.press('v');
    const [again] = dashboard.take();
    if (again?.type !== 'preview-artifact') throw new Error('no preview was asked for');
    dashboard.tell({ type: 'preview', request: effect.request, document: aText('late') });
    dashboard.tell({ type: 'preview', request: again.request, document: aText('hello') });
    expect(overlayOf(dashboard.model, 'preview')?.content).toEqual({ state: 'ready', document: aText('hello') });
  });

  it('saves where it is told to', () => {
    const dashboard = withArtifact();
    dashboard.press('escape', 's');
    expect(overlayOf(dashboard.model, 'save')?.editor.text).toBe('./report.txt');
    dashboard.press('C-u');
    dashboard.type('/tmp/x');
    dashboard.press('enter');
    expect(dashboard.take()).toMatchObject([{ type: 'save-artifact', path: '/tmp/x' }]);
  });
});

describe('search and palette', () => {
  it('searches as one types, takes only the newest answer, and shows the result in the thread', () => {
    const dashboard = busy();
    dashboard.press('escape', '/');
    dashboard.type('tas');
    const asked = dashboard.take().filter((effect) => effect.type === 'search');
    expect(asked.map(({ query }) => query)).toEqual(['t', 'ta', 'tas']);
    const entries = [runEntry(aRun(2)), runEntry(aRun(1, { status: 'completed' }))];
    dashboard.tell({ type: 'found', request: asked[0]?.request ?? 0, entries: [] });
    expect(dashboard.model.search.state).toBe('searching');
    dashboard.tell({ type: 'found', request: asked[2]?.request ?? 0, entries });
    dashboard.press('down', 'enter');
    expect(dashboard.model.focus).toBe('thread');
    expect(dashboard.model.thread.list.cursor).toBe(0);
    dashboard.press('n');
    expect(dashboard.model.thread.list.cursor).toBe(1);
    dashboard.press('N');
    expect(dashboard.model.thread.list.cursor).toBe(0);
  });

  it('fetches the part of the thread where a result is', () => {
    const dashboard = busy();
    dashboard.type('/search far');
    dashboard.press('enter');
    const [search] = dashboard.take().filter((effect) => effect.type === 'search');
    dashboard.tell({ type: 'found', request: search?.request ?? 0, entries: [runEntry(aRun(-500))] });
    dashboard.press('enter');
    expect(dashboard.take()).toEqual([{ type: 'load', page: { kind: 'around', key: keyOf(-500) } }]);
  });

  it('offers what can be done now, and the runs; Enter does it', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', ':');
    const items = overlayOf(dashboard.model, 'palette')?.matches.map(({ item }) => item) ?? [];
    const labels = items.filter(({ disabled }) => disabled === undefined).map(({ label }) => label);
    expect(labels).toContain('cancel the run');
    expect(labels).toContain('list a folder');
    expect(labels).not.toContain('run it again, as a new run');
    expect(labels.some((label) => label.startsWith('2 '))).toBe(true);
    dashboard.type('zoom');
    const rank = dashboard.take().findLast((effect) => effect.type === 'rank');
    const item = rank?.items.find(({ label }) => label.includes('whole screen'));
    if (rank === undefined || item === undefined) throw new Error('nothing was ranked');
    dashboard.tell({ type: 'ranked', request: rank.request, matches: [{ item, positions: [] }] });
    dashboard.press('enter');
    expect(dashboard.model).toMatchObject({ zoomed: true, overlays: [] });
  });

  it('lists at its end what cannot be done now, and Enter says why', () => {
    const dashboard = busy();
    dashboard.press('escape', '3', ':');
    const items = overlayOf(dashboard.model, 'palette')?.matches.map(({ item }) => item) ?? [];
    const first = items.findIndex(({ disabled }) => disabled !== undefined);
    expect(items.slice(first).every(({ disabled }) => disabled !== undefined)).toBe(true);
    expect(items.find(({ label }) => label === 'run it again, as a new run')?.disabled).toMatch(/is not over/);
    expect(items.find(({ label }) => label === 'take a picture of the screen')?.disabled).toMatch(/no screen/);
    dashboard.press(...items.slice(1).map(() => 'down'), 'enter');
    expect(dashboard.model.toasts.at(-1)?.text).toBe(items.at(-1)?.disabled);
    expect(topOverlay(dashboard.model)?.kind).toBe('palette');
    // What can be done comes first, however well the rest fits.
    dashboard.type('x');
    const rank = dashboard.take().findLast((effect) => effect.type === 'rank');
    const matches = [items.at(-1), items[0]].flatMap((item) => (item === undefined ? [] : [{ item, positions: [] }]));
    dashboard.tell({ type: 'ranked', request: rank?.type === 'rank' ? rank.request : -1, matches });
    expect(overlayOf(dashboard.model, 'palette')?.matches[0]?.item.disabled).toBeUndefined();
  });

  it('is there from the composer too, with C-p', () => {
    const dashboard = startDashboard();
    dashboard.press('C-p');
    expect(topOverlay(dashboard.model)?.kind).toBe('palette');
    expect(bindingFor(dashboard.model, 'C-p')?.id).toBe('palette.up');
  });
});

describe('approvals pane', () => {
  it('opens what is selected, not the first', () => {
    const approvals = [anApproval(1), anApproval(2)];
    const dashboard = startDashboard({ snapshot: { approvals } });
    dashboard.press('escape', '2', 'j', 'enter');
    expect(overlayOf(dashboard.model, 'approval')?.approval.id).toBe(approvals[1]?.id);
    dashboard.press('escape', 'y');
    expect(dashboard.take()).toEqual([]);
  });
});
