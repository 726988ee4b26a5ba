import { describe, expect, it } from 'vitest';
import { encodeInput } from '../../../src/tui/app/attach.ts';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { aChange, aRun, runEntry, START, startDashboard } from '../../helpers/tui-model.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const modes = { applicationCursor: false, bracketedPaste: false, mouse: false, alternate: false };
const sent = (key: string, raw: string, change = {}): string =>
  new TextDecoder().decode(encodeInput({ kind: 'key', key, raw: bytes(raw) }, { ...modes, ...change }));

function attached() {
  const dashboard = startDashboard({ snapshot: { runs: [aRun(1)], entries: [runEntry(aRun(1))] } });
  dashboard.press('escape', '3', 'i');
  return dashboard;
}
const open = { port: undefined, bytes: 0, state: 'live', attached: true } as const;

describe('attaching', () => {
  it('gives the run the size of the screen, and again when that changes', () => {
    const dashboard = attached();
    expect(dashboard.take()).toEqual([{ type: 'resize', run: aRun(1).id, cols: 120, rows: 39, redraw: true }]);
    dashboard.tell({ type: 'resized', size: { width: 100, height: 30 } });
    expect(dashboard.take()).toEqual([{ type: 'resize', run: aRun(1).id, cols: 100, rows: 29, redraw: false }]);
    expect(subscriptions(dashboard.model).output).toMatchObject({
      kind: 'terminal',
      cols: 100,
      rows: 29,
      attached: true,
    });
  });

  it('sends every key to the run, C-c and q and Esc too, but for C-]', () => {
    const dashboard = attached();
    dashboard.take();
    dashboard.tell({ type: 'output', run: aRun(1).id, output: open });
    dashboard.press('C-c', 'C-c', 'q', 'escape', '?', 'C-p', 'C-z', 'f1');
    expect(
      dashboard
        .take()
        .map((effect) => (effect.type === 'input' && effect.input.kind === 'key' ? effect.input.key : effect.type)),
    ).toEqual(['C-c', 'C-c', 'q', 'escape', '?', 'C-p', 'C-z', 'f1']);
    dashboard.press('C-]');
    expect(dashboard.model.overlays).toEqual([]);
    // In its own size its detail shows what it has drawn.
    expect(dashboard.take()).toEqual([{ type: 'resize', run: aRun(1).id, cols: 80, rows: 24, redraw: false }]);
    expect(subscriptions(dashboard.model).output).toBeUndefined();
  });

  it('sends nothing before the run takes input', () => {
    const dashboard = attached();
    dashboard.take();
    dashboard.press('a');
    dashboard.paste('b');
    expect(dashboard.take()).toEqual([]);
  });

  it('keeps keys that were meant for the program from what is below, then lets Enter leave, and sends it none', () => {
    const dashboard = attached();
    dashboard.tell({ type: 'output', run: aRun(1).id, output: open });
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(1, { status: 'completed' })), 'run.completed') });
    dashboard.take();
    expect(overlayOf(dashboard.model, 'attach')?.phase).toBe('ended');
    for (const key of ['enter', 'x', 'escape']) {
      dashboard.wait(700);
      dashboard.input({ type: 'key', key });
    }
    expect(overlayOf(dashboard.model, 'attach')?.phase).toBe('ended');
    dashboard.press('x');
    expect(overlayOf(dashboard.model, 'attach')?.phase).toBe('ended');
    dashboard.press('enter');
    expect(dashboard.model.overlays).toEqual([]);
    expect(dashboard.take()).toEqual([]);
  });

  it('does not attach to what has no terminal or is over', () => {
    const dashboard = startDashboard({
      snapshot: { runs: [aRun(2, { inline: true }), aRun(1, { status: 'failed' })] },
    });
    dashboard.press('escape', '3', 'i', 'j', 'i');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.toasts.map(({ text }) => text)).toEqual(['run 2 has no terminal', 'run 1 is over']);
  });
});

