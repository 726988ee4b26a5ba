// Reads artifacts and texts beside the main thread, and gives up on one after a while: an artifact is then shown as bytes, a text as it is.

import { Worker } from 'node:worker_threads';
import type { Document, PreviewSource, ReadJob } from './document.ts';
import { readBytes } from './read-bytes.ts';

/** Far more than the largest picture takes. */
const PATIENCE_MS = 10_000;
const HEAP_MB = 512;

export async function readAside(source: PreviewSource): Promise<Document> {
  let read: Document | undefined;
  await readSome([{ type: 'file', source }], (document) => {
    read = document;
  });
  return read ?? readBytes(source, 'reading it takes too long or too much memory');
}

/** Undefined where that takes too long. */
export async function compareAside(before: string, after: string): Promise<Document | undefined> {
  let compared: Document | undefined;
  await readSome([{ type: 'compare', before, after }], (document) => {
    compared = document;
  });
  return compared;
}

/** Tells each text as it has been read; without a document where reading it takes too long. */
export async function readTextsAside(
  texts: readonly string[],
  tell: (index: number, document: Document | undefined) => void,
): Promise<void> {
  const jobs = texts.map((text): ReadJob => ({ type: 'markdown', text }));
  for (let done = 0; done < jobs.length; ) {
    await readSome(jobs.slice(done), (document) => {
      tell(done, document);
      done += 1;
    });
    // The one that it did not get through; the others are read without it.
    if (done < jobs.length) {
      tell(done, undefined);
      done += 1;
    }
  }
}

/** Ends when all are read, or with the first that takes too long. */
async function readSome(jobs: readonly ReadJob[], tell: (document: Document) => void): Promise<void> {
  const file = import.meta.url.endsWith('.ts') ? './preview-worker.ts' : './preview-worker.js';
  const { promise, resolve } = Promise.withResolvers<void>();
  // What decoders print goes nowhere: it would be written over the screen.
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: jobs,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const patience = setTimeout(resolve, PATIENCE_MS);
  worker.on('message', (document: Document) => {
    patience.refresh();
    tell(document);
  });
  worker.on('error', () => resolve());
  worker.on('exit', () => resolve());
  try {
    await promise;
  } finally {
    clearTimeout(patience);
    await worker.terminate();
  }
}
