// The sign of a running run turns while something of it comes, and at no other time.

import { describe, expect, it } from 'vitest';
import { subscriptions } from '../../../src/tui/app/subscriptions.ts';
import { turnOf } from '../../../src/tui/model/stirring.ts';
import { detectTheme } from '../../../src/tui/terminal/detect-theme.ts';
import { aRun, startDashboard } from '../../helpers/tui-model.ts';
import { draw } from './views/example.ts';

const RUN = aRun(1, { command: 'make' });

function watching() {
  const dashboard = startDashboard({
    snapshot: { runs: [RUN], entries: [{ kind: 'run', key: '1', at: RUN.submittedAt, run: RUN } as never] },
  });
  let lines = 0;
  return Object.assign(dashboard, {
    output() {
      lines += 1;
      dashboard.tell({ type: 'tail', run: RUN.id, tail: { lines: [`line ${lines}`], done: false } });
    },
    turn: () => turnOf(dashboard.model, RUN),
    screen: () => draw(dashboard.model, detectTheme({ TERM: 'xterm-256color', LANG: 'C.UTF-8' })).toText(),
  });
}

describe('the sign of a running run', () => {
  it('rests until something comes: what was there before is no news', () => {
    const dashboard = watching();
    expect(dashboard.turn()).toBeUndefined();
    dashboard.output();
    expect(dashboard.turn()).toBeUndefined();
    expect(dashboard.screen()).toContain('▶  1 make');
  });

  it('turns with the output, at most eight times a second', () => {
    const dashboard = watching();
    dashboard.output();
    dashboard.output();
    expect(dashboard.turn()).toBe(1);
    expect(dashboard.screen()).toContain('⠙  1 make');
    dashboard.wait(100);
    dashboard.output();
    expect(dashboard.turn()).toBe(1);
    dashboard.wait(100);
    dashboard.output();
    expect(dashboard.turn()).toBe(2);
  });

  it('turns with progress', () => {
    const dashboard = watching();
    dashboard.tell({ type: 'progress', run: RUN.id, progress: { text: 'b', step: 2, steps: 3 } });
    expect(dashboard.turn()).toBe(1);
  });

  it('rests a second after the last word, and when the same is told again', () => {
    const dashboard = watching();
    dashboard.output();
    dashboard.output();
    dashboard.wait(999);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.turn()).toBe(1);
    dashboard.tell({ type: 'tail', run: RUN.id, tail: { lines: ['line 2'], done: false } });
    dashboard.wait(1);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.turn()).toBeUndefined();
  });

  it('rests while the peer is out of reach, and while the window has not got the keys', () => {
    const dashboard = watching();
    dashboard.output();
    dashboard.output();
    dashboard.input({ type: 'focus', focused: false });
    expect(dashboard.turn()).toBeUndefined();
    dashboard.input({ type: 'focus', focused: true });
    expect(dashboard.turn()).toBe(1);
    dashboard.tell({ type: 'lost', reason: 'gone' });
    expect(dashboard.turn()).toBeUndefined();
  });

  it('wakes nobody up: with or without it the next look at the clock is the same', () => {
    const dashboard = watching();
    dashboard.output();
    const before = subscriptions(dashboard.model).wakeAt;
    dashboard.output();
    expect(dashboard.turn()).toBe(1);
    expect(subscriptions(dashboard.model).wakeAt).toBe(before);
  });
});

describe('the clock', () => {
  it('is looked at every second while a run counts, every ten while another window has the keys, else every minute', () => {
    const dashboard = watching();
    const { now } = dashboard.model;
    expect(subscriptions(dashboard.model).wakeAt).toBe((Math.floor(now / 1000) + 1) * 1000);
    dashboard.input({ type: 'focus', focused: false });
    expect(subscriptions(dashboard.model).wakeAt).toBe((Math.floor(now / 10_000) + 1) * 10_000);
    expect(subscriptions(startDashboard().model).wakeAt).toBe((Math.floor(now / 60_000) + 1) * 60_000);
  });
});
