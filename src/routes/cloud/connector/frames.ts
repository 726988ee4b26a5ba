/**
 * Cuts an answer into the JSON values that it is made of: one, a line each, or an SSE event each. It works on pieces as they come, and
 * gives what one piece completed together. It knows nothing of what the values mean.
 */

import { createParser } from 'eventsource-parser';
import type { ConnectorResponse } from '../../../core/connectors.ts';
import type { Failures } from './failures.ts';
import { parseAnswer } from './json.ts';
import type { Search } from './mapping.ts';
import type { Reply } from './reply.ts';

export interface Frames {
  readonly values: readonly unknown[];
  /** The mark that says that nothing more comes. */
  readonly ended: boolean;
}

export interface Framing {
  readonly response: ConnectorResponse;
  readonly search: Search;
  readonly failures: Failures;
  /** Of one line or event. */
  readonly mostCharacters: number;
  /** limits.response says so, and not Dispatch. */
  readonly isLimit: boolean;
}

type Feed = (text: string) => Frames;

interface Cutter {
  /** It comes in many values, and says itself which is the last. */
  readonly isStream: boolean;
  readonly feed: Feed;
  /** What is left when the answer is over. */
  readonly finish: () => Frames;
}

/** What calls itself a stream is one, also if there is but one value in it. */
const STREAM_TYPES = new Set([
  'text/event-stream',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/jsonlines',
]);
const ENDED_HINT = 'try again; a stream has to say that it is over: response.stream_done is how';
const NOTHING: Frames = { values: [], ended: false };

export async function* readFrames(reply: Reply, framing: Framing): AsyncGenerator<Frames, void> {
  const { feed, finish, isStream } = cutterOf(reply, framing);
  const { streamDone } = framing.response;
  const mark = isStream && streamDone !== undefined ? marking(streamDone, framing) : (frames: Frames) => frames;
  let ended = false;
  let values = 0;
  const decoder = new TextDecoder();
  for await (const piece of reply.chunks()) {
    const frames = mark(feed(decoder.decode(piece, { stream: true })));
    values += frames.values.length;
    if (frames.values.length > 0 || frames.ended) yield frames;
    if (frames.ended) return;
  }
  for (const frames of [feed(decoder.decode()), finish()].map(mark)) {
    values += frames.values.length;
    ended ||= frames.ended;
    if (frames.values.length > 0 || frames.ended) yield frames;
  }
  const isPiece = values === 1 && !STREAM_TYPES.has(reply.contentType);
  if (isStream && streamDone !== undefined && !ended && !isPiece)
    throw framing.failures.make('unavailable', 'its answer ended before it was whole', ENDED_HINT, true);
}

/** Ends with the value that says so itself. */
function marking(streamDone: string, { search, failures }: Framing): (frames: Frames) => Frames {
  return ({ values, ended }) => {
    try {
      const last = values.findIndex((value) => search(value, streamDone) === true);
      return last === -1 ? { values, ended } : { values: values.slice(0, last + 1), ended: true };
    } catch (error) {
      throw failures.ofExpression('response.stream_done', error);
    }
  };
}

function cutterOf({ contentType }: Reply, framing: Framing): Cutter {
  const { response, failures } = framing;
  const { format } = response;
  if (format === 'text') return textCutter();
  if (contentType === 'text/html')
    throw failures.ofShape(`its answer is ${contentType}, a web page, and not what was asked for`);
  const isJson = contentType === 'application/json' || contentType === 'application/problem+json';
  if (format === 'json' || (format === 'sse' && isJson)) return jsonCutter(framing);
  if (format === 'sse') return sseCutter(framing);
  if (format === 'stream' && contentType === 'text/event-stream') return sseCutter(framing);
  return format === 'stream' && isJson ? jsonCutter(framing) : lineCutter(framing);
}

function textCutter(): Cutter {
  return {
    isStream: false,
    feed: (text) => (text === '' ? NOTHING : { values: [text], ended: false }),
    finish: () => NOTHING,
  };
}

function jsonCutter(framing: Framing): Cutter {
  const pieces: string[] = [];
  return {
    isStream: false,
    feed(text) {
      pieces.push(text);
      return NOTHING;
    },
    finish: () => ({ values: [parseAnswer(pieces.join(''), 'its answer', framing.failures)], ended: false }),
  };
}

/** NDJSON. A line may come in many pieces: they are joined once. */
function lineCutter(framing: Framing): Cutter {
  let begun: string[] = [];
  let length = 0;
  const take = (line: string, values: unknown[], atEnd = false): void => {
    if (line.trim() !== '') values.push(parseAnswer(line, 'a line of its answer', framing.failures, atEnd));
  };
  return {
    isStream: true,
    feed(text) {
      const lines = text.split('\n');
      const open = lines.pop() ?? '';
      const values: unknown[] = [];
      for (const [index, line] of lines.entries()) take(index === 0 ? begun.join('') + line : line, values);
      if (lines.length > 0) {
        begun = [];
        length = 0;
      }
      begun.push(open);
      length += open.length;
      if (length > framing.mostCharacters) throw tooLarge('a line of its answer', framing);
      return { values, ended: false };
    },
    finish() {
      const values: unknown[] = [];
      take(begun.join(''), values, true);
      return { values, ended: false };
    },
  };
}

function sseCutter(framing: Framing): Cutter {
  const { mostCharacters } = framing;
  let values: unknown[] = [];
  let ended = false;
  let atEnd = false;
  const parser = createParser({
    maxBufferSize: mostCharacters,
    onEvent({ data }) {
      if (ended || data === '') return;
      if (data.trim() === framing.response.end) ended = true;
      else values.push(parseAnswer(data, 'an event of its answer', framing.failures, atEnd));
    },
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') throw tooLarge('an event of its answer', framing);
    },
  });
  const feed: Feed = (text) => {
    values = [];
    parser.feed(text);
    return { values, ended };
  };
  // The last event counts also where the blank line after it is forgotten.
  const finish = (): Frames => {
    atEnd = true;
    return ended ? NOTHING : feed('\n\n');
  };
  return { isStream: true, feed, finish };
}

function tooLarge(what: string, { failures, mostCharacters, isLimit }: Framing): Error {
  const hint = isLimit ? undefined : 'none may be larger, whatever limits.response says: it has to be sent in pieces';
  return failures.tooLarge(what, `${mostCharacters} characters`, hint);
}
