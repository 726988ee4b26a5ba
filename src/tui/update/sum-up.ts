// What `/summary` does: it asks the connector that questions go to, with the newest of the thread; where that is the embedded one, which has
// no model, the sandbox counts.

import { EMBEDDED } from '../../core/connectors.ts';
import type { Model } from '../model/model.ts';
import { NOT_CONNECTED } from './composer-text.ts';
import { type Step, say, step } from './step.ts';

/** Entries of the thread that go along. */
const ENTRIES = 200;
const QUESTION =
  'Sum up what has happened in this thread, for somebody who was away: what was done, what failed and why, and what waits for an answer. Name runs by their numbers.';

export function sumUp(model: Model): Step {
  const { device, routing } = model;
  if (device === undefined) return say(model, 'warning', NOT_CONNECTED);
  const connector = routing?.connectors.find(({ defaultFor }) => defaultFor.includes('cloud-knowledge'));
  const action =
    connector === undefined || connector.name === EMBEDDED || connector.trouble !== undefined
      ? ({ kind: 'inline', language: 'expression', source: 'summary()' } as const)
      : ({ kind: 'knowledge', question: QUESTION, thread: ENTRIES } as const);
  return step(model, { type: 'act', task: '/summary', action, device: device.id });
}
