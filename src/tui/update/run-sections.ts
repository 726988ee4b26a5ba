// The tabs of the view of a run: going from one to another, scrolling each, and choosing an artifact.

import type { Model } from '../model/model.ts';
import { anchorAt, rowsBelow } from '../model/output-view.ts';
import { RUN_SECTIONS, type RunSection } from '../model/overlay-model.ts';
import { overlayOf } from '../model/select.ts';
import { runOutputRect } from '../rows/geometry.ts';
import { sectionRows, sectionScroll } from '../rows/section-rows.ts';
import { reloadAudit } from './audit.ts';
import { limit } from './runs.ts';
import { patch, type Step, step } from './step.ts';

/** Round and round. */
export function changeSection(model: Model, delta: 1 | -1): Step {
  const dialog = overlayOf(model, 'run');
  if (dialog === undefined) return step(model);
  const at = RUN_SECTIONS.indexOf(dialog.section) + delta;
  return goToSection(model, RUN_SECTIONS[(at + RUN_SECTIONS.length) % RUN_SECTIONS.length] ?? 'output');
}

export const goToNumbered = (model: Model, key: string): Step =>
  goToSection(model, RUN_SECTIONS[Number(key) - 1] ?? 'output');

/** What happened is asked for whenever it is looked at. */
function goToSection(model: Model, section: RunSection): Step {
  const dialog = overlayOf(model, 'run');
  if (dialog === undefined) return step(model);
  if (dialog.section === section) return step(patch(model, 'run', (open) => ({ ...open, followsRun: false })));
  return reloadAudit(
    patch(model, 'run', (open) => ({ ...open, section, followsRun: false, scroll: 0 })),
    dialog.run,
  );
}

/** Scrolls what the tab shows; among artifacts the selection moves. */
export function scrollRun(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  return patch(model, 'run', (dialog) => {
    const rect = runOutputRect(model);
    const { width, height } = rect;
    if (dialog.section === 'output') {
      const { output, anchor } = dialog;
      const last = Math.max(0, (output.port?.rows(width, height) ?? 0) - height);
      const scroll = last - Math.min(rowsBelow(output, anchor, rect), last);
      return { ...dialog, anchor: anchorAt(output, last - limit(move(scroll, height, last), last), rect) };
    }
    const count = sectionRows(model, dialog, width).length;
    const scroll = sectionScroll(dialog, count, height);
    if (dialog.section !== 'artifacts') {
      const last = Math.max(0, count - height);
      return { ...dialog, followsRun: false, scroll: limit(move(scroll, height, last), last) };
    }
    const last = (dialog.detail?.artifacts.length ?? 0) - 1;
    return { ...dialog, scroll, artifact: limit(move(dialog.artifact, height, last), last) };
  });
}

export function moveArtifact(model: Model, delta: number): Model {
  return patch(model, 'run', (dialog) => {
    const count = dialog.detail?.artifacts.length ?? 0;
    if (count === 0) return dialog;
    const artifact = (dialog.artifact + delta + count) % count;
    return { ...dialog, section: 'artifacts', followsRun: false, artifact };
  });
}
