/** Makes of the values of an answer what a program did: what it put out, the files it gave, and how it ended. */

import { constants } from 'node:os';
import type { ConnectorResponse } from '../../../core/connectors.ts';
import { isExitCode } from '../../../core/runs.ts';
import type { CodeEvent } from './conversation.ts';
import type { Failures } from './failures.ts';
import type { Frames } from './frames.ts';
import { excerptOf } from './json.ts';
import { asText, createMapping, type Mapping, type Search } from './mapping.ts';

interface CodeReading {
  readonly response: ConnectorResponse;
  readonly search: Search;
  readonly failures: Failures;
  /** Gives the files of a value, from wherever they are. */
  readonly files: (listed: Record<string, unknown>[]) => AsyncIterable<CodeEvent>;
}

export type CodeEnd = Extract<CodeEvent, { type: 'end' }>;

interface Ending {
  exitCode?: number;
  signal?: string;
  timedOut?: true;
  message?: string;
}

const STREAMS = ['stdout', 'stderr'] as const;

/** All but the end, which it returns. */
export async function* readCode(
  frames: AsyncIterable<Frames>,
  reading: CodeReading,
): AsyncGenerator<CodeEvent, CodeEnd> {
  const { response, search, failures, files } = reading;
  const mapping = createMapping(response, search);
  const ending: Ending = {};
  let done = false;
  let found = false;
  let first: unknown;
  for await (const { values, ended } of frames) {
    for (const value of values) {
      first ??= value;
      const error = mapping.text('error', value);
      if (error !== undefined && error !== '') throw failures.told(error);
      for (const event of outputOf(value, mapping, response)) {
        found = true;
        yield event;
      }
      const listed = mapping.list('files', value);
      if (listed.length > 0) yield* files(listed);
      found = noteEnd(ending, value, mapping, failures) || listed.length > 0 || found;
      done ||= mapping.flag('done', value);
      if (done) break;
    }
    done ||= ended;
    if (done) break;
  }
  if (!done && (response.end !== undefined || mapping.has('done')))
    throw failures.make('unavailable', 'its answer ended before it was whole', 'run it again', true);
  if (first === undefined && response.format !== 'text') throw failures.ofShape('its answer is empty');
  if (!found && !done && !knows(first, mapping, response)) throw ofNothing(first, mapping, failures);
  return { type: 'end', ...ending };
}

function* outputOf(value: unknown, mapping: Mapping, response: ConnectorResponse): Generator<CodeEvent, void> {
  for (const stream of STREAMS) {
    const plain = stream === 'stdout' && !mapping.has('stdout') && typeof value === 'string';
    for (const text of plain ? [value as string] : mapping.texts(stream, value)) {
      const bytes = Buffer.from(text, response.encoding === 'base64' ? 'base64' : 'utf8');
      if (bytes.length > 0) yield { type: 'output', stream, bytes };
    }
  }
}

/** True if there was anything of it. */
function noteEnd(ending: Ending, value: unknown, mapping: Mapping, failures: Failures): boolean {
  const exitCode = mapping.number('exitCode', value);
  if (exitCode !== undefined && !isExitCode(exitCode)) {
    throw failures.ofShape(`its answer tells an exit code that is none (${exitCode})`);
  }
  const signal = mapping.text('signal', value);
  const message = mapping.text('message', value);
  const timedOut = mapping.flag('timedOut', value);
  if (exitCode !== undefined) ending.exitCode ??= exitCode;
  if (signal !== undefined && signal !== '') ending.signal ??= signalName(signal);
  if (message !== undefined && message !== '') ending.message ??= message;
  if (timedOut) ending.timedOut = true;
  return exitCode !== undefined || signal !== undefined || message !== undefined || timedOut;
}

/** A program that puts out nothing is no fault: its stdout is there, and empty. */
function knows(value: unknown, mapping: Mapping, { format }: ConnectorResponse): boolean {
  return format === 'text' || STREAMS.some((stream) => mapping.text(stream, value) !== undefined);
}

function ofNothing(first: unknown, mapping: Mapping, failures: Failures): Error {
  const why = mapping.trouble === undefined ? '' : ` (${mapping.trouble})`;
  return failures.ofShape(`its answer holds nothing that response names${why}`, excerptOf(first));
}

/** Some tell the number. */
function signalName(signal: string): string {
  const known = Object.entries(constants.signals).find(([, number]) => String(number) === signal);
  return known?.[0] ?? asText(signal) ?? signal;
}
