// How far an artifact of another device has come, told while somebody waits for it.

import type { Notifications } from '../../protocol/api.ts';
import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatBytes } from '../words/format.ts';
import { toast } from './step.ts';

const PREFIX = 'fetching ';

/** One note that changes, not one for each piece. */
export function takeFetch(model: Model, { artifact, bytes, sizeBytes }: Notifications['fetch']): Model {
  const others = { ...model, toasts: model.toasts.filter(({ text }) => !text.startsWith(PREFIX)) };
  if (bytes >= sizeBytes) return others;
  const percent = sizeBytes === 0 ? 0 : Math.floor((100 * bytes) / sizeBytes);
  const name = sanitizeLine(nameOf(model, artifact) ?? 'a file');
  return toast(others, 'info', `${PREFIX}${name}: ${formatBytes(bytes)} of ${formatBytes(sizeBytes)}, ${percent} %`);
}

function nameOf(model: Model, id: string): string | undefined {
  for (const entry of model.thread.entries)
    if (entry.kind === 'artifact' && entry.artifact.id === id) return entry.artifact.name;
  const shown = overlayOf(model, 'preview')?.artifact;
  if (shown?.id === id) return shown.name;
  return overlayOf(model, 'run')?.detail?.artifacts.find((artifact) => artifact.id === id)?.name;
}
