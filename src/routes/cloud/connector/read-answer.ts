/** Makes of the values of an answer what they say: text as it comes, calls of tools once they are whole, and an end if there was one. */

import { type Citation, isCount, type Usage } from '../../../core/answers.ts';
import type { ConnectorResponse } from '../../../core/connectors.ts';
import type { AnswerEvent } from './conversation.ts';
import type { Failures } from './failures.ts';
import type { Frames } from './frames.ts';
import { excerptOf } from './json.ts';
import { createMapping, type Mapping, type Search } from './mapping.ts';
import { createToolCalls, type ToolCalls } from './tool-calls.ts';

/** Of a title, a URL, the name of a model. */
const LONGEST_WORD = 1000;

interface AnswerReading {
  readonly response: ConnectorResponse;
  readonly search: Search;
  readonly failures: Failures;
}

interface State {
  model: string | undefined;
  usage: Usage;
  stop: string | undefined;
  /** The service said that this was all. */
  done: boolean;
  /** Anything that the mapping knows was there. */
  found: boolean;
}

export async function* readAnswer(
  frames: AsyncIterable<Frames>,
  reading: AnswerReading,
): AsyncGenerator<AnswerEvent, void> {
  const { response, search, failures } = reading;
  const mapping = createMapping(response, search);
  const calls = createToolCalls();
  const state: State = { model: undefined, usage: {}, stop: undefined, done: false, found: false };
  let first: unknown;
  for await (const { values, ended } of frames) {
    for (const value of values) {
      first ??= value;
      const error = mapping.text('error', value);
      if (error !== undefined && error !== '') throw failures.told(error);
      yield* eventsOf(value, { mapping, state, calls, failures });
      if (state.done) break;
    }
    if (ended) state.done = true;
    if (state.done) break;
  }
  if (!isWhole(state, response, mapping)) {
    if (state.found) throw failures.make('unavailable', 'its answer ended before it was whole', 'ask again', true);
    const why = mapping.trouble === undefined ? '' : ` (${mapping.trouble})`;
    throw failures.ofShape(
      first === undefined ? 'its answer is empty' : `its answer holds nothing that response names${why}`,
      first === undefined ? undefined : excerptOf(first),
    );
  }
  for (const call of calls.whole()) yield { type: 'tool-call', call };
  if (state.usage.input !== undefined || state.usage.output !== undefined) yield { type: 'usage', usage: state.usage };
  const { stop } = state;
  const complete = response.complete ?? [];
  yield stop === undefined || complete.includes(stop)
    ? { type: 'end' }
    : { type: 'end', cut: `the service stopped it: ${failures.quote({ text: stop, cut: false })}` };
}

interface Reader {
  readonly mapping: Mapping;
  readonly state: State;
  readonly calls: ToolCalls;
  readonly failures: Failures;
}

function* eventsOf(value: unknown, { mapping, state, calls, failures }: Reader): Generator<AnswerEvent, void> {
  const model = mapping.text('model', value)?.slice(0, LONGEST_WORD);
  if (model !== undefined && model !== '' && model !== state.model) {
    state.model = model;
    yield { type: 'model', model };
  }
  const text = mapping.has('text') ? mapping.text('text', value) : typeof value === 'string' ? value : undefined;
  if (text !== undefined) state.found = true;
  if (text !== undefined && text !== '') yield { type: 'text', text };
  for (const fragment of mapping.list('toolCalls', value)) {
    if (!calls.add(fragment))
      throw failures.make('too-large', 'what it wants called is too long', 'ask for less at once');
    state.found = true;
  }
  for (const citation of mapping.list('citations', value).flatMap(citationOf)) yield { type: 'citation', citation };
  state.usage = largest(state.usage, mapping.record('usage', value));
  const stop = mapping.text('stop', value);
  if (stop !== undefined && stop !== '') state.stop = stop;
  if (mapping.flag('done', value)) state.done = true;
  if (state.done || state.stop !== undefined) state.found = true;
}

/** A stream says when it is over; one answer in one piece is whole if it is there. */
function isWhole({ done, stop, found }: State, { end }: ConnectorResponse, mapping: Mapping): boolean {
  if (done || stop !== undefined) return true;
  const tellsItsEnd = end !== undefined || mapping.has('done') || mapping.has('stop');
  return found && !tellsItsEnd;
}

function largest(usage: Usage, seen: Record<string, unknown> | undefined): Usage {
  if (seen === undefined) return usage;
  const pick = (key: 'input' | 'output'): number[] => [usage[key], seen[key]].filter((one) => isCount(one, 0));
  const [input, output] = [pick('input'), pick('output')];
  return {
    ...(input.length === 0 ? {} : { input: Math.max(...input) }),
    ...(output.length === 0 ? {} : { output: Math.max(...output) }),
  };
}

/** What is no line is left out, and the end of lines that do not begin. */
function citationOf({ title, url, line, endLine }: Record<string, unknown>): Citation[] {
  if (typeof title !== 'string' || title === '') return [];
  return [
    {
      title: title.slice(0, LONGEST_WORD),
      ...(typeof url === 'string' ? { url: url.slice(0, LONGEST_WORD) } : {}),
      ...(isCount(line, 1) ? { line, ...(isCount(endLine, line) ? { endLine } : {}) } : {}),
    },
  ];
}
