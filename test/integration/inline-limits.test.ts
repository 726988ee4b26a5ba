// Inline code that will not end, grows, or wants out: the real interpreter holds it, and its worker can always be ended.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { InlineAction } from '../../src/core/actions.ts';
import type { RunId } from '../../src/core/ids.ts';
import { carryOut } from '../contract/executor.ts';
import { type RecordedExecution, recordExecution } from '../helpers/execution.ts';
import { createInline, evaluateOn, expression, INLINE_WORKER, script } from '../helpers/inline.ts';
import { createMemoryThread } from '../helpers/memory-thread.ts';

/** Compares for many seconds without ever looking up. */
const LONG_BUILT_IN = '"a".repeat(4e5).indexOf("a".repeat(2e5) + "b")';
const RUN = '0123456789abcdef' as RunId;
const executor = createInline(createMemoryThread());
afterAll(() => executor.close());

const evaluate = (action: InlineAction | string): ReturnType<typeof evaluateOn> => evaluateOn(executor, action);

async function resultOf(source: string): Promise<string | undefined> {
  const { outcome, text } = await evaluate(source);
  expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
  const result = outcome.kind === 'exit' ? outcome.result : undefined;
  expect(text).toBe(result === undefined ? '' : `${result}\n`);
  return result;
}

const recorded: RecordedExecution[] = [];
afterEach(() => {
  for (const recording of recorded.splice(0)) recording.cleanUp();
});

function record(): RecordedExecution {
  const recording = recordExecution();
  recorded.push(recording);
  return recording;
}

describe('the limits', () => {
  test.each([
    ['a loop', 'for (;;);'],
    ['a loop that catches everything', 'for (;;) { try { for (;;); } catch {} }'],
    ['a regular expression', '/(a+)+$/.test("a".repeat(50) + "b")'],
    ['promises without end', 'const again = () => Promise.resolve().then(again); again()'],
    ['one built-in that takes long', LONG_BUILT_IN],
    ['printing the result', '({ get a() { for (;;); } })'],
    ['printing what was thrown', 'throw { get a() { for (;;); } }'],
    ['printing without end', 'for (;;) print("x".repeat(10000))'],
  ])('time: %s', async (_, source) => {
    const { outcome } = await evaluate(script(source, 300));
    expect(outcome).toMatchObject({ kind: 'timeout', timeoutMs: 300, receipt: { stopped: [], left: [] } });
  });

  test.each([
    ['strings', 'const all = []; for (let i = 0; ; i++) all.push("x".repeat(1e6) + i)'],
    ['objects that stay', 'globalThis.all = []; for (;;) all.push({})'],
    ['one string', '"x".repeat(2 ** 29)'],
    ['one buffer', 'new ArrayBuffer(1e9)'],
    ['catching it', 'const all = []; for (;;) { try { all.push("x".repeat(1e6) + all.length) } catch { throw all } }'],
  ])('memory: %s', async (_, source) => {
    const { outcome, text } = await evaluate(script(source, 30_000));
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('64 MiB of memory') });
    expect(text).toContain('64 MiB of memory');
  });

  test.each([
    ['calls', 'function f() { return f() + 1 }; f()'],
    ['calls through a built-in', '[2, 1].sort(function f() { return [2, 1].sort(f) })'],
    ['nesting of the source', `${'['.repeat(50_000)}`],
    ['nesting of data', 'JSON.parse("[".repeat(1e5))'],
    ['nesting of eval', 'eval("(".repeat(50000))'],
    ['proxies', 'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x'],
  ])('stack: %s', async (_, source) => {
    const { outcome } = await evaluate(script(source, 30_000));
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('256 KiB of stack') });
  });

  test('the next one works', async () => {
    expect(await resultOf('"fine"')).toBe('fine');
  });

  test('output is not sent faster than it is kept, and all of it comes', async () => {
    const recording = record();
    recording.press(true);
    const outcome = carryOut(
      executor,
      script('for (let i = 0; i < 400; i++) print(String(i).padStart(9999, "."))', 20_000),
      recording,
    );
    await recording.printed('.1');
    const held = recording.text().length;
    expect(held).toBeLessThan(3_000_000);
    recording.press(false);
    expect(await outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(recording.text()).toHaveLength(4_000_000);
    expect(recording.text().endsWith('.399\n')).toBe(true);
  });

  test.each([
    ['nothing', expression(' \n')],
    ['a NUL', expression('1 +\u0000 1')],
    ['too much', expression('1'.repeat(2_000_000))],
    ['no time', script('1', 0)],
    ['half a millisecond', script('1', 0.5)],
    ['too much time', script('1', 10_000_000)],
  ])('%s is refused before it runs', async (_, action) => {
    expect(await executor.prepare(RUN, action, 'read-only')).toMatchObject({ ok: false, code: 'invalid' });
  });
});

