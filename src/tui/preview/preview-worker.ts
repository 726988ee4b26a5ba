// The thread in which artifacts are read for a preview: whatever they do to a decoder, they do it here, and it can be ended.

import { parentPort, workerData } from 'node:worker_threads';
import type { PreviewSource } from './document.ts';
import { readDocument } from './read-document.ts';

parentPort?.postMessage(readDocument(workerData as PreviewSource));
