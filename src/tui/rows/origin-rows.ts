// Where an artifact comes from, as the page of it shows it.

import { deviceName } from '../../core/devices.ts';
import { type ProvenanceWords, provenanceOf } from '../../core/provenance.ts';
import type { PreviewDialog } from '../model/artifact-dialogs.ts';
import type { Model } from '../model/model.ts';
import { type Block, type Document, line } from '../preview/document.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { describeStatus, formatBytes, formatTime } from '../words/format.ts';

const LABEL_WIDTH = 10;

export function originRows(model: Model, { artifact, origin }: PreviewDialog): Document {
  switch (origin.state) {
    case 'unknown':
      return { type: 'text', blocks: [line('loading…', 'muted')] };
    case 'failed':
      return { type: 'text', blocks: [{ ...line(origin.message), wrap: 'words' }] };
    case 'ready': {
      const { run, approvals } = origin.detail;
      const facts = provenanceOf(artifact, run, approvals, wordsOf(model));
      return { type: 'text', blocks: facts.map(([label, value]) => factBlock(label, sanitizeLine(value))) };
    }
  }
}

const factBlock = (label: string, value: string): Block => ({
  type: 'line',
  wrap: 'words',
  pieces: [[value, 'text']],
  first: [[label.padEnd(LABEL_WIDTH), 'muted']],
  rest: [[' '.repeat(LABEL_WIDTH), 'text']],
});

function wordsOf(model: Model): ProvenanceWords {
  const device = (id: string): string => deviceName(model, id);
  return {
    time: (at) => formatTime(at, model.now),
    size: formatBytes,
    device,
    isHere: (id) => id === model.device?.id,
    actor: ({ kind, device: id }) => (kind === 'human' ? `a person on ${device(id)}` : `an ${kind} on ${device(id)}`),
    status: describeStatus,
  };
}
