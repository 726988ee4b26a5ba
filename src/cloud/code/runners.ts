/** Keeps one process of each kind ready, so that a program does not wait for its interpreter. Those that nobody needs for a while end. */

import type { JobEnd, JobSink } from './job.ts';
import type { RunnerJob } from './runner-messages.ts';
import { type RunnerKind, RunnerProcess } from './runner-process.ts';

const IDLE_MS = 5 * 60_000;

export interface Runners {
  run(kind: RunnerKind, job: RunnerJob, sink: JobSink, signal: AbortSignal): Promise<JobEnd>;
  close(): Promise<void>;
}

export function createRunners(runnerUrl: URL, idleMs = IDLE_MS): Runners {
  const ready = new Map<RunnerKind, { readonly process: RunnerProcess; readonly timer: NodeJS.Timeout }>();
  const all = new Set<RunnerProcess>();
  let closed = false;

  const start = (kind: RunnerKind): RunnerProcess => {
    const process = new RunnerProcess(kind, runnerUrl);
    all.add(process);
    return process;
  };
  const end = async (process: RunnerProcess): Promise<void> => {
    all.delete(process);
    await process.end();
  };
  const take = (kind: RunnerKind): RunnerProcess => {
    const kept = ready.get(kind);
    ready.delete(kind);
    clearTimeout(kept?.timer);
    if (kept?.process.reusable === true) return kept.process;
    if (kept !== undefined) void end(kept.process);
    return start(kind);
  };
  const keep = (process: RunnerProcess): void => {
    if (closed || ready.has(process.kind)) {
      void end(process);
      return;
    }
    const timer = setTimeout(() => {
      ready.delete(process.kind);
      void end(process);
    }, idleMs);
    timer.unref();
    ready.set(process.kind, { process, timer });
  };

  return {
    async run(kind, job, sink, signal) {
      const process = take(kind);
      try {
        return await process.run(job, sink, signal);
      } finally {
        if (process.reusable) keep(process);
        else {
          await end(process);
          // A shell is used once: the next one gets ready when this one is out of its way.
          if (!closed && !ready.has(kind)) keep(start(kind));
        }
      }
    },
    async close() {
      closed = true;
      for (const { timer } of ready.values()) clearTimeout(timer);
      ready.clear();
      await Promise.all([...all].map(end));
    },
  };
}
