// Reads an artifact for a preview beside the main thread, and gives up after a while: then it is shown as bytes.

import { Worker } from 'node:worker_threads';
import type { Document, PreviewSource } from './document.ts';
import { readBytes } from './read-bytes.ts';

/** Far more than the largest picture takes. */
const PATIENCE_MS = 10_000;
const HEAP_MB = 512;

export async function readAside(source: PreviewSource): Promise<Document> {
  const file = import.meta.url.endsWith('.ts') ? './preview-worker.ts' : './preview-worker.js';
  const { promise, resolve } = Promise.withResolvers<Document | undefined>();
  // What decoders print goes nowhere: it would be written over the screen.
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: source,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const patience = setTimeout(() => resolve(undefined), PATIENCE_MS);
  worker.on('message', (document: Document) => resolve(document));
  worker.on('error', () => resolve(undefined));
  worker.on('exit', () => resolve(undefined));
  try {
    return (await promise) ?? readBytes(source, 'reading it takes too long or too much memory');
  } finally {
    clearTimeout(patience);
    await worker.terminate();
  }
}
