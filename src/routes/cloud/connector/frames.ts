/**
 * Cuts an answer into the JSON values that it is made of: one, a line each, or an SSE event each. It works on pieces as they come, and
 * gives what one piece completed together. It knows nothing of what the values mean.
 */

import { createParser } from 'eventsource-parser';
import type { ConnectorResponse } from '../../../core/connectors.ts';
import type { Failures } from './failures.ts';
import type { Reply } from './reply.ts';

export interface Frames {
  readonly values: readonly unknown[];
  /** The mark that says that nothing more comes. */
  readonly ended: boolean;
}

export interface Framing {
  readonly response: ConnectorResponse;
  readonly failures: Failures;
  /** Of one line or event. */
  readonly mostCharacters: number;
  /** limits.response says so, and not Dispatch. */
  readonly isLimit: boolean;
}

type Feed = (text: string) => Frames;

interface Cutter {
  readonly feed: Feed;
  /** What is left when the answer is over. */
  readonly finish: () => Frames;
}

const NOTHING: Frames = { values: [], ended: false };

export async function* readFrames(reply: Reply, framing: Framing): AsyncGenerator<Frames, void> {
  const { feed, finish } = cutterOf(reply, framing);
  const decoder = new TextDecoder();
  for await (const piece of reply.chunks()) {
    const frames = feed(decoder.decode(piece, { stream: true }));
    if (frames.values.length > 0 || frames.ended) yield frames;
    if (frames.ended) return;
  }
  const rest = feed(decoder.decode());
  if (rest.values.length > 0) yield rest;
  const last = finish();
  if (last.values.length > 0 || last.ended) yield last;
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
  return { feed: (text) => (text === '' ? NOTHING : { values: [text], ended: false }), finish: () => NOTHING };
}

function jsonCutter(framing: Framing): Cutter {
  const pieces: string[] = [];
  return {
    feed(text) {
      pieces.push(text);
      return NOTHING;
    },
    finish: () => ({ values: [parse(pieces.join(''), 'its answer', framing)], ended: false }),
  };
}

/** NDJSON. A line may come in many pieces: they are joined once. */
function lineCutter(framing: Framing): Cutter {
  let begun: string[] = [];
  let length = 0;
  const take = (line: string, values: unknown[]): void => {
    if (line.trim() !== '') values.push(parse(line, 'a line of its answer', framing));
  };
  return {
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
      take(begun.join(''), values);
      return { values, ended: false };
    },
  };
}

function sseCutter(framing: Framing): Cutter {
  const { mostCharacters } = framing;
  let values: unknown[] = [];
  let ended = false;
  const parser = createParser({
    maxBufferSize: mostCharacters,
    onEvent({ data }) {
      if (ended || data === '') return;
      if (data.trim() === framing.response.end) ended = true;
      else values.push(parse(data, 'an event of its answer', framing));
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
  return { feed, finish: () => (ended ? NOTHING : feed('\n\n')) };
}

function tooLarge(what: string, { failures, mostCharacters, isLimit }: Framing): Error {
  const hint = isLimit ? undefined : 'none may be larger, whatever limits.response says: it has to be sent in pieces';
  return failures.tooLarge(what, `${mostCharacters} characters`, hint);
}

function parse(text: string, what: string, { failures }: Framing): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const excerpt = { text: text.slice(0, 8192), cut: text.length > 8192 };
    throw failures.ofShape(text.trim() === '' ? `${what} is empty` : `${what} is not whole JSON`, excerpt);
  }
}
