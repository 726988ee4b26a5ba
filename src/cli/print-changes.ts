/** What a request shows besides its command: warnings, steps, files that change and how, a picture. */

import type { ApprovalPayload } from '../core/approvals.ts';
import { safe } from './print.ts';

/** More lines of a difference than this are for a pager. */
const MOST_LINES = 200;

/** `ref`: how artifacts of the run are named, as `12`. */
export function changeLines(payload: ApprovalPayload, ref: string): string[] {
  const { warnings = [], steps = [], targets = [], diff, diffArtifact, picture } = payload;
  return [
    ...warnings.map((text) => `⚠ ${safe(text)}`),
    ...steps.map((text, at) => `${at + 1}. ${safe(text)}`),
    ...(steps.length > 0 ? [] : targets.map((text) => `touches ${safe(text)}`)),
    ...(picture === undefined ? [] : [`it acts on what is on the picture: dispatch get ${ref}/approval/before.png`]),
    ...(diff === undefined
      ? []
      : diffLines(diff, diffArtifact === undefined ? undefined : `${ref}/approval/changes.diff`)),
  ];
}

function diffLines(diff: string, rest: string | undefined): string[] {
  const lines = diff.replace(/\n$/, '').split('\n');
  const shown = lines.slice(0, MOST_LINES).map(safe);
  const more = lines.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`… ${more} more lines: "dispatch approvals --json" has them`] : []),
    ...(rest === undefined ? [] : [`… it is longer: dispatch get ${rest} -o - brings all of it`]),
  ];
}
