// The thread in which artifacts and texts are read to be shown: whatever they do to a parser, they do it here, and it can be ended.
// One answer for each, in their order.

import { parentPort, workerData } from 'node:worker_threads';
import type { ReadJob } from './document.ts';
import { readDocument, readMarkdownText } from './read-document.ts';

for (const job of workerData as readonly ReadJob[])
  parentPort?.postMessage(job.type === 'file' ? readDocument(job.source) : readMarkdownText(job.text));
