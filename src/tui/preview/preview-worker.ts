// The thread in which artifacts and texts are read to be shown: whatever they do to a parser, they do it here, and it can be ended.
// One answer for each, in their order.

import { parentPort, workerData } from 'node:worker_threads';
import type { Document, ReadJob } from './document.ts';
import { readComparison } from './read-comparison.ts';
import { readDocument, readMarkdownText } from './read-document.ts';

const read = (job: ReadJob): Document => {
  switch (job.type) {
    case 'file':
      return readDocument(job.source);
    case 'markdown':
      return readMarkdownText(job.text);
    case 'compare':
      return readComparison(job.before, job.after);
  }
};

for (const job of workerData as readonly ReadJob[]) parentPort?.postMessage(read(job));
