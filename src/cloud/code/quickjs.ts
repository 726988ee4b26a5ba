/**
 * Interprets JavaScript, and TypeScript without its types, in a fresh QuickJS runtime: no modules, no host, no clock but the
 * language's own. Input, output and files are all that goes in and out, and they stay in memory.
 */

import { stripTypeScriptTypes } from 'node:module';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { Interpretation, RunnerOutput } from './interpreter.ts';
import type { JobEnd } from './job.ts';
import { QUICKJS_PRELUDE } from './quickjs-prelude.ts';
import type { RunnerJob } from './runner-messages.ts';

const PAGE_BYTES = 64 * 1024;
const BASE_BYTES = 16 * 1024 * 1024;
/** Of the interpreter, whatever the job may have elsewhere. */
const MEMORY_BYTES = 256 * 1024 * 1024;
const STACK_BYTES = 256 * 1024;
/** Memory of WebAssembly never shrinks: a process that grew beyond this is not used again. */
const KEEP_BYTES = 64 * 1024 * 1024;
const JOBS_AT_ONCE = 100;
const RAN_OUT: Readonly<Record<number, string>> = {
  1: `it needed more than ${MEMORY_BYTES / 1024 / 1024} MiB of memory`,
  2: `its calls or its nesting went too deep: it gets ${STACK_BYTES / 1024} KiB of stack`,
};

let loading: Promise<QuickJSWASMModule> | undefined;

export function loadQuickJS(): Promise<QuickJSWASMModule> {
  // A memory that cannot grow is a limit that holds; QuickJS itself counts hardly any memory in this build.
  const wasmMemory = new WebAssembly.Memory({
    initial: BASE_BYTES / PAGE_BYTES,
    maximum: (BASE_BYTES + MEMORY_BYTES) / PAGE_BYTES,
  });
  // The package's types describe its CommonJS form, in which the variant is one level deeper.
  const sync = variant as unknown as QuickJSSyncVariant;
  loading ??= newQuickJSWASMModuleFromVariant(newVariant(sync, { wasmMemory }));
  return loading;
}

export async function interpretJavaScript(job: RunnerJob, output: RunnerOutput): Promise<Interpretation> {
  const quickjs = await loadQuickJS();
  const read = readSource(job);
  if ('end' in read) {
    output.print('stderr', Buffer.from(`${read.end.message}\n`));
    return { end: { exitCode: 1 }, files: [], reusable: true };
  }
  const files = new Map(job.files.map(({ name, bytes }) => [name, bytes]));
  const written = new Set<string>();
  const end = run(quickjs, job, read.source, { output, files, written });
  const size = quickjs.getWasmMemory().buffer.byteLength;
  const reusable = end.timedOut !== true && end.message === undefined && size <= KEEP_BYTES;
  return { end, files: [...files].filter(([name]) => written.has(name)), reusable };
}

function readSource({ language, source }: RunnerJob): { source: string } | { end: JobEnd } {
  if (language === 'javascript') return { source };
  try {
    return { source: stripTypeScriptTypes(source) };
  } catch (error) {
    return { end: { message: `SyntaxError: ${(error as Error).message}` } };
  }
}

interface World {
  readonly output: RunnerOutput;
  readonly files: Map<string, Uint8Array>;
  readonly written: Set<string>;
}

function run(quickjs: QuickJSWASMModule, job: RunnerJob, source: string, world: World): JobEnd {
  const deadline = performance.now() + job.timeoutMs;
  const late = (): boolean => performance.now() >= deadline;
  const isOver = (): boolean => late() || world.output.full;
  const runtime = quickjs.newRuntime({ maxStackSizeBytes: STACK_BYTES, interruptHandler: isOver });
  const context = runtime.newContext();
  let end: JobEnd;
  try {
    end = evaluate(context, source, job, world, isOver);
    context.dispose();
    runtime.dispose();
  } catch (error) {
    end = {
      exitCode: 1,
      message: `the interpreter gave up, at its limit of memory or nesting: ${(error as Error).message}`,
    };
  }
  if (late()) return { timedOut: true };
  if (quickjs.getWasmMemory().buffer.byteLength >= BASE_BYTES + MEMORY_BYTES - 2 * 1024 * 1024)
    return { exitCode: 1, message: RAN_OUT[1] as string };
  return end;
}

