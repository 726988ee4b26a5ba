/** Gives inline code its look at the thread, through the same API that clients use. */

import { DispatchError } from '../core/errors.ts';
import type { EntryKey } from '../core/ids.ts';
import type { Message } from '../core/thread.ts';
import type { EngineApi, OutputChunk } from '../protocol/api.ts';
import type { ThreadReader } from '../routes/inline/thread-reader.ts';

const PAGE = 1000;
const MAX_PAGES = 20;

/** `api` is asked for late: the engine needs its executors before it exists. */
export function createThreadReader(api: () => EngineApi): ThreadReader {
  return {
    runs: async ({ status, limit }) =>
      (await api()['runs.list']({ limit, ...(status === undefined ? {} : { status: [...status] }) })).runs,
    artifacts: async ({ run, limit }) =>
      (await api()['artifacts.list']({ limit, ...(run === undefined ? {} : { run }) })).artifacts,
    devices: async () => (await api().devices({})).devices,
    thread: async (limit) => (await api()['thread.read']({ limit })).entries,
    messages: (limit) => readMessages(api(), limit),
    text: (ref, maxBytes) => readText(api(), ref, maxBytes),
  };
}

/** Messages stand among everything else: pages are read, newest first, until there are enough or it has looked far enough. */
async function readMessages(api: EngineApi, limit: number): Promise<Message[]> {
  const messages: Message[] = [];
  let before: EntryKey | undefined;
  for (let page = 0; page < MAX_PAGES && messages.length < limit; page++) {
    const { entries, more } = await api['thread.read']({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    messages.unshift(...entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : [])));
    before = entries[0]?.key;
    if (!more) break;
  }
  return messages.slice(-limit);
}

/** An artifact if the reference fits one, else the output of a run. */
async function readText(api: EngineApi, ref: string, maxBytes: number): Promise<{ text: string; sizeBytes: number }> {
  const reading = new AbortController();
  try {
    const source = await artifactOrOutput(api, ref, reading.signal);
    return { text: await head(source.chunks, maxBytes), sizeBytes: source.sizeBytes };
  } finally {
    reading.abort();
  }
}

async function artifactOrOutput(
  api: EngineApi,
  ref: string,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; chunks: AsyncIterable<OutputChunk> }> {
  try {
    const { artifact, chunks } = await api.blob({ artifact: ref, offset: 0 }, signal);
    return { sizeBytes: artifact.sizeBytes, chunks };
  } catch (error) {
    if (!(error instanceof DispatchError && (error.code === 'not-found' || error.code === 'ambiguous'))) throw error;
  }
  const { run } = await api['run.get']({ run: ref });
  if (run.status === 'queued' || run.status === 'running' || run.status === 'waiting_approval') {
    throw new DispatchError('conflict', `run ${run.number} is not over`, { hint: 'read it when it is' });
  }
  const { size, chunks } = await api.output({ run: run.id, offset: 0 }, signal);
  return { sizeBytes: size, chunks };
}

async function head(chunks: AsyncIterable<OutputChunk>, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(Buffer.from(chunk.bytes));
    bytes += chunk.bytes.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString('utf8');
}
