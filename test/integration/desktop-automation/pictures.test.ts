// Pictures of the screen: what a run brings, and what a person is shown who is asked about one.
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../../helpers/needs.ts';
import { desktop, openScreen, openSink, type Screen, type Sink } from './harness.ts';

/** Of the sink, and of the marks. */
const BACKGROUND = [0x12, 0x34, 0x56];
const MARK = [255, 0, 128];

function pixel(png: PNG, x: number, y: number): number[] {
  return [...png.data.subarray((y * png.width + x) * 4, (y * png.width + x) * 4 + 3)];
}

needs(
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
)('pictures of the screen', () => {
  let screen: Screen;
  let sink: Sink;
  beforeAll(async () => {
    screen = await openScreen({ size: '800x600' });
    sink = await openSink(screen, 'sink', { geometry: '60x20+50+60' });
  });
  afterAll(async () => {
    sink.cleanUp();
    await screen.close();
  });

  test('have its size and show its windows', async () => {
    const { files, text, outcome } = await screen.run({ action: 'screenshot' }, { action: 'screenshot' });
    expect(outcome).toEqual({ kind: 'exit', exitCode: 0, result: '2 steps, screenshot-1.png, screenshot-2.png' });
    expect(Object.keys(files).sort()).toEqual(['screenshot-1.png', 'screenshot-2.png']);
    expect(text).toContain('screenshot-1.png, 800x600');
    const png = PNG.sync.read(files['screenshot-1.png'] ?? Buffer.alloc(0));
    expect([png.width, png.height]).toEqual([800, 600]);
    expect(pixel(png, 300, 250)).toEqual(BACKGROUND);
    expect(pixel(png, 780, 580)).not.toEqual(BACKGROUND);
  });

  test('show a part of it', async () => {
    const { files } = await screen.run({ action: 'zoom', region: [200, 200, 340, 290] });
    const png = PNG.sync.read(files['zoom-1.png'] ?? Buffer.alloc(0));
    expect([png.width, png.height]).toEqual([140, 90]);
    expect(pixel(png, 100, 50)).toEqual(BACKGROUND);
  });

  test('of a part that is not there are none', async () => {
    const { outcome } = await screen.run({ action: 'zoom', region: [700, 500, 900, 590] });
    expect(outcome).toEqual({
      kind: 'exit',
      exitCode: 1,
      message: 'step 1: the point 899,589 is outside the screen, which is 800x600',
    });
  });

  test('come of themselves after the last acting step', async () => {
    const { files } = await screen.run({ action: 'left_click', coordinate: [300, 250] }, { action: 'cursor_position' });
    const png = PNG.sync.read(files['after.png'] ?? Buffer.alloc(0));
    expect([png.width, png.height]).toEqual([800, 600]);
  });

  test('show whoever is asked what each step would touch', async () => {
    const steps = [
      { action: 'left_click', coordinate: [300, 250] },
      { action: 'left_click_drag', start_coordinate: [200, 200], coordinate: [400, 300] },
      { action: 'type', text: 'all of\nthe text' },
    ] as const;
    const plan = await screen.prepare(...steps);
    const shown = await screen.executor.illustrate?.(desktop(...steps), plan);
    expect(shown?.steps).toEqual([
      expect.stringMatching(/^left click at 300,250, on window 0x\w+ of XTerm, process \d+, titled "sink"$/),
      expect.stringMatching(/^drag from 200,200 to 400,300, on window 0x.*"sink", to window 0x.*"sink"$/),
      expect.stringMatching(/^type "all of\\nthe text", into window 0x.*"sink"$/),
    ]);
    expect(shown?.warnings).toEqual([expect.stringContaining('whatever the person at that screen can')]);
    const png = PNG.sync.read(Buffer.from(shown?.picture?.bytes ?? []));
    expect([png.width, png.height]).toEqual([800, 600]);
    expect(pixel(png, 300 - 14, 250)).toEqual(MARK);
    expect(pixel(png, 200 - 14, 200)).toEqual(MARK);
    expect(pixel(png, 300 + 6, 250 - 8)).not.toEqual(MARK);
  });

  test('are not shown of another window than the one that a yes would be about', async () => {
    const action = desktop({ action: 'left_click', coordinate: [300, 250] });
    const plan = await screen.prepare(...action.steps);
    const other = await openSink(screen, 'other', { geometry: '60x12+60+80' });
    const shown = await screen.executor.illustrate?.(action, plan);
    other.cleanUp();
    expect(shown).toEqual({
      warnings: [
        expect.stringContaining('whatever the person at that screen can'),
        'The screen cannot be shown: other windows came up while it was looked at.',
      ],
    });
  });

  test('are not shown before somebody said yes to merely looking', async () => {
    const action = desktop({ action: 'screenshot' });
    const plan = await screen.prepare(...action.steps);
    const shown = await screen.executor.illustrate?.(action, plan);
    expect(shown).toEqual({ steps: ['take a picture of the screen'], warnings: [] });
  });
});
