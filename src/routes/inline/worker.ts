/**
 * Entry of the worker thread in which inline code is interpreted. It answers one job at a time, and sleeps in the middle of one
 * while the peer looks something up in the thread or is behind with the output.
 */

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { type Answer, Counter, type Ending, type FromWorker, type Job, type WorkerSetup } from './messages.ts';
import { BASE_MEMORY_BYTES, evaluate, type SandboxHost } from './sandbox.ts';

const PAGE_BYTES = 64 * 1024;
/** Printed bytes that are sent together, and how long they may wait for that. */
const PRINT_BYTES = 32 * 1024;
const PRINT_WAIT_MS = 10;
/** Output that the peer has not taken yet. */
const UNTAKEN_BYTES = 1024 * 1024;
const LONGEST_ARGS = 64 * 1024;
/** A worker whose memory grew beyond this is not kept: memory of WebAssembly never shrinks. */
const KEEP_BYTES = 2 * BASE_MEMORY_BYTES;

/** Bytes of output sent over the life of this worker, modulo 2³². */
let sent = 0;

declare global {
  // The types in use do not know it, as they are without a browser's.
  var WebAssembly: { Memory: new (size: { initial: number; maximum: number; shared?: boolean }) => object };
}

class OutOfTime extends Error {}

class PeerSide implements SandboxHost {
  readonly #port: MessagePort;
  readonly #answers: MessagePort;
  readonly #counters: Int32Array;
  readonly #deadline: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #printedAt = 0;
  #over = false;

  constructor(port: MessagePort, setup: WorkerSetup, timeoutMs: number) {
    this.#port = port;
    this.#answers = setup.answers;
    this.#counters = new Int32Array(setup.counters);
    this.#deadline = performance.now() + timeoutMs;
    this.send({ type: 'started' });
  }

  send(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  print(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#flushIfDue();
  }

  call(method: string, args: string): string {
    if (args.length > LONGEST_ARGS) throw new Error(`what ${method} is asked for is too long`);
    this.flush();
    const before = Atomics.load(this.#counters, Counter.answers);
    this.send({ type: 'call', method, args });
    this.#sleep(Counter.answers, before);
    const answer: Answer = receiveMessageOnPort(this.#answers)?.message;
    if (!answer.ok) throw new Error(answer.message);
    return answer.json;
  }

  isOver(): boolean {
    if (this.#pendingBytes > 0) this.#flushIfDue();
    this.#over ||= performance.now() >= this.#deadline;
    return this.#over;
  }

  flush(): void {
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#printedAt = performance.now();
    sent = (sent + bytes.length) | 0;
    this.send({ type: 'print', bytes });
    this.#waitUntilTaken();
  }

  #flushIfDue(): void {
    if (this.#pendingBytes >= PRINT_BYTES || performance.now() - this.#printedAt >= PRINT_WAIT_MS) this.flush();
  }

  #waitUntilTaken(): void {
    for (;;) {
      const taken = Atomics.load(this.#counters, Counter.taken);
      if (((sent - taken) | 0) <= UNTAKEN_BYTES || this.#over) return;
      try {
        this.#sleep(Counter.taken, taken);
      } catch {
        return; // out of time: the interpreter learns it when it looks up
      }
    }
  }

  /** Until the counter is no longer `value`. Throws OutOfTime. */
  #sleep(counter: number, value: number): void {
    const woken = Atomics.wait(this.#counters, counter, value, Math.max(0, this.#deadline - performance.now()));
    if (woken !== 'timed-out') return;
    this.#over = true;
    throw new OutOfTime('the time is over');
  }
}

async function load({ memoryBytes }: WorkerSetup): Promise<QuickJSWASMModule> {
  // QuickJS itself counts hardly any memory in this build; a memory that cannot grow is a limit that holds.
  const wasmMemory = new WebAssembly.Memory({
    initial: BASE_MEMORY_BYTES / PAGE_BYTES,
    maximum: (BASE_MEMORY_BYTES + memoryBytes) / PAGE_BYTES,
  });
  // The package's types describe its CommonJS form, in which the variant is one level deeper.
  const sync = variant as unknown as QuickJSSyncVariant;
  return newQuickJSWASMModuleFromVariant(newVariant(sync, { wasmMemory }));
}

function work(quickjs: QuickJSWASMModule, port: MessagePort, setup: WorkerSetup, job: Job): void {
  const peer = new PeerSide(port, setup, job.timeoutMs);
  let ending: Ending;
  let sound = true;
  try {
    ending = evaluate(quickjs, job, setup, peer);
  } catch (error) {
    // The interpreter itself broke, and is not to be trusted any further.
    sound = false;
    ending = peer.isOver() ? { kind: 'timeout' } : brokenBy(error);
  }
  peer.flush();
  const clean = sound && (ending.kind === 'value' || ending.kind === 'thrown' || ending.kind === 'invalid');
  peer.send({ type: 'done', ending, reusable: clean && quickjs.getWasmMemory().buffer.byteLength <= KEEP_BYTES });
}

function brokenBy(error: unknown): Ending {
  const what = error instanceof Error ? error.message : String(error);
  return {
    kind: 'limit',
    message: `the interpreter gave up, which memory or nesting beyond its limits can cause: ${what}`,
  };
}

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread; Dispatch starts it');
const setup: WorkerSetup = workerData;
const loading = load(setup);
port.on('message', (job: Job) => {
  loading
    .then((quickjs) => work(quickjs, port, setup, job))
    .catch((error: unknown) => {
      // As an uncaught error it ends the worker, and its owner learns why.
      setImmediate(() => {
        throw error;
      });
    });
});
