// The list of artifacts: name, size, run and device of each, and which kinds there are.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import { deviceNameInShort } from '../../core/devices.ts';
import type { ArtifactsDialog } from '../model/artifact-dialogs.ts';
import { findRun, listedArtifacts } from '../model/select.ts';
import { overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { formatBytes, formatTime } from '../words/format.ts';
import { openPage } from './dialog.ts';
import { drawNothing } from './nothing.ts';
import { clip, own, type Paint, select, write, writeRow } from './paint.ts';

export function drawArtifacts(paint: Paint, dialog: ArtifactsDialog): void {
  const rect = overlayRect(paint.model, dialog);
  const artifacts = listedArtifacts(dialog);
  const height = Math.max(0, rect.height - 2);
  const selected = Math.max(0, Math.min(dialog.selected, artifacts.length - 1));
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), artifacts.length - height));
  const what = dialog.filter === 'results' ? 'What runs made' : `What runs made: ${dialog.filter}`;
  const box = openPage(paint, rect, what, {
    topRight: artifacts.length === 0 ? undefined : [[String(artifacts.length), paint.style('muted')]],
    window: {
      before: first,
      shown: Math.min(height, artifacts.length),
      after: Math.max(0, artifacts.length - first - height),
    },
  });
  if (dialog.artifacts === undefined || dialog.message !== undefined)
    write(paint, box.x, box.y, [[own(paint, dialog.message ?? 'loading…'), paint.style('muted')]], box.width);
  else if (artifacts.length === 0)
    drawNothing(paint, box, ['There are none: files that a run leaves in $DISPATCH_ARTIFACTS.']);
  artifacts.slice(first, first + height).forEach((artifact, index) => {
    const at = { ...box, y: box.y + index };
    drawListed(paint, at, artifact);
    if (first + index === selected) select(paint, at);
  });
}

function drawListed(paint: Paint, at: Rect, artifact: PublishedArtifact): void {
  const { model, glyphs } = paint;
  const muted = paint.style('muted');
  const run = findRun(model, artifact.runId);
  const facts = [
    artifact.removed === undefined ? formatBytes(artifact.sizeBytes) : 'gone',
    ...(run === undefined ? [] : [`run ${run.number}`]),
    clip(paint, deviceNameInShort(model, artifact.device), 16),
    formatTime(artifact.createdAt, model.now),
  ];
  // What tells least gives way first.
  const room = at.width - 2 - Math.min(24, artifact.name.length) - 2;
  while (facts.length > 1 && facts.join('  ').length > room) facts.pop();
  const tail = facts.join('  ');
  const name = clip(paint, artifact.name, Math.max(4, at.width - tail.length - 4));
  writeRow(
    paint,
    at,
    [
      [`${glyphs.artifact} `, paint.style('info')],
      [name, paint.style(artifact.removed === undefined ? 'text' : 'muted')],
    ],
    [[tail, muted]],
  );
}
