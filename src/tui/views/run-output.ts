// What a run printed, in the view of it; and what is said where nothing can be shown.

import type { Run } from '../../core/runs.ts';
import type { OutputView } from '../model/output-view.ts';
import type { Rect } from '../terminal/cells.ts';
import type { StyleName } from '../terminal/theme.ts';
import { lostSince } from '../words/presence.ts';
import { progressOf, progressRow } from '../words/progress.ts';
import { clip, own, type Paint, write } from './paint.ts';

export function drawOutput(
  paint: Paint,
  rect: Rect,
  output: OutputView,
  scrollBack: number,
  run: Run | undefined,
): void {
  const say = (text: string, style: StyleName): void => {
    write(
      paint,
      rect.x + 1,
      rect.y,
      [[clip(paint, own(paint, text), rect.width - 2), paint.style(style)]],
      rect.width - 2,
    );
  };
  const lost = run !== undefined && lostSince(paint.model, run) !== undefined;
  const nothing = output.bytes === 0 || output.port === undefined || output.state === 'failed';
  if (run !== undefined && lost && nothing) {
    drawLostOutput(paint, rect, run, say);
    return;
  }
  if (output.state === 'failed') {
    say(output.message ?? 'the output cannot be shown', 'error');
    return;
  }
  if (output.port === undefined) {
    say(
      run !== undefined && run.startedAt === undefined
        ? 'It has not started: what it prints appears here.'
        : 'opening…',
      'muted',
    );
    return;
  }
  const far = run === undefined || output.bytes > 0 ? undefined : progressOf(paint.model, run);
  if (far !== undefined) {
    say(progressRow(far, rect.width - 2), 'info');
    return;
  }
  output.port.draw(paint.grid, rect, { scrollBack, defaultAttr: paint.style('text'), cursor: false });
  if (output.bytes === 0)
    say(output.state === 'ended' ? 'It printed nothing.' : 'It has printed nothing yet.', 'muted');
}

/** What it printed is where its device is; the last lines of it may have come before the link was lost. */
function drawLostOutput(paint: Paint, rect: Rect, run: Run, say: (text: string, style: StyleName) => void): void {
  const lines = paint.model.tails.get(run.id)?.lines ?? [];
  say(
    lines.length === 0
      ? 'What it prints is shown when the link is back.'
      : 'The last lines that came; the rest is shown when the link is back:',
    'warning',
  );
  lines.slice(Math.max(0, lines.length - rect.height + 1)).forEach((line, index) => {
    const at = { x: rect.x + 1, y: rect.y + 1 + index, width: rect.width - 2 };
    write(paint, at.x, at.y, [[clip(paint, line, at.width), paint.style('muted')]], at.width);
  });
}
