// The page of an artifact: what it looks like, where a text is in it, and where it comes from.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { RunDetail } from '../../protocol/api.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import type { Document } from '../preview/document.ts';
import type { Row } from '../preview/frame.ts';
import { previewLayout } from '../rows/preview-layout.ts';
import { createEditor } from '../terminal/editor.ts';
import { nextRequest, patch, pop, push, type Step, step } from './step.ts';

export function previewArtifact(model: Model, artifact: PublishedArtifact): Step {
  const [next, request] = nextRequest(model);
  const dialog = {
    kind: 'preview',
    artifact,
    section: 'content',
    content: { state: 'loading', request },
    origin: { state: 'unknown' },
    scroll: 0,
    query: '',
    found: 0,
  } as const;
  return step(push(next, dialog), { type: 'preview-artifact', artifact, request });
}

export const takePreview = (model: Model, request: number, document: Document): Model =>
  patch(model, 'preview', (dialog) =>
    isAwaited(dialog, request) ? { ...dialog, content: { state: 'ready', document } } : dialog,
  );

export const previewFailed = (model: Model, request: number, { message }: Failure): Model =>
  patch(model, 'preview', (dialog) =>
    isAwaited(dialog, request) ? { ...dialog, content: { state: 'failed', message } } : dialog,
  );

const isAwaited = ({ content }: { readonly content: { state: string; request?: number } }, request: number): boolean =>
  content.state === 'loading' && content.request === request;

export function scrollPreview(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  return patch(model, 'preview', (dialog) => {
    const { scroll, body, last } = previewLayout(model, dialog);
    return { ...dialog, scroll: Math.max(0, Math.min(last, move(scroll, body.height, last))) };
  });
}

// ---- where it comes from

export function toggleOrigin(model: Model): Step {
  const dialog = overlayOf(model, 'preview');
  if (dialog === undefined) return step(model);
  const section = dialog.section === 'content' ? 'origin' : 'content';
  const turned = patch(model, 'preview', (open) => ({ ...open, section, scroll: 0 }));
  return section === 'origin' && dialog.origin.state !== 'ready'
    ? step(turned, { type: 'load-run', run: dialog.artifact.runId })
    : step(turned);
}

export const takeOrigin = (model: Model, detail: RunDetail): Model =>
  patch(model, 'preview', (dialog) =>
    dialog.artifact.runId === detail.run.id ? { ...dialog, origin: { state: 'ready', detail } } : dialog,
  );

export const originFailed = (model: Model, run: string, { message }: Failure): Model =>
  patch(model, 'preview', (dialog) =>
    dialog.artifact.runId === run && dialog.origin.state !== 'ready'
      ? { ...dialog, origin: { state: 'failed', message } }
      : dialog,
  );

// ---- looking for a text

export function askFind(model: Model): Model {
  const dialog = topOverlay(model);
  return dialog?.kind === 'preview' ? push(model, { kind: 'find', editor: createEditor(), notice: undefined }) : model;
}

/** What was typed, else what was looked for before: from what is on the screen on. */
export function find(model: Model): Model {
  const dialog = overlayOf(model, 'preview');
  const query = overlayOf(model, 'find')?.editor.text || dialog?.query;
  if (dialog === undefined || query === undefined || query === '') return pop(model);
  const { rows, scroll } = previewLayout(model, dialog);
  const matching = rowsWith(rows, query);
  const target = matching.find((row) => row >= scroll) ?? matching[0];
  return target === undefined
    ? patch(model, 'find', (open) => ({ ...open, notice: 'it is not in what is shown here' }))
    : showFound(pop(model), query, target);
}

/** The next row that has it, round and round. */
export function findNext(model: Model, delta: 1 | -1): Model {
  const dialog = overlayOf(model, 'preview');
  if (dialog === undefined) return model;
  const matching = rowsWith(previewLayout(model, dialog).rows, dialog.query);
  const target =
    delta === 1
      ? (matching.find((row) => row > dialog.found) ?? matching[0])
      : (matching.findLast((row) => row < dialog.found) ?? matching.at(-1));
  return target === undefined ? model : showFound(model, dialog.query, target);
}

/** As near to the top as the end of the text allows. */
const showFound = (model: Model, query: string, found: number): Model =>
  patch(model, 'preview', (dialog) => {
    const { last } = previewLayout(model, dialog);
    return { ...dialog, query, found, scroll: Math.min(found, last) };
  });

const rowsWith = (rows: readonly Row[], query: string): number[] =>
  rows.flatMap((row, index) => (matchesIn(row, query.toLowerCase()).length > 0 ? [index] : []));

/** Where in the text of a row it stands: UTF-16 indexes. */
export function matchesIn(row: Row, query: string): number[] {
  const text = row
    .map(([part]) => part)
    .join('')
    .toLowerCase();
  const found: number[] = [];
  for (let at = text.indexOf(query); query !== '' && at !== -1; at = text.indexOf(query, at + query.length))
    found.push(at);
  return found;
}
