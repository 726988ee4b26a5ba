// The row of tabs of the view of a run: what each holds in numbers, as long as there is room for words.

import { isFinal, type Run } from '../../core/runs.ts';
import type { RunDialog, RunSection } from '../model/overlay-model.ts';
import { RUN_SECTIONS } from '../model/overlay-model.ts';
import type { Rect } from '../terminal/cells.ts';
import { formatBytes } from '../words/format.ts';
import { lostSince } from '../words/presence.ts';
import { type Paint, type Span, spansWidth, write } from './paint.ts';

/** In full, shortened, and as short as a screen of thirty columns needs. */
const NAMES: Readonly<Record<RunSection, readonly [string, string, string]>> = {
  output: ['Output', 'Out', 'Out'],
  plan: ['Plan', 'Plan', 'Pl'],
  approvals: ['Approvals', 'Ask', 'Ask'],
  artifacts: ['Artifacts', 'Art', 'Art'],
  audit: ['Audit', 'Audit', 'Au'],
  timing: ['Timing', 'Time', 'Ti'],
};

export function drawTabs(paint: Paint, at: Rect, dialog: RunDialog, run: Run): void {
  const line = paint.style('border');
  const across = paint.glyphs.border[1] ?? '-';
  paint.grid.write(at.x, at.y, across.repeat(Math.max(0, at.width)), line);
  const room = at.width - 2;
  const levels = [0, 1, 2, 3].map((level) => tabSpans(paint, dialog, level));
  const spans = levels.find((made) => spansWidth(made) <= room) ?? levels[3] ?? [];
  const used = write(paint, at.x + 1, at.y, spans, room);
  const { state, port } = dialog.output;
  // What is over is not live, though the last of it may still be on its way.
  if (isFinal(run) || (state !== 'live' && (state !== 'opening' || port === undefined))) return;
  const lost = lostSince(paint.model, run) !== undefined;
  const live = lost ? ' link lost ' : state === 'live' ? ' live ' : ' loading ';
  if (used + live.length + 4 >= at.width) return;
  write(
    paint,
    at.x + at.width - live.length - 1,
    at.y,
    [[live, paint.style(lost ? 'warning' : 'accent')]],
    live.length,
  );
}

/** From level 1 on the tabs stand closer and the output has no size; from level 2 on their names are short. */
function tabSpans(paint: Paint, dialog: RunDialog, level: number): Span[] {
  const across: Span = [paint.glyphs.border[1] ?? '-', paint.style('border')];
  const length = level < 2 ? 0 : level === 2 ? 1 : 2;
  return RUN_SECTIONS.flatMap((section, index) => {
    const count = countOf(dialog, section, level === 0);
    const name = NAMES[section][length] ?? '';
    const label = count === '' ? name : length === 0 ? `${name} ${count}` : `${name}${count}`;
    const style = paint.style(section === dialog.section ? 'titleFocused' : 'muted');
    if (level === 0) return [...(index === 0 ? [] : [across]), [` ${label} `, style] as const];
    return [[index === 0 ? label : ` ${label}`, style] as const];
  });
}

function countOf({ output, detail }: RunDialog, section: RunSection, sized: boolean): string {
  if (section === 'output') return sized && output.bytes > 0 ? formatBytes(output.bytes) : '';
  const count =
    section === 'approvals' ? detail?.approvals.length : section === 'artifacts' ? detail?.artifacts.length : undefined;
  return count === undefined || count === 0 ? '' : String(count);
}
