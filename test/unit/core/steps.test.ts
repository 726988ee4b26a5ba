// Steps as people write them down.
import { describe, expect, it } from 'vitest';
import { readBrowserSteps, readDesktopSteps, readSteps } from '../../../src/core/steps.ts';

describe('steps', () => {
  it('come as an array or a line each, without what is left out', () => {
    const steps = [{ action: 'screenshot' }, { action: 'key', text: 'Return' }];
    expect(readDesktopSteps(JSON.stringify(steps))).toEqual(steps);
    expect(readDesktopSteps(`# first\n${steps.map((step) => JSON.stringify(step)).join('\n\n')}\n`)).toEqual(steps);
    expect(readBrowserSteps('{"tool":"browser_close"}')).toEqual([{ tool: 'browser_close', params: {} }]);
  });

  it('are those of what the first one is', () => {
    expect(readSteps('{"tool":"browser_click","params":{"target":"e1"}}')).toEqual({
      kind: 'browser',
      steps: [{ tool: 'browser_click', params: { target: 'e1' } }],
    });
    expect(readSteps('{"action":"wait","duration":5}')).toEqual({
      kind: 'desktop',
      steps: [{ action: 'wait', duration: 5 }],
    });
    expect(() => readSteps('{"tool":"browser_close"}\n{"action":"screenshot"}')).toThrow(
      'line 2: there is no tool "undefined"',
    );
    expect(() => readSteps('{"action":"screenshot"}\n{"tool":"browser_close"}')).toThrow(
      'line 2: there is no step "undefined"',
    );
  });

  it.each([
    ['{"action":"screenshot"}\n{"b"', 'line 2: no JSON'],
    ['# a\n[1]', 'line 2: expected an object'],
    ['[1]', 'step 1: expected an object'],
    ['[{"tool":"browser_run"}]', 'step 1: there is no tool "browser_run"'],
    ['{"tool":"constructor"}', 'line 1: there is no tool "constructor"'],
    ['{"tool":"browser_click","params":[1]}', 'line 1: "params" is no object'],
    ['{"action":"dance"}', 'line 1: there is no step "dance"'],
    [' \n# nothing\n', 'there are no steps'],
  ])('%j: %s', (text, message) => {
    expect(() => readSteps(text)).toThrow(message);
  });
});
