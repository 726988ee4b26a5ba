// An execution context that records what an executor does with it, and waits for output instead of sleeping.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunId } from '../../src/core/ids.ts';
import type { ExecutionContext, ExecutionControl } from '../../src/engine/executor-ports.ts';
import { QUIET } from './quiet-context.ts';

export interface RecordedExecution {
  readonly context: ExecutionContext;
  readonly artifactsDir: string;
  /** Everything that was printed so far, as text. */
  readonly text: () => string;
  /** Every control that was attached; a good executor attaches one. */
  readonly attached: ExecutionControl[];
  readonly abort: () => void;
  /** Makes `output.pressure` true or false; false calls the drain listeners. */
  readonly press: (on: boolean) => void;
  /** Resolves when the output holds `text`; rejects after `withinMs`. */
  readonly printed: (text: string, withinMs?: number) => Promise<void>;
  readonly control: (withinMs?: number) => Promise<ExecutionControl>;
  readonly cleanUp: () => void;
}

export function recordExecution(run: string = '0123456789abcdef'): RecordedExecution {
  const artifactsDir = mkdtempSync(join(tmpdir(), 'dispatch-execution-'));
  const abort = new AbortController();
  const pieces: Uint8Array[] = [];
  const attached: ExecutionControl[] = [];
  const watchers = new Set<() => void>();
  const drains = new Set<() => void>();
  let pressure = false;
  const text = (): string => Buffer.concat(pieces).toString('utf8');
  const notify = (): void => {
    for (const watcher of [...watchers]) watcher();
  };

  const waitFor = <T>(what: string, look: () => T | undefined, withinMs: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(check);
        reject(new Error(`no ${what} within ${withinMs} ms; the output is ${JSON.stringify(text())}`));
      }, withinMs);
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        watchers.delete(check);
        resolve(found);
      };
      watchers.add(check);
      check();
    });

  return {
    artifactsDir,
    text,
    attached,
    abort: () => abort.abort(),
    press(on) {
      pressure = on;
      if (!on) for (const listener of [...drains]) listener();
    },
    printed: async (wanted, withinMs = 10_000) => {
      await waitFor(`"${wanted}"`, () => (text().includes(wanted) ? true : undefined), withinMs);
    },
    control: (withinMs = 10_000) => waitFor('control', () => attached[0], withinMs),
    cleanUp: () => rmSync(artifactsDir, { recursive: true, force: true }),
    context: {
      ...QUIET,
      run: run as RunId,
      artifactsDir,
      signal: abort.signal,
      output: {
        write(bytes) {
          pieces.push(bytes);
          notify();
        },
        get pressure() {
          return pressure;
        },
        onDrain: (listener) => void drains.add(listener),
      },
      attach(control) {
        attached.push(control);
        notify();
      },
    },
  };
}
