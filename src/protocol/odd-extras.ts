/**
 * What is told besides of an answer and of a failure, and may be odd: whoever wrote it down did not look at what a service said. The
 * odd part is left out, as no single number may stop the log of a device.
 */

import * as z from 'zod';
import { EXIT_CODES } from '../core/runs.ts';

const word = z.string().max(4096);
const whole = z.int().min(0);

const CITATION = {
  title: word,
  url: z.exactOptional(word),
  line: z.exactOptional(whole),
  endLine: z.exactOptional(whole),
};
const USAGE = { input: z.exactOptional(whole), output: z.exactOptional(whole) };
const MOST_CITATIONS = 1000;

export const ANSWER_EXTRAS = {
  model: z.exactOptional(z.string().max(1000)),
  citations: z.exactOptional(z.array(z.object(CITATION)).max(MOST_CITATIONS)),
  usage: z.exactOptional(z.object(USAGE)),
  cut: z.exactOptional(z.string().max(20_000)),
};

export const exitCode = z.int().min(EXIT_CODES.least).max(EXIT_CODES.most);
export const signal = z.string().max(32);
export const FAILURE_EXTRAS = { exitCode: z.exactOptional(exitCode), signal: z.exactOptional(signal) };

type Fields = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, z.ZodType>>;

/**
 * The event without what is odd in its extras; everything else is for its schema to judge. What is changed is no longer what the next
 * event holds, so it loses its own hold as well, as if it came from a version that had none.
 */
export function withoutOdd(event: unknown): unknown {
  if (!isFields(event) || !isFields(event.data)) return event;
  const mended = dataWithoutOdd(event.type, event.data);
  if (mended === event.data) return event;
  const { prev: _, ...rest } = event;
  return { ...rest, data: mended };
}

/** The same for a run that failed. */
export function runWithoutOdd(run: unknown): unknown {
  return isFields(run) && run.status === 'failed' ? fitting(run, FAILURE_EXTRAS) : run;
}

function dataWithoutOdd(type: unknown, data: Fields): Fields {
  if (type === 'run.failed') return fitting(data, FAILURE_EXTRAS);
  if (type !== 'run.answered' || fitting(data, ANSWER_EXTRAS) === data) return data;
  const { citations, usage } = data;
  const mended = {
    ...data,
    ...(Array.isArray(citations) ? { citations: citations.flatMap(citationOf).slice(0, MOST_CITATIONS) } : {}),
    ...(isFields(usage) ? { usage: fitting(usage, USAGE) } : {}),
  };
  return fitting(mended, ANSWER_EXTRAS);
}

function citationOf(value: unknown): Fields[] {
  return isFields(value) && CITATION.title.safeParse(value.title).success ? [fitting(value, CITATION)] : [];
}

/** Without the fields of the shape that do not fit it; the same object if all do. */
function fitting(fields: Fields, shape: Shape): Fields {
  const odd = Object.entries(shape).filter(([key, schema]) => key in fields && !schema.safeParse(fields[key]).success);
  if (odd.length === 0) return fields;
  const names = new Set(odd.map(([key]) => key));
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !names.has(key)));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
