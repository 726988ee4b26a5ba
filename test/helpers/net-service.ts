// What a device does for others, as a test wants it: it records what it is asked, and gives what the test has put in.

import type { DeviceReport } from '../../src/core/devices.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { LogEvent } from '../../src/core/events.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { PeerService } from '../../src/engine/peer-ports.ts';
import type { OutputChunk } from '../../src/protocol/api.ts';
import type { LogBatch, PeerMethod } from '../../src/protocol/peer-api.ts';

export interface NetService extends PeerService {
  /** Who called what, in order. */
  readonly calls: { caller: DeviceId; method: string; params: unknown }[];
  /** Answers calls; they are refused as not found at first. */
  answer(answer: (method: PeerMethod, params: unknown, caller: DeviceId) => unknown): void;
  /** Goes to whoever follows the log now, and to whoever follows it from before it. */
  tell(event: LogEvent): void;
  /** Bulk that can be read under an id. `undefined` chunks: it goes on until the reader leaves. */
  readonly bulk: Map<string, { size: number; chunks(offset: number, signal: AbortSignal): AsyncIterable<OutputChunk> }>;
  /** Streams that were opened and those that have ended, by kind. */
  readonly streams: { opened: number; ended: number };
  readonly inputs: { run: string; received: Buffer[]; ended: boolean; closed: boolean }[];
  /** What a write to an input does; it is taken at once if absent. */
  onInput(take: (bytes: Uint8Array) => Promise<void>): void;
  say(report: Partial<DeviceReport>): void;
  tellProgress: ProgressListener;
}

type ProgressListener = Parameters<PeerService['onProgress']>[1];

export function createNetService(name: string, log: () => readonly LogEvent[] = () => []): NetService {
  const calls: NetService['calls'] = [];
  const bulk: NetService['bulk'] = new Map();
  const inputs: NetService['inputs'] = [];
  const streams = { opened: 0, ended: 0 };
  const events: LogEvent[] = [...log()];
  const wakers = new Set<() => void>();
  const listeners = new Set<() => void>();
  const progressListeners = new Set<ProgressListener>();
  let answer: Parameters<NetService['answer']>[0] = (method) => {
    throw new DispatchError('not-found', `nothing is known of "${method}"`, { hint: 'ask for something else' });
  };
  let take = async (_bytes: Uint8Array): Promise<void> => {};
  let report: DeviceReport = {
    name,
    platform: 'linux',
    version: '1.2.3',
    capabilities: {
      shell: true,
      browserAutomation: false,
      desktopAutomation: false,
      local_files: true,
      reachableFolders: ['/home/somebody'],
    },
    permissions: { local_files: true, shell: true, browser_automation: false, desktop_automation: false },
    enforces: ['full-access'],
    load: { running: 0, slots: 4 },
  };
  const readBulk = (
    id: string,
    offset: number,
    signal: AbortSignal,
  ): { size: number; chunks: AsyncIterable<OutputChunk> } => {
    const found = bulk.get(id);
    if (found === undefined)
      throw new DispatchError('not-found', `there is nothing under ${id}`, { hint: 'see "dispatch ps"' });
    return { size: found.size, chunks: counted(found.chunks(offset, signal), streams) };
  };

  return {
    calls,
    bulk,
    inputs,
    streams,
    answer(next) {
      answer = next;
    },
    tell(event) {
      events.push(event);
      for (const wake of [...wakers]) wake();
    },
    onInput(next) {
      take = next;
    },
    say(change) {
      report = { ...report, ...change };
      for (const listener of [...listeners]) listener();
    },
    async call(caller, method, params) {
      calls.push({ caller, method, params });
      return answer(method, params, caller) as never;
    },
    log: (_caller, { after }, signal) => counted(follow(events, after, wakers, signal), streams),
    output: async (_caller, { run, offset }, signal) => readBulk(run, offset, signal),
    async blob(_caller, { artifact, offset }, signal) {
      const { size, chunks } = readBulk(artifact, offset, signal);
      return { sizeBytes: size, chunks };
    },
    async transfer(_caller, { run, entry, offset }, signal) {
      const { chunks } = readBulk(`${run}/${entry}`, offset, signal);
      return { chunks: bytesOf(chunks) };
    },
    onProgress(_caller, listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    tellProgress(run, progress) {
      for (const listener of [...progressListeners]) listener(run, progress);
    },
    input(_caller, { run }) {
      const input = { run, received: [] as Buffer[], ended: false, closed: false };
      inputs.push(input);
      return Promise.resolve({
        async write(bytes) {
          await take(bytes);
          input.received.push(Buffer.from(bytes));
        },
        end() {
          input.ended = true;
        },
        close() {
          input.closed = true;
        },
      });
    },
    report: () => report,
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function* bytesOf(chunks: AsyncIterable<OutputChunk>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of chunks) yield bytes;
}

async function* counted<T>(items: AsyncIterable<T>, streams: { opened: number; ended: number }): AsyncGenerator<T> {
  streams.opened++;
  try {
    yield* items;
  } finally {
    streams.ended++;
  }
}

async function* follow(
  events: readonly LogEvent[],
  after: number,
  wakers: Set<() => void>,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  let reached = after;
  while (!signal.aborted) {
    const fresh = events.filter(({ seq }) => seq > reached);
    if (fresh.length > 0) {
      reached = fresh.at(-1)?.seq ?? reached;
      yield { events: fresh, upTo: reached, scope: 'all' };
      continue;
    }
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      wakers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** Bytes that lie there whole. */
export function wholeBulk(
  bytes: Buffer,
  pieceBytes = 64 * 1024,
): { size: number; chunks(offset: number): AsyncIterable<OutputChunk> } {
  return {
    size: bytes.length,
    async *chunks(offset) {
      for (let from = offset; from < bytes.length; from += pieceBytes) {
        yield { offset: from, bytes: bytes.subarray(from, from + pieceBytes) };
      }
    },
  };
}

/** Bytes that come without end, until the reader leaves. */
export function endlessBulk(pieceBytes = 64 * 1024): {
  size: number;
  made: () => number;
  chunks(offset: number, signal: AbortSignal): AsyncIterable<OutputChunk>;
} {
  let made = 0;
  return {
    size: 0,
    made: () => made,
    async *chunks(offset, signal) {
      for (let at = offset; !signal.aborted; at += pieceBytes) {
        made += pieceBytes;
        yield { offset: at, bytes: new Uint8Array(pieceBytes) };
      }
    },
  };
}
