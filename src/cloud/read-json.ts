/** The JSON body of a request, checked. */

import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import { HttpProblem } from './http-problem.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** Throws HttpProblem. */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new HttpProblem(415, 'the body must be JSON, with content-type application/json');
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HttpProblem(400, `the body is no JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new HttpProblem(400, `${where === '' ? 'the body' : where}: ${issue?.message ?? 'not as expected'}`);
}

async function readText(request: IncomingMessage): Promise<string> {
  const tooLarge = new HttpProblem(413, `the body is larger than ${MAX_BYTES} bytes`, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BYTES) throw tooLarge;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