describe('what is done for good', () => {
  it('is done once by a held key, and a retry once at a time', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { status: 'failed' })] }, gap: 100 });
    dashboard.press('escape', '3', 'r', 'r', 'r');
    dashboard.wait(2_000);
    dashboard.press('r');
    const retry = { type: 'retry', run: aRun(1).id };
    expect(dashboard.take()).toEqual([retry]);
    dashboard.tell({ type: 'retry-failed', of: aRun(1).id, failure: { code: 'unavailable', message: 'gone' } });
    dashboard.wait(2_000);
    dashboard.press('r');
    expect(dashboard.take()).toEqual([retry]);
  });

  it('asks before a run that waits is cancelled', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { status: 'waiting_approval' })] } });
    dashboard.press('escape', '3', 'x');
    expect(dashboard.take()).toEqual([]);
    expect(topOverlay(dashboard.model)?.kind).toBe('confirm');
  });

  it('does not leave by a y that was typed ahead', () => {
    const dashboard = startDashboard({ gap: 100 });
    dashboard.press('escape', 'q', 'y');
    expect(dashboard.take()).toEqual([]);
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(dashboard.take()).toEqual([{ type: 'quit' }]);
  });
});

describe('input for an attached run', () => {
  it('is the bytes of the key as they came', () => {
    expect(sent('a', 'a')).toBe('a');
    expect(sent('漢', '漢')).toBe('漢');
    expect(sent('C-c', '\x03')).toBe('\x03');
    expect(sent('f5', '\x1b[15~')).toBe('\x1b[15~');
  });

  it('has cursor keys in the form that the program asked for', () => {
    expect(sent('up', '\x1bOA')).toBe('\x1b[A');
    expect(sent('up', '\x1b[A', { applicationCursor: true })).toBe('\x1bOA');
    expect(sent('C-up', '\x1b[1;5A')).toBe('\x1b[1;5A');
  });

  it('has no extended reports, which the program did not ask for', () => {
    expect(sent('C-a', '\x1b[97;5u')).toBe('\x01');
    expect(sent('S-enter', '\x1b[13;2u')).toBe('\r');
    expect(sent('M-x', '\x1b[120;3u')).toBe('\x1bx');
    expect(sent('escape', '\x1b[27u')).toBe('\x1b');
  });

  it('brackets a paste if the program asked for that, and nothing in it ends it early', () => {
    const paste = (text: string, bracketedPaste: boolean): string =>
      new TextDecoder().decode(encodeInput({ kind: 'paste', text }, { ...modes, bracketedPaste }));
    expect(paste('a\nb', false)).toBe('a\rb');
    expect(paste('a\x1b[201~\nrm', true)).toBe('\x1b[200~a[201~\rrm\x1b[201~');
  });
});

describe('subscriptions', () => {
  it('know how much there is of a run that is over, so that only its end is fetched', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { status: 'completed' })] } });
    dashboard.press('escape', '3', 'enter');
    expect(subscriptions(dashboard.model).output).toMatchObject({ bytes: 100 });
  });

  it('wants no wake-up but the minute of the clock while nothing moves', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1, { status: 'completed' })] } });
    expect(subscriptions(dashboard.model).wakeAt).toBe(START + 60_000);
  });

  it('wants every second while a run counts on the screen, and not while it is hidden', () => {
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1)], entries: [runEntry(aRun(1))] } });
    expect(subscriptions(dashboard.model).wakeAt).toBe(START + 1_000);
    dashboard.press('f1');
    expect(subscriptions(dashboard.model).wakeAt).toBe(START + 60_000);
  });

  it('follows the tails of runs on the screen alone, and fetches those that are over once', () => {
    const entries = [runEntry(aRun(1, { status: 'completed' })), runEntry(aRun(2))];
    const dashboard = startDashboard({ snapshot: { entries } });
    expect(subscriptions(dashboard.model).tails).toEqual([
      { run: aRun(1).id, live: false, bytes: 100 },
      { run: aRun(2).id, live: true, bytes: 0 },
    ]);
    dashboard.tell({ type: 'tail', run: aRun(1).id, tail: { lines: ['done'], done: true } });
    expect(subscriptions(dashboard.model).tails).toHaveLength(1);
    dashboard.tell({ type: 'lost', reason: 'gone' });
    expect(subscriptions(dashboard.model).tails).toEqual([]);
  });
});
