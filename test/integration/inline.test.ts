// Inline code in the real interpreter, in a real worker thread: what it gives and what it sees.
import { afterAll, describe, expect, test } from 'vitest';
import type { InlineAction } from '../../src/core/actions.ts';
import { READ_LIMITS } from '../../src/routes/inline/thread-reader.ts';
import { describeExecutor } from '../contract/executor.ts';
import { createInline, evaluateOn, expression, script } from '../helpers/inline.ts';
import { createMemoryThread } from '../helpers/memory-thread.ts';

describeExecutor('the inline executor', async () => {
  const thread = createMemoryThread();
  const executor = createInline(thread);
  return {
    executor,
    samples: {
      succeeds: { action: script('print("hello"); runs().length'), output: 'hello\n3\n' },
      fails: { action: script('throw new Error("no")'), exitCode: 1 },
      endless: { action: script('print("ready"); for (;;);'), ready: 'ready' },
      invalid: expression('6 *'),
    },
    effects: async () => [...thread.asked],
    close: () => executor.close(),
  };
});

const thread = createMemoryThread();
const executor = createInline(thread);
afterAll(() => executor.close());

const evaluate = (action: InlineAction | string): ReturnType<typeof evaluateOn> => evaluateOn(executor, action);

async function resultOf(source: string): Promise<string | undefined> {
  const { outcome, text } = await evaluate(source);
  expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
  const result = outcome.kind === 'exit' ? outcome.result : undefined;
  expect(text).toBe(result === undefined ? '' : `${result}\n`);
  return result;
}

describe('a value', () => {
  test.each([
    ['6 * 7', '42'],
    ['"a" + "b"', 'ab'],
    ['0.1 + 0.2', '0.30000000000000004'],
    ['-0', '-0'],
    ['2n ** 70n', '1180591620717411303424n'],
    ['null', 'null'],
    ['[1, "two", [3, undefined], { four: 4 }]', '[1, "two", [3, undefined], { four: 4 }]'],
    ['{ a: 1, "b c": [], d: {} }', '{ a: 1, "b c": [], d: {} }'],
    ['({})', '{}'],
    ['new Map([["a", 1]])', 'Map(1) { "a" => 1 }'],
    ['new Set([1, "x"])', 'Set(2) { 1, "x" }'],
    ['new Uint8Array(3)', 'Uint8Array(3) [0, 0, 0]'],
    ['/a+/gi', '/a+/gi'],
    ['new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['new Date(NaN)', 'Invalid Date'],
    ['Symbol("x")', 'Symbol(x)'],
    ['function add(a, b) { return a + b }; add', '[Function add]'],
    ['class Point { x = 1 }; new Point()', 'Point { x: 1 }'],
    ['Object.create(null)', '[no prototype] {}'],
    ['[,1]', '[<empty>, 1]'],
    ['let a = {}; a.self = a; a', '{ self: [Circular] }'],
    ['[[[[[[1]]]]]]', '[[[[[[Array(1)]]]]]]'],
    ['let n = 20; n * 2 + 2', '42'],
    ['[3, 1, 2].sort().join("-")', '3-1-2'.split('-').sort().join('-')],
    ['Promise.resolve(7)', '7'],
    ['(async () => { await null; return "later" })()', 'later'],
    ['new Promise(() => {})', 'Promise { <pending> }'],
    ['"ünïcödé 你好 🎉"', 'ünïcödé 你好 🎉'],
  ])('%s is %s', async (source, result) => {
    expect(await resultOf(source)).toBe(result);
  });

  test('undefined is no result', async () => {
    expect(await resultOf('undefined')).toBeUndefined();
  });

  test('that is long is spread over lines', async () => {
    const result = await resultOf('({ name: "x".repeat(40), other: "y".repeat(40) })');
    expect(result).toBe(`{\n  name: "${'x'.repeat(40)}",\n  other: "${'y'.repeat(40)}"\n}`);
    const numbers = (await resultOf('Array.from({ length: 250 }, (_, i) => i)')) ?? '';
    expect(numbers.split('\n').every((line) => line.length <= 76)).toBe(true);
    expect(numbers).toContain('99, … 150 more');
  });

  test('is returned up to a limit and says so; the output has all of it', async () => {
    const { outcome, text } = await evaluate('"x".repeat(100000)');
    expect(outcome).toMatchObject({
      exitCode: 0,
      result: expect.stringContaining('the first 65536 of 100000 characters'),
    });
    expect(text).toBe(`${'x'.repeat(100_000)}\n`);
  });
});

describe('a script', () => {
  test('prints, and its last value is the result', async () => {
    const { outcome, text } = await evaluate(
      script('const n = 2;\nprint("n is", n, [n]);\nconsole.log({ n });\nn + 1'),
    );
    expect(outcome).toEqual({ kind: 'exit', exitCode: 0, result: '3' });
    expect(text).toBe('n is 2 [2]\n{ n: 2 }\n3\n');
  });

  test('that is not valid fails with the place', async () => {
    const { outcome, text } = await evaluate(script('let a = 1;\nlet b = (;'));
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: 'invalid',
      message: expect.stringContaining('SyntaxError'),
    });
    expect(text).toMatch(/SyntaxError.*\n.*script:2/);
  });

  test('has no effect if any of it is not valid', async () => {
    const { text } = await evaluate(script('print("begun");\nlet b = (;'));
    expect(text).not.toContain('begun');
  });

  test.each([
    ['throw new TypeError("bad")', 'TypeError: bad'],
    ['function f() { nothing }\nf()', "ReferenceError: 'nothing' is not defined"],
    ['throw "text"', 'text'],
    ['throw { code: 7 }', '{ code: 7 }'],
    ['throw null', 'null'],
    ['throw undefined', 'undefined'],
    ['JSON.parse("{")', 'SyntaxError'],
    ['Promise.reject(new Error("late"))', 'Error: late'],
    ['throw { get message() { throw 1 }, get name() { throw 2 } }', ''],
    ['throw new Proxy(new Error("p"), { get() { throw 1 } })', ''],
  ])('that throws ends with 1 and says what: %s', async (source, message) => {
    const { outcome, text } = await evaluate(script(source));
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining(message) });
    expect(text).toMatch(/^Uncaught /);
  });

  test('the stack is printed', async () => {
    const { text } = await evaluate(
      script('function inner() { throw new Error("x") }\nfunction outer() { inner() }\nouter()'),
    );
    expect(text).toMatch(/^Uncaught Error: x\n +at inner \(script:1.*\n +at outer \(script:2/);
  });

  test('leaves nothing behind for the next one', async () => {
    await evaluate(
      script('globalThis.left = 1; Array.prototype.map = null; Object.prototype.polluted = 1; print = null; 1'),
    );
    expect(await resultOf('[typeof left, typeof [].map, typeof ({}).polluted, typeof print]')).toBe(
      '["undefined", "function", "undefined", "function"]',
    );
  });
});

