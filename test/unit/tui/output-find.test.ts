// Reading in the output of a run: what one reads stays where it is while more comes, and a text can be looked for in all of it.
import { describe, expect, it } from 'vitest';
import { createTextLog, type TextLog } from '../../../src/tui/app/text-log.ts';
import { overlayOf } from '../../../src/tui/model/select.ts';
import { CellGrid } from '../../../src/tui/terminal/cells.ts';
import { detectTheme } from '../../../src/tui/terminal/detect-theme.ts';
import { render } from '../../../src/tui/views/render.ts';
import { aRun, type Dashboard, runEntry, startDashboard } from '../../helpers/tui-model.ts';

const run = aRun(3, { tty: false });
const theme = detectTheme({ TERM: 'xterm-256color', LANG: 'en_US.UTF-8' });

interface Reader {
  readonly dashboard: Dashboard;
  print(from: number, to: number): void;
  /** What is on the screen of the output, and the corner of its border. */
  screen(): string;
}

function reader(size = { width: 80, height: 20 }): Reader {
  const dashboard = startDashboard({ size, snapshot: { runs: [run], entries: [runEntry(run)] } });
  dashboard.press('escape', '3', 'enter');
  dashboard.tell({ type: 'run-loaded', detail: { run, approvals: [], artifacts: [] } });
  const log: TextLog = createTextLog();
  return {
    dashboard,
    print(from, to) {
      for (let line = from; line <= to; line += 1)
        log.write(Buffer.from(`line ${line}${line % 50 === 0 ? ' Needle' : ''}\n`));
      dashboard.tell({ type: 'output', run: run.id, output: { port: log, bytes: to, state: 'live', attached: false } });
    },
    screen() {
      const { model } = dashboard;
      const grid = new CellGrid(model.size.width, model.size.height);
      render(model, theme, grid);
      return grid.toText();
    },
  };
}

const linesOf = (screen: string): string[] => [...screen.matchAll(/line \d+/g)].map(([line]) => line);

describe('live output', () => {
  it('does not move what one reads, and G or F follows it again', () => {
    for (const key of ['G', 'F']) {
      const { dashboard, print, screen } = reader();
      print(1, 20_500);
      expect(screen()).toContain('line 20500');
      dashboard.press('pageup', 'k');
      const before = linesOf(screen());
      expect(screen()).toMatch(/▼ \d+ below, G follows/);
      print(20_501, 30_000);
      expect(linesOf(screen())).toEqual(before);
      dashboard.press(key);
      expect(screen()).toContain('line 30000');
      expect(screen()).not.toContain('below, G follows');
      print(30_001, 30_003);
      expect(screen()).toContain('line 30003');
    }
  });

  it('is read on where it was when the window changes its size', () => {
    const { dashboard, print, screen } = reader();
    print(1, 200);
    dashboard.press('pageup');
    const first = screen().split('\n')[5]?.trim();
    dashboard.tell({ type: 'resized', size: { width: 60, height: 14 } });
    expect(screen().split('\n')[5]?.replace(/ +/, ' ')).toContain(first?.replace(/[│┃]/g, '').trim());
  });
});

describe('a text in the output', () => {
  it('is looked for in all of it: the newest first, n and N go round', () => {
    const { dashboard, print, screen } = reader();
    print(1, 300);
    dashboard.press('/');
    dashboard.type('needle');
    expect(screen()).toContain('6 found');
    dashboard.press('enter');
    expect(screen()).toContain('needle 6/6');
    expect(screen()).toContain('line 300 Needle');
    dashboard.press('N');
    expect(screen()).toContain('needle 5/6');
    expect(screen()).toContain('line 250 Needle');
    dashboard.press('n', 'n');
    expect(screen()).toContain('needle 1/6');
    expect(screen()).toContain('line 50 Needle');
    dashboard.press('N');
    expect(screen()).toContain('needle 6/6');
  });

  it('is found in what has come since as well, and what is shown stays', () => {
    const { dashboard, print, screen } = reader();
    print(1, 100);
    dashboard.press('/');
    dashboard.type('needle');
    dashboard.press('enter');
    print(101, 400);
    expect(screen()).toContain('line 100 Needle');
    dashboard.press('n');
    expect(screen()).toContain('needle 3/8');
    expect(screen()).toContain('line 150 Needle');
  });

  it('that is not there is said, and the field stays', () => {
    const { dashboard, print, screen } = reader();
    print(1, 10);
    dashboard.press('/');
    dashboard.type('nowhere');
    dashboard.press('enter');
    expect(screen()).toContain('it is not in what is kept');
    dashboard.press('escape');
    expect(overlayOf(dashboard.model, 'run')?.find).toBeUndefined();
    dashboard.press('n');
    expect(dashboard.model.toasts.at(-1)?.text).toContain('look for something first');
  });

  it('is let go with Esc before the view is left, and asked for from any tab', () => {
    const { dashboard, print } = reader();
    print(1, 100);
    dashboard.press('2', '/');
    dashboard.type('needle');
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'run')).toMatchObject({ section: 'output', find: { at: 1 } });
    dashboard.press('escape');
    expect(overlayOf(dashboard.model, 'run')?.find).toBeUndefined();
    dashboard.press('escape');
    expect(dashboard.model.overlays).toEqual([]);
  });

  it('is marked where it stands', () => {
    const { dashboard, print } = reader();
    print(1, 60);
    dashboard.press('/');
    dashboard.type('NEEDLE');
    dashboard.press('enter');
    const grid = new CellGrid(80, 20);
    render(dashboard.model, theme, grid);
    const rows = grid.toText().split('\n');
    const y = rows.findIndex((row) => row.includes('line 50 Needle'));
    const x = rows[y]?.indexOf('Needle') ?? -1;
    const match = theme.style('match');
    const marked = [...grid.attrs].flatMap((attr, cell) => (attr === match ? [cell] : []));
    expect(marked).toEqual(Array.from({ length: 6 }, (_, column) => y * 80 + x + column));
  });
});
