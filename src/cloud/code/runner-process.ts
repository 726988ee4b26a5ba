/**
 * The server's end of one process that interprets programs: gives it a job, passes on what comes of it no faster than it is taken, and
 * kills it when its time is over, when it uses too much, or when nobody wants it any more.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobEnd, JobSink } from './job.ts';
import { createFrameReader, decodeFile, Frame, type RunnerJob } from './runner-messages.ts';
import { watchUse } from './watch-use.ts';

export type RunnerKind = 'quickjs' | 'wasm';

/** The interpreters look at the clock themselves; one long built-in can keep them from that. */
const GRACE_MS = 300;
/** Addresses that V8 reserves count, too: what is really used is watched. */
const DATA_BYTES = 4 * 1024 * 1024 * 1024;
const HEAP_MIB = 512;

export class RunnerProcess {
  readonly kind: RunnerKind;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #reusable = true;

  constructor(kind: RunnerKind, runnerUrl: URL) {
    this.kind = kind;
    const { program, args } = launcher();
    this.#child = fork(runnerUrl, [kind], {
      execPath: program,
      execArgv: [...args, ...nodeOptions(runnerUrl)],
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    void this.#exited.then(() => {
      this.#reusable = false;
    });
    this.#hold(false);
  }

  /** It can take another job. */
  get reusable(): boolean {
    return this.#reusable;
  }

  async end(): Promise<void> {
    this.#reusable = false;
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** One job at a time. Rejects only with the reason of the signal. */
  async run(job: RunnerJob, sink: JobSink, signal: AbortSignal): Promise<JobEnd> {
    this.#hold(true);
    this.#reusable = false;
    try {
      return await this.#work(job, sink, signal);
    } finally {
      if (this.#reusable) this.#hold(false);
      else await this.end();
    }
  }

  async #work(job: RunnerJob, sink: JobSink, signal: AbortSignal): Promise<JobEnd> {
    const { promise, resolve, reject } = Promise.withResolvers<JobEnd>();
    const frames = createFrameReader();
    const stdout = this.#child.stdout;
    const onBytes = (bytes: Buffer): void => {
      for (const { kind, content } of frames(bytes)) {
        if (kind === Frame.end) {
          const { end, reusable } = JSON.parse(content.toString('utf8')) as { end: JobEnd; reusable: boolean };
          this.#reusable = reusable;
          resolve(end);
        } else this.#pass(kind, content, sink);
      }
    };
    const onAbort = (): void => reject(signal.reason);
    const onClose = (): void =>
      resolve({ signal: 'SIGKILL', message: 'its process ended, as memory beyond its limits can cause' });
    const timer = setTimeout(() => resolve({ timedOut: true }), job.timeoutMs + GRACE_MS);
    const unwatch = watchUse({ pid: this.#child.pid ?? 0, limits: job }, (message) =>
      resolve({ signal: 'SIGKILL', message }),
    );
    stdout?.on('data', onBytes).once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (this.#child.connected) this.#child.send(job, () => {});
    else onClose();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener('abort', onAbort);
      stdout?.off('data', onBytes).off('close', onClose);
    }
  }

  #pass(kind: number, content: Buffer, sink: JobSink): void {
    const taken =
      kind === Frame.stdout
        ? sink.output('stdout', content)
        : kind === Frame.stderr
          ? sink.output('stderr', content)
          : kind === Frame.file
            ? sink.file(decodeFile(content))
            : undefined;
    if (taken === undefined) return;
    this.#child.stdout?.pause();
    void taken.finally(() => this.#child.stdout?.resume()).catch(() => {});
  }

  /** An idle process must not keep the server alive. */
  #hold(held: boolean): void {
    const stdout = this.#child.stdout as unknown as { ref(): void; unref(): void } | null;
    for (const each of [this.#child, this.#child.channel, stdout]) {
      if (held) each?.ref();
      else each?.unref();
    }
  }
}

/** Ends with the server even if that is killed, and has a limit of memory, where the system's own programs can see to it. */
function launcher(): { readonly program: string; readonly args: readonly string[] } {
  const steps = [
    ...(existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL'] : []),
    ...(existsSync('/usr/bin/prlimit') ? ['/usr/bin/prlimit', '--core=0', `--data=${DATA_BYTES}`] : []),
    process.execPath,
  ];
  return { program: steps[0] as string, args: steps.slice(1) };
}

/** It may read the program and the packages, and write nothing. CPython runs in a thread. */
function nodeOptions(runnerUrl: URL): readonly string[] {
  const readable = new Set([dirname(dirname(fileURLToPath(runnerUrl))), ...packageFolders()]);
  return [
    '--no-warnings',
    '--permission',
    '--allow-worker',
    ...[...readable].map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${HEAP_MIB}`,
  ];
}

/** Where packages lie, by their names and in truth. */
function packageFolders(): readonly string[] {
  const found = ['just-bash', 'quickjs-emscripten-core'].flatMap((name) => {
    const file = fileURLToPath(import.meta.resolve(name));
    return [file, realpathSync(file)];
  });
  const marker = `${sep}node_modules${sep}`;
  return found.map((file) => file.slice(0, file.indexOf(marker) + marker.length - 1));
}