describe('the thread', () => {
  test.each([
    ['runs().map((run) => run.number)', '[3, 2, 1]', 'runs {"limit":100}'],
    ['runs(1)[0].task', 'task 3', 'runs {"limit":1}'],
    ['runs("failed").length', '1', 'runs {"limit":100,"status":["failed"]}'],
    [
      'runs({ status: ["failed", "completed"], limit: 5 }).length',
      '2',
      'runs {"limit":5,"status":["failed","completed"]}',
    ],
    ['runs(1e6).length', '3', 'runs {"limit":1000}'],
    ['artifacts()[0].name', 'log.txt', 'artifacts {"limit":100}'],
    ['artifacts(1)[0].name', 'log.txt', 'artifacts {"run":"1","limit":100}'],
    ['artifacts(runs("completed")[0])[0].id', 'art1', 'artifacts {"run":"run1","limit":100}'],
    ['text(artifacts()[0])', 'hello\nworld\n', `text art1 ${READ_LIMITS.textBytes}`],
    ['text(1)', 'printed', `text 1 ${READ_LIMITS.textBytes}`],
    ['devices()[0].name', 'laptop', 'devices'],
    ['messages(2).map((m) => m.text)', '["two", "three"]', 'messages 2'],
  ])('%s', async (source, result, question) => {
    thread.asked.length = 0;
    expect(await resultOf(source)).toBe(result);
    expect(thread.asked.at(-1)).toBe(question);
  });

  test.each([
    ['text("nothing")', 'text: there is no nothing; see "dispatch artifacts"'],
    ['text()', 'text: text takes a run or an artifact'],
    ['runs(0)', 'runs: runs takes a whole number from 1'],
    ['runs({ limit: "many" })', 'runs: runs takes a whole number from 1'],
    ['runs("lost")', '"lost" is no status'],
    ['messages(-1)', 'messages takes a whole number from 1'],
    ['text("x".repeat(100000))', 'too long'],
  ])('a wrong question is an error of the code: %s', async (source, message) => {
    const { outcome } = await evaluate(source);
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining(message) });
  });

  test('sums up what has gone on', async () => {
    expect((await resultOf('summary()'))?.split('\n')).toEqual([
      'the newest 3 runs: 1 running, 1 failed, 1 completed',
      'on 3 laptop',
      'under way:',
      '  3  task 3',
      'failed:',
      '  2  task 2  (exit)',
    ]);
    expect((await resultOf('summary(1)'))?.split('\n')[0]).toBe('1 run: 1 running');
  });

  test('the code can catch it and go on', async () => {
    expect(await resultOf('try { text("nothing") } catch (error) { error.message.length > 0 }')).toBe('true');
  });

  test('a bug in the peer shows nothing of the peer', async () => {
    const { outcome, text } = await evaluate('thread()');
    expect(outcome).toMatchObject({ message: 'Error: thread: the thread could not be read' });
    expect(text).not.toContain('/secret/path');
  });

  test('a long text is cut and says so', async () => {
    const on = createInline(createMemoryThread({ big: 'x'.repeat(READ_LIMITS.textBytes + 1) }));
    const { outcome } = await evaluateOn(on, 'text("big").slice(-60)');
    expect(outcome).toMatchObject({
      result: expect.stringContaining(`the first ${READ_LIMITS.textBytes} of ${READ_LIMITS.textBytes + 1} bytes`),
    });
    await on.close();
  });

  test('what it answers is a copy: changing it changes nothing', async () => {
    expect(await resultOf('runs()[0].task = "mine"; runs()[0].__proto__.x = 1; runs()[0].task')).toBe('task 3');
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('a thread that does not answer is waited for no longer than the time', async () => {
    const slow = createMemoryThread();
    const { go } = slow.pause();
    const on = createInline(slow);
    const { outcome } = await evaluateOn(on, script('runs()', 300));
    expect(outcome).toMatchObject({ kind: 'timeout', timeoutMs: 300 });
    go();
    expect((await evaluateOn(on, '1 + 1')).outcome).toMatchObject({ result: '2' });
    await on.close();
  });
});
