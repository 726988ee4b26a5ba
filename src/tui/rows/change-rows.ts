// What a request shows besides its command: warnings, the steps that it takes, and how files differ. Every row of it has to be seen before
// an answer counts, as every row of a command has.

import type { ApprovalPayload } from '../../core/approvals.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { DialogRow } from './dialog-row.ts';
import { cut, hangingRows, proseRows } from './rows.ts';

/** Columns of a step's number. */
const NUMBER = 4;

export function warningRows({ warnings = [] }: ApprovalPayload, width: number): DialogRow[] {
  return warnings.flatMap((text) => proseRows(text, width).map((row): DialogRow => ({ style: 'warning', text: row })));
}

export function changeRows(
  { steps = [], targets = [], diff, diffArtifact, picture }: ApprovalPayload,
  width: number,
): DialogRow[] {
  const rows: DialogRow[] = [];
  const blank = (): void => {
    rows.push({ style: 'blank', text: '' });
  };
  const prose = (text: string): void => {
    for (const row of proseRows(text, width)) rows.push({ style: 'text', text: row });
  };
  if (steps.length > 0) {
    blank();
    steps.forEach((step, at) => {
      const line = sanitizeLine(`${`${at + 1}.`.padEnd(NUMBER)}${step}`);
      for (const text of hangingRows(line, width, NUMBER)) rows.push({ style: 'text', text });
    });
  }
  if (targets.length > 0 && steps.length === 0) {
    blank();
    for (const target of targets) prose(`touches ${target}`);
  }
  if (picture !== undefined) {
    blank();
    prose('What it touches is on the picture approval/before.png, an artifact of the run.');
    const last = rows.pop();
    if (last !== undefined) rows.push({ ...last, pictured: true });
  }
  if (diff !== undefined) {
    blank();
    prose(countsOf(diff));
    rows.push(...diffRows(diff, width));
    if (diffArtifact !== undefined)
      prose('It is longer: approval/changes.diff, an artifact of the run, has all of it.');
  }
  return rows;
}

/** `3 lines come, 1 goes`. */
function countsOf(diff: string): string {
  const all = diff.split('\n');
  const come = all.filter((line) => line.startsWith('+') && !line.startsWith('+++ ')).length;
  const go = all.filter((line) => line.startsWith('-') && !line.startsWith('--- ')).length;
  const lines = (count: number): string => (count === 1 ? '1 line' : `${count} lines`);
  return `${lines(come)} ${come === 1 ? 'comes' : 'come'}, ${lines(go)} ${go === 1 ? 'goes' : 'go'}`;
}

function diffRows(diff: string, width: number): DialogRow[] {
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) =>
      cut(sanitizeLine(line), width).map(
        (text, index): DialogRow => ({
          style: styleOf(line),
          text,
          ...(index === 0 ? {} : { wrapped: true }),
        }),
      ),
    );
}

function styleOf(line: string): DialogRow['style'] {
  if (line.startsWith('+++ ') || line.startsWith('--- ') || line.startsWith('@@')) return 'text';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
