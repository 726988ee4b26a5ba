// The tabs of the view of a run that are rows, and where each is scrolled to: shared by scrolling and by the view.

import type { Model } from '../model/model.ts';
import type { RunDialog, RunSection } from '../model/overlay-model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatBytes, formatTime } from '../words/format.ts';
import { askedRows } from './asked-rows.ts';
import { auditRows } from './audit-rows.ts';
import { createRows, type DetailRow } from './detail-row.ts';
import { planRows } from './plan-rows.ts';
import { timingRows } from './timing-rows.ts';

type MakeRows = (model: Model, dialog: RunDialog, width: number) => readonly DetailRow[];

const SECTIONS: Readonly<Record<RunSection, MakeRows>> = {
  output: () => [],
  plan: planRows,
  approvals: askedRows,
  artifacts: artifactRows,
  audit: auditRows,
  timing: timingRows,
};

export const sectionRows: MakeRows = (model, dialog, width) => SECTIONS[dialog.section](model, dialog, width);

/** First row that is shown: the selected artifact is always among them. */
export function sectionScroll({ section, scroll, artifact }: RunDialog, count: number, height: number): number {
  const wanted = section === 'artifacts' ? Math.max(artifact - height + 1, Math.min(scroll, artifact)) : scroll;
  return Math.max(0, Math.min(wanted, count - height));
}

function artifactRows(model: Model, { detail, message }: RunDialog, width: number): readonly DetailRow[] {
  const { rows, prose } = createRows(width);
  if (detail === undefined) return [{ style: 'muted', text: message ?? 'loading…' }];
  if (detail.artifacts.length === 0) {
    prose('It left none: files that a run leaves in $DISPATCH_ARTIFACTS are kept, and what it printed.', 'muted');
    return rows;
  }
  return detail.artifacts.map(({ name, sizeBytes, mimeType, createdAt, removed }, artifact) => {
    const facts = [removed === undefined ? formatBytes(sizeBytes) : 'removed', mimeType];
    const text = sanitizeLine(`${name}  ${facts.join('  ')}  ${formatTime(createdAt, model.now)}`);
    return { style: removed === undefined ? 'artifact' : 'gone', text, artifact };
  });
}
