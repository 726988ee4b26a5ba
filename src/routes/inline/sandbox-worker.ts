/**
 * The peer's end of one worker thread: gives it a job, takes its output no faster than it can be kept, and ends it when its time is
 * over, whatever it is doing. A worker that had to be ended is gone.
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import { type Answer, Counter, type Ending, type FromWorker, type Job, type WorkerSetup } from './messages.ts';
import type { SandboxLimits } from './sandbox.ts';

/** The interpreter looks at the clock itself; one long built-in can keep it from that. */
const GRACE_MS = 200;
const START_MS = 20_000;
/** WebAssembly's calls use the thread's stack: it must outlast the limit that QuickJS counts. */
const THREAD_STACK_MIB = 16;
const THREAD_HEAP_MIB = 128;

export interface JobHost {
  print(bytes: Uint8Array): void;
  /** Resolves when the peer can take more output. */
  ready(): Promise<void> | undefined;
  answer(method: string, args: string): Promise<Answer>;
}

export type WorkerEnding = Ending | { readonly kind: 'ended' } | { readonly kind: 'broken'; readonly message: string };

export class SandboxWorker {
  readonly #worker: Worker;
  readonly #counters = new Int32Array(new SharedArrayBuffer(8));
  readonly #answers: MessageChannel['port1'];
  #reusable = false;
  #exited = false;

  constructor(workerUrl: URL, limits: SandboxLimits) {
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    const setup: WorkerSetup = { counters: this.#counters.buffer as SharedArrayBuffer, answers: port2, ...limits };
    this.#worker = new Worker(workerUrl, {
      name: 'dispatch-inline',
      workerData: setup,
      transferList: [port2],
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { stackSizeMb: THREAD_STACK_MIB, maxOldGenerationSizeMb: THREAD_HEAP_MIB },
    });
    // stdout and stderr are not read: what a library prints there must not reach the terminal, and reading keeps the process alive.
    this.#worker.on('error', () => {}); // while nobody waits for it, the exit says enough
    this.#worker.once('exit', () => {
      this.#exited = true;
    });
    this.#worker.unref();
  }

  /** True if it can take another job. */
  get reusable(): boolean {
    return this.#reusable && !this.#exited;
  }

  async end(): Promise<void> {
    this.#reusable = false;
    await this.#worker.terminate();
    this.#answers.close();
  }

  /** One job at a time. `signal` ends worker and job. Never rejects. */
  async run(job: Job, host: JobHost, signal: AbortSignal): Promise<WorkerEnding> {
    this.#worker.ref();
    const ending = await this.#ending(job, host, signal);
    if (this.#reusable)
      this.#worker.unref(); // an idle worker must not keep the process alive
    else await this.end();
    return ending;
  }

  async #ending(job: Job, host: JobHost, signal: AbortSignal): Promise<WorkerEnding> {
    const { promise, resolve } = Promise.withResolvers<WorkerEnding>();
    const onMessage = (message: FromWorker): void => {
      if (message.type === 'started')
        timer = restart(timer, job.timeoutMs + GRACE_MS, () => resolve({ kind: 'timeout' }));
      else if (message.type === 'print') this.#take(message.bytes, host);
      else if (message.type === 'call') void this.#reply(host.answer(message.method, message.args));
      else {
        this.#reusable = message.reusable;
        resolve(message.ending);
      }
    };
    const onError = (error: Error): void => resolve({ kind: 'broken', message: error.message });
    const onExit = (): void => resolve({ kind: 'broken', message: 'its thread ended' });
    const onAbort = (): void => resolve({ kind: 'ended' });
    let timer = restart(undefined, START_MS, () => resolve({ kind: 'broken', message: 'its thread did not start' }));
    this.#reusable = false;
    this.#worker.on('message', onMessage).once('error', onError).once('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else this.#worker.postMessage(job);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    }
  }

  #take(bytes: Uint8Array, host: JobHost): void {
    host.print(bytes);
    const taken = (): void => {
      Atomics.add(this.#counters, Counter.taken, bytes.length);
      Atomics.notify(this.#counters, Counter.taken);
    };
    const ready = host.ready();
    if (ready === undefined) taken();
    else void ready.then(taken);
  }

  async #reply(answer: Promise<Answer>): Promise<void> {
    this.#answers.postMessage(await answer);
    Atomics.add(this.#counters, Counter.answers, 1);
    Atomics.notify(this.#counters, Counter.answers);
  }
}

function restart(timer: NodeJS.Timeout | undefined, ms: number, act: () => void): NodeJS.Timeout {
  clearTimeout(timer);
  return setTimeout(act, ms);
}
