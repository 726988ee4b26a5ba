/** Steps from a file: a JSON array, or one JSON object a line. Errors name where in it. */

import { DispatchError } from '../core/errors.ts';

export interface ReadStep {
  readonly value: object;
  /** `step 3` or `line 3`, for errors. */
  readonly where: string;
}

export function parseSteps(text: string): readonly ReadStep[] {
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
    return line.trim() === '' ? [] : [{ value: object(parse(line, where), where), where }];
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
