// A thread to read from, in memory: for tests of what inline code sees, not of the store.
import type { PublishedArtifact } from '../../src/core/artifacts.ts';
import type { Device } from '../../src/core/devices.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { Run } from '../../src/core/runs.ts';
import type { Message } from '../../src/core/thread.ts';
import type { ThreadReader } from '../../src/routes/inline/thread-reader.ts';

export interface MemoryThread extends ThreadReader {
  /** Every question so far, as `method argument…`. */
  readonly asked: string[];
  /** Makes every question wait until `go` is called. */
  pause(): { go: () => void };
}

const run = (number: number, status: string): Run =>
  ({
    id: `run${number}`,
    number,
    task: `task ${number}`,
    status,
    route: 'inline',
    device: 'dev1',
    reason: 'exit',
  }) as unknown as Run;
const RUNS: readonly Run[] = [run(3, 'running'), run(2, 'failed'), run(1, 'completed')];
const ARTIFACT = { id: 'art1', runId: 'run1', name: 'log.txt', sizeBytes: 12 } as unknown as PublishedArtifact;
const DEVICE = { id: 'dev1', name: 'laptop', local: true } as unknown as Device;
const MESSAGES = ['one', 'two', 'three'].map((text) => ({ id: text, role: 'user', text }) as unknown as Message);
const TEXTS: Readonly<Record<string, string>> = { art1: 'hello\nworld\n', run1: 'printed', 1: 'printed' };

export function createMemoryThread(texts: Readonly<Record<string, string>> = TEXTS): MemoryThread {
  const asked: string[] = [];
  let paused: Promise<void> | undefined;
  const ask = async (...words: unknown[]): Promise<void> => {
    asked.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
    await paused;
  };
  return {
    asked,
    pause() {
      const { promise, resolve } = Promise.withResolvers<void>();
      paused = promise;
      return { go: resolve };
    },
    async runs(query) {
      await ask('runs', query);
      return RUNS.filter(({ status }) => query.status?.includes(status) ?? true).slice(0, query.limit);
    },
    async artifacts(query) {
      await ask('artifacts', query);
      return query.run === undefined || query.run === 'run1' || query.run === '1' ? [ARTIFACT] : [];
    },
    async text(ref, maxBytes) {
      await ask('text', ref, maxBytes);
      const text = texts[ref];
      if (text === undefined)
        throw new DispatchError('not-found', `there is no ${ref}`, { hint: 'see "dispatch artifacts"' });
      return { text: text.slice(0, maxBytes), sizeBytes: text.length };
    },
    async devices() {
      await ask('devices');
      return [DEVICE];
    },
    async messages(limit) {
      await ask('messages', limit);
      return MESSAGES.slice(-limit);
    },
    async thread(limit) {
      await ask('thread', limit);
      throw new Error('a bug with /secret/path in it');
    },
  };
}