describe('the way out', () => {
  test.each([
    'process.exit(1)',
    'require("node:fs")',
    'globalThis.process ?? module',
    'Deno.exit()',
    'fetch("http://127.0.0.1")',
    'new Worker("x")',
    'WebAssembly.compile()',
    'setTimeout(() => 1)',
    'std.exit(1)',
    'os.exec(["ls"])',
  ])('%s is not there', async (source) => {
    const { outcome } = await evaluate(source);
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('is not defined') });
  });

  test.each(['import("node:fs")', 'import("./worker.ts")', 'eval("import(\'fs\')")'])(
    '%s finds no module',
    async (source) => {
      expect((await evaluate(source)).outcome).toMatchObject({ kind: 'exit', exitCode: 1 });
    },
  );

  test('a static import is not valid', async () => {
    expect((await evaluate(script('import fs from "node:fs"; fs'))).outcome).toMatchObject({
      kind: 'failed',
      reason: 'invalid',
    });
  });

  test.each([
    'this.constructor.constructor("return this")()',
    'print.constructor("return this")()',
    'runs.constructor.constructor("return this")()',
    '(() => { try { text("nothing") } catch (e) { return e.constructor.constructor("return this")() } })()',
    'Object.getPrototypeOf(runs()[0]).constructor.constructor("return this")()',
    'new Function("return this")()',
    '(0, eval)("this")',
  ])('%s is the sandbox itself', async (source) => {
    expect(await resultOf(`[(${source}) === globalThis, typeof (${source}).process]`)).toBe('[true, "undefined"]');
  });

  test.each([
    'JSON.parse = () => { throw 1 }; JSON.stringify = null; runs().length',
    'Object.defineProperty = Object.keys = null; Array.isArray = null; [1].concat(runs().length).pop()',
    'Object.prototype.toJSON = () => "x"; runs().length',
    'Array.prototype[Symbol.iterator] = null; runs().length',
  ])('code that breaks its own world breaks no one else: %s', async (source) => {
    expect((await evaluate(source)).outcome.kind).toBe('exit');
    expect(await resultOf('runs().length')).toBe('3');
  });

  test('what the code prints is text, whatever it made of it', async () => {
    const { text } = await evaluate(
      script('print({ toString() { return "x" } }, Object.create(Proxy.prototype ?? null), "\\u0000\\ud800")'),
    );
    expect(text).toContain('\u0000\ufffd');
  });
});

describe('the worker', () => {
  test('a signal ends the code', async () => {
    const recording = record();
    const outcome = carryOut(executor, script('print("ready"); for (;;);', 60_000), recording);
    await recording.printed('ready');
    const control = await recording.control();
    control.kill('SIGWINCH');
    control.kill('SIGTERM');
    expect(await outcome).toEqual({ kind: 'signal', signal: 'SIGTERM' });
  });

  test('abort ends it in the middle of a long built-in', async () => {
    const recording = record();
    const outcome = carryOut(
      executor,
      script(`print("ready"); for (const end = Date.now() + 50; Date.now() < end; ); ${LONG_BUILT_IN}`, 60_000),
      recording,
    );
    await recording.printed('ready');
    recording.abort();
    expect(await outcome).toMatchObject({ kind: 'stopped' });
  });

  test('abort ends it while it waits for the thread', async () => {
    const slow = createMemoryThread();
    slow.pause();
    const on = createInline(slow);
    const recording = record();
    const outcome = carryOut(on, script('print("ready"); runs()', 60_000), recording);
    await recording.printed('ready');
    recording.abort();
    expect(await outcome).toMatchObject({ kind: 'stopped' });
    await on.close();
  });

  test('a worker that cannot be loaded is an error that says so', async () => {
    const broken = createInline(createMemoryThread(), new URL('./no-such-worker.ts', import.meta.url));
    const { outcome } = await evaluateOn(broken, '1');
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: 'internal',
      message: expect.stringContaining('no-such-worker'),
    });
  });

  test('a warm one does not keep the process alive', () => {
    const program = `
      import { createInlineExecutor } from ${JSON.stringify(join(import.meta.dirname, '../../src/routes/inline/executor.ts'))};
      const executor = createInlineExecutor({ device: 'd', slots: 1, reader: {}, workerUrl: new URL(${JSON.stringify(INLINE_WORKER.href)}), sha256: () => '' });
      const output = { write: (bytes) => process.stdout.write(bytes), pressure: false, onDrain: () => {} };
      const context = { run: 'r', artifactsDir: '', output, signal: new AbortController().signal, attach: () => {} };
      await executor.execute({ kind: 'inline', language: 'expression', source: '6 * 7' }, {}, context);
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
    expect({ status: child.status, stdout: child.stdout.toString(), stderr: child.stderr.toString() }).toEqual({
      status: 0,
      stdout: '42\n',
      stderr: '',
    });
  });
});
