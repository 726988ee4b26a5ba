/**
 * Evaluates one program in a fresh QuickJS runtime: no modules, no clock of ours, no way to the host but two functions that take
 * and give text. The host never evaluates anything itself. Time is checked here as often as the interpreter looks up, which it does
 * not do inside one long built-in: the owner of the worker must watch the clock, too.
 */

import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { Ending, Job } from './messages.ts';
import { PRELUDE } from './prelude.ts';

/** What the program can reach. */
export interface SandboxHost {
  print(text: string): void;
  /** Answers a question to the thread, JSON for JSON. Throws what the program is to see. */
  call(method: string, args: string): string;
  /** Called now and then while the program runs. True ends it. */
  isOver(): boolean;
}

export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly stackBytes: number;
}

/** Longest result that is returned, in characters; the output has all of it. */
const RESULT_LENGTH = 64 * 1024;
const MESSAGE_LENGTH = 2000;
const JOBS_AT_ONCE = 100;

export function evaluate(quickjs: QuickJSWASMModule, job: Job, limits: SandboxLimits, host: SandboxHost): Ending {
  const runtime = quickjs.newRuntime({ maxStackSizeBytes: limits.stackBytes, interruptHandler: () => host.isOver() });
  const context = runtime.newContext();
  try {
    const tools = enter(context, host);
    const ending = run(context, job, tools, host);
    tools.dispose();
    return host.isOver() ? { kind: 'timeout' } : ending(limits, isFull(quickjs, limits));
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

/** Memory that the interpreter itself takes, and that it starts with: 16 MiB. */
export const BASE_MEMORY_BYTES = 16 * 1024 * 1024;

/** The interpreter cannot grow any further; it often fails to say so then. */
function isFull(quickjs: QuickJSWASMModule, { memoryBytes }: SandboxLimits): boolean {
  return quickjs.getWasmMemory().buffer.byteLength >= BASE_MEMORY_BYTES + memoryBytes - 2 * 1024 * 1024;
}

/** Decided last, when it is known whether the limits were the reason. */
type Verdict = (limits: SandboxLimits, full: boolean) => Ending;

function run(context: QuickJSContext, job: Job, tools: QuickJSHandle, host: SandboxHost): Verdict {
  const source = asProgram(context, job);
  const compiled = context.evalCode(source, job.language, { compileOnly: true });
  if (compiled.error !== undefined) return failure(context, compiled.error, tools, host, 'invalid');
  compiled.value.dispose();
  const evaluated = context.evalCode(source, job.language, { strict: false });
  if (evaluated.error !== undefined) return failure(context, evaluated.error, tools, host, 'thrown');
  return settle(context, evaluated.value, tools, host);
}

/** `{ a: 1 }` is an object to who types an expression, and a block to the language. */
function asProgram(context: QuickJSContext, { language, source }: Job): string {
  if (language === 'script' || !source.trimStart().startsWith('{')) return source;
  const wrapped = `(${source}\n)`;
  const compiled = context.evalCode(wrapped, language, { compileOnly: true });
  (compiled.error ?? compiled.value).dispose();
  return compiled.error === undefined ? wrapped : source;
}

/** Lets what is pending go on, looks into a promise, and prints the value. */
function settle(context: QuickJSContext, value: QuickJSHandle, tools: QuickJSHandle, host: SandboxHost): Verdict {
  runPending(context.runtime, host);
  const state = context.getPromiseState(value);
  if (state.type === 'rejected') {
    value.dispose();
    return failure(context, state.error, tools, host, 'thrown');
  }
  if (state.type === 'pending') {
    value.dispose();
    host.print('Promise { <pending> }\n');
    return () => ({ kind: 'value', result: 'Promise { <pending> }' });
  }
  const isUndefined = context.typeof(state.value) === 'undefined';
  const shown = isUndefined ? undefined : callTool(context, tools, 'show', state.value);
  if (state.value !== value) value.dispose();
  if (state.value.alive) state.value.dispose();
  if (shown === undefined) return () => ({ kind: 'value' });
  if (shown.error !== undefined) return failure(context, shown.error, tools, host, 'thrown');
  const text = shown.value.consume((handle) => carried(context, handle));
  host.print(`${text}\n`);
  return () => ({ kind: 'value', result: clip(text, RESULT_LENGTH) });
}

function runPending(runtime: QuickJSRuntime, host: SandboxHost): void {
  while (runtime.hasPendingJob() && !host.isOver()) {
    const done = runtime.executePendingJobs(JOBS_AT_ONCE);
    done.dispose();
  }
}

function failure(
  context: QuickJSContext,
  thrown: QuickJSHandle,
  tools: QuickJSHandle,
  host: SandboxHost,
  kind: 'invalid' | 'thrown',
): Verdict {
  const { name, message } = nameAndMessage(context, thrown);
  if (message === 'out of memory' || message === 'stack overflow') {
    thrown.dispose();
    return (limits) => limited(message, limits, host);
  }
  const described = callTool(context, tools, 'describe', thrown);
  thrown.dispose();
  const [line, full] =
    described.error === undefined ? pair(context, described.value) : [`${name}: ${message}`, `${name}: ${message}`];
  described.dispose();
  return (limits, isFull) => {
    if (isFull) return limited('out of memory', limits, host);
    host.print(`${kind === 'thrown' ? 'Uncaught ' : ''}${full}\n`);
    return { kind, message: clip(line, MESSAGE_LENGTH) };
  };
}

function limited(what: string, limits: SandboxLimits, host: SandboxHost): Ending {
  const message =
    what === 'out of memory'
      ? `it needed more than ${limits.memoryBytes / 1024 / 1024} MiB of memory, which is all that inline code gets`
      : `its calls or its nesting went too deep: inline code gets ${limits.stackBytes / 1024} KiB of stack`;
  host.print(`${message}\n`);
  return { kind: 'limit', message };
}

/** Reads them as far as they are plain text: what was thrown may be anything. */
function nameAndMessage(context: QuickJSContext, thrown: QuickJSHandle): { name: string; message: string } {
  const read = (key: string): string => {
    if (context.typeof(thrown) !== 'object' || context.eq(thrown, context.null)) return '';
    try {
      return context
        .getProp(thrown, key)
        .consume((handle) => (context.typeof(handle) === 'string' ? context.getString(handle) : ''));
    } catch {
      return ''; // a getter that throws
    }
  };
  return { name: read('name') || 'Error', message: read('message') || 'something was thrown that cannot be shown' };
}

function callTool(
  context: QuickJSContext,
  tools: QuickJSHandle,
  name: string,
  argument: QuickJSHandle,
): ReturnType<QuickJSContext['callFunction']> {
  return context.getProp(tools, name).consume((tool) => context.callFunction(tool, context.undefined, argument));
}

function pair(context: QuickJSContext, handle: QuickJSHandle): [string, string] {
  const item = (index: number): string => context.getProp(handle, index).consume((value) => carried(context, value));
  return [item(0), item(1)];
}

/** Text as the prelude carries it over. */
function carried(context: QuickJSContext, handle: QuickJSHandle): string {
  const text = context.getString(handle);
  return text.startsWith('j') ? String(JSON.parse(text.slice(1))) : text.slice(1);
}

function enter(context: QuickJSContext, host: SandboxHost): QuickJSHandle {
  const print = context.newFunction('print', (text) => host.print(carried(context, text)));
  const call = context.newFunction('call', (method, args) => {
    try {
      return context.newString(host.call(context.getString(method), context.getString(args)));
    } catch (error) {
      return { error: context.newError(error instanceof Error ? error.message : String(error)) };
    }
  });
  const prelude = context.unwrapResult(context.evalCode(PRELUDE, 'dispatch', { strict: true }));
  const tools = context.unwrapResult(context.callFunction(prelude, context.undefined, print, call));
  for (const handle of [print, call, prelude]) handle.dispose();
  return tools;
}

function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}\n[dispatch: the first ${length} of ${text.length} characters; the output has all of them]`;
}
