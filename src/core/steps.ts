/** Steps of a browser or a screen as people write them down: a JSON array, or one JSON object a line. Errors name where in it. */

import { BROWSER_TOOLS, type BrowserAction, type BrowserStep } from './browser.ts';
import { DESKTOP_STEPS, type DesktopAction, type DesktopStep } from './desktop.ts';
import { DispatchError } from './errors.ts';

interface ReadStep {
  readonly value: object;
  /** `step 3` or `line 3`, for errors. */
  readonly where: string;
}

/** The first step tells which they are: a tool of the browser, or an action on the screen. Throws `usage`. */
export function readSteps(text: string): BrowserAction | DesktopAction {
  const steps = parseSteps(text);
  return 'tool' in (steps[0] as ReadStep).value
    ? { kind: 'browser', steps: browserSteps(steps) }
    : { kind: 'desktop', steps: desktopSteps(steps) };
}

/** Throws `usage`. */
export function readBrowserSteps(text: string): BrowserStep[] {
  return browserSteps(parseSteps(text));
}

/** Throws `usage`. */
export function readDesktopSteps(text: string): DesktopStep[] {
  return desktopSteps(parseSteps(text));
}

function browserSteps(steps: readonly ReadStep[]): BrowserStep[] {
  return steps.map(({ value, where }) => {
    const { tool, params = {} } = value as { tool?: unknown; params?: unknown };
    if (typeof tool !== 'string' || !Object.hasOwn(BROWSER_TOOLS, tool)) {
      throw new DispatchError('usage', `${where}: there is no tool "${String(tool)}"`, {
        hint: `one of ${Object.keys(BROWSER_TOOLS).join(', ')}`,
      });
    }
    if (typeof params !== 'object' || params === null || Array.isArray(params))
      throw new DispatchError('usage', `${where}: "params" is no object`, { hint: '{"tool":"…","params":{…}}' });
    return { tool, params } as BrowserStep;
  });
}

function desktopSteps(steps: readonly ReadStep[]): DesktopStep[] {
  return steps.map(({ value, where }) => {
    const action = (value as { action?: unknown }).action;
    if (typeof action === 'string' && (DESKTOP_STEPS as readonly string[]).includes(action))
      return value as DesktopStep;
    throw new DispatchError('usage', `${where}: there is no step "${String(action)}"`, {
      hint: `one of ${DESKTOP_STEPS.join(', ')}`,
    });
  });
}

function parseSteps(text: string): readonly ReadStep[] {
  const steps = text.trimStart().startsWith('[') ? fromArray(text) : fromLines(text);
  if (steps.length > 0) return steps;
  throw new DispatchError('usage', 'there are no steps', { hint: 'give a JSON array of them, or one a line' });
}

function fromArray(text: string): ReadStep[] {
  const values = parse(text, 'the steps') as unknown[];
  return values.map((value, at) => ({ value: object(value, `step ${at + 1}`), where: `step ${at + 1}` }));
}

function fromLines(text: string): ReadStep[] {
  return text.split('\n').flatMap((line, at) => {
    const where = `line ${at + 1}`;
    return line.trim() === '' || line.startsWith('#') ? [] : [{ value: object(parse(line, where), where), where }];
  });
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DispatchError('usage', `${where}: no JSON: ${(error as Error).message}`, {
      hint: 'give a JSON array, or one object a line',
    });
  }
}

/** Throws `usage`. `where`: what it stands in. */
export function parseJsonObject(text: string, where: string): object {
  return object(parse(text, where), where);
}

function object(value: unknown, where: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new DispatchError('usage', `${where}: expected an object`, { hint: 'such as {"action":"screenshot"}' });
}