function evaluate(
  context: QuickJSContext,
  source: string,
  job: RunnerJob,
  world: World,
  isOver: () => boolean,
): JobEnd {
  const fail = enter(context, job, world);
  const evaluated = context.evalCode(source, 'main.js', { strict: false });
  if (evaluated.error !== undefined) return failure(context, evaluated.error, fail, isOver);
  while (context.runtime.hasPendingJob() && !isOver()) context.runtime.executePendingJobs(JOBS_AT_ONCE).dispose();
  const state = context.getPromiseState(evaluated.value);
  if (state.type === 'rejected') {
    evaluated.value.dispose();
    return failure(context, state.error, fail, isOver);
  }
  if (state.type === 'fulfilled' && state.value !== evaluated.value) state.value.dispose();
  evaluated.value.dispose();
  fail.dispose();
  return { exitCode: 0 };
}

/** Prints what was thrown as the prelude describes it; `exit(n)` throws, too. */
function failure(context: QuickJSContext, thrown: QuickJSHandle, fail: QuickJSHandle, isOver: () => boolean): JobEnd {
  // What ended it is known, and is no error of the program.
  const told = isOver() ? undefined : context.callFunction(fail, context.undefined, thrown);
  thrown.dispose();
  fail.dispose();
  if (told === undefined) return {};
  if (told.error !== undefined) {
    told.error.dispose();
    return { exitCode: 1 };
  }
  const status = told.value.consume((handle) => context.getNumber(handle));
  const message = RAN_OUT[status >> 8];
  return { exitCode: status & 255, ...(message === undefined ? {} : { message }) };
}

/** Evaluates the prelude with the functions of the host, which take and give bytes, names and text. */
function enter(context: QuickJSContext, job: RunnerJob, world: World): QuickJSHandle {
  const { output, files, written } = world;
  const bytesOf = (handle: QuickJSHandle): Uint8Array =>
    context.getArrayBuffer(handle).consume(({ value }) => new Uint8Array(value));
  const give = (bytes: Uint8Array): QuickJSHandle => context.newArrayBuffer(new Uint8Array(bytes).buffer);
  const host = {
    print: (stream: QuickJSHandle, bytes: QuickJSHandle) => {
      output.print(context.getNumber(stream) === 2 ? 'stderr' : 'stdout', bytesOf(bytes));
    },
    read: (name: QuickJSHandle) => {
      const bytes = files.get(context.getString(name));
      return bytes === undefined ? context.undefined : give(bytes);
    },
    write: (name: QuickJSHandle, bytes: QuickJSHandle) => {
      const all = [...files.values()].reduce((sum, { length }) => sum + length, 0);
      const key = context.getString(name);
      const content = bytesOf(bytes);
      if (all + content.length > job.folderBytes || (!files.has(key) && files.size >= job.folderFiles))
        return { error: context.newError('there is no room for this file') };
      files.set(key, content);
      written.add(key);
      return context.undefined;
    },
    list: () => context.newString(JSON.stringify([...files.keys()].sort())),
  };
  const functions = Object.entries(host).map(([name, act]) => context.newFunction(name, act as typeof host.read));
  const stdin = give(Buffer.from(job.stdin));
  const prelude = context.unwrapResult(context.evalCode(QUICKJS_PRELUDE, 'dispatch', { strict: true }));
  const fail = context.unwrapResult(context.callFunction(prelude, context.undefined, ...functions, stdin));
  for (const handle of [...functions, stdin, prelude]) handle.dispose();
  return fail;
}
