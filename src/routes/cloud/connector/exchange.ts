/**
 * Sends a request and gives its answer, from the first byte on: tries again where that is safe, follows redirects within the same
 * origin, keeps the time-outs. It never sends a key to another origin, and never sends again once somebody has read of the answer.
 */

import { randomUUID } from 'node:crypto';
import { fetch, type Response } from 'undici';
import type { ConnectorLimits } from '../../../core/connectors.ts';
import type { DispatchError } from '../../../core/errors.ts';
import type { Dialler } from './dispatcher.ts';
import type { Excerpt, Failures } from './failures.ts';
import { type Reply, replyOf } from './reply.ts';
import type { PreparedRequest } from './request.ts';
import { backoff, isWorthRetrying, LONGEST_RETRY_MS, retryAfter, waitFor } from './retry.ts';

export interface ExchangeContext {
  readonly dialler: Dialler;
  readonly failures: Failures;
  readonly limits: ConnectorLimits;
  readonly random: () => number;
  /** What the request belongs to: its reason is what is thrown. */
  readonly signal: AbortSignal;
  /** Told of each answer, before it is read. */
  readonly onHeaders?: (status: number) => void;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const EXCERPT_BYTES = 8192;

type Try =
  | { readonly reply: Reply }
  | { readonly failure: DispatchError; readonly retry: boolean; readonly afterMs?: number };

/** Rejects with a DispatchError, also where the status tells of a failure. */
export async function exchange(request: PreparedRequest, context: ExchangeContext): Promise<Reply> {
  const { limits, signal, random } = context;
  // Reading twice does no harm: only what makes something is marked as the same.
  const marked = request.method === 'POST' ? withHeader(request, 'idempotency-key', randomUUID()) : request;
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const result = await attempt(marked, context);
    if ('reply' in result) return result.reply;
    const waitMs = result.afterMs ?? backoff(tries, random);
    if (!result.retry || tries > limits.retries || waitMs > LONGEST_RETRY_MS) throw result.failure;
    await waitFor(waitMs, signal);
  }
}

async function attempt(request: PreparedRequest, context: ExchangeContext): Promise<Try> {
  const { failures, signal } = context;
  const stop = new AbortController();
  try {
    const response = await follow(request, context, stop);
    const reply = replyOf(response, { ...context, stop });
    if (response.ok) return { reply };
    const excerpt = await readExcerpt(reply);
    const afterMs = retryAfter(response.headers.get('retry-after'), Date.now());
    const failure = failures.ofStatus(response.status, excerpt, afterMs);
    return { failure, retry: isWorthRetrying(response.status), ...(afterMs === undefined ? {} : { afterMs }) };
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const failure = stop.signal.aborted ? (stop.signal.reason as DispatchError) : ofThrown(thrown, request, failures);
    return { failure, retry: failure.retryable && failure.code === 'unavailable' };
  }
}

/** The answer that is no redirect. */
async function follow(first: PreparedRequest, context: ExchangeContext, stop: AbortController): Promise<Response> {
  let request = first;
  for (let hops = 0; ; hops++) {
    const response = await sendOnce(request, context, stop);
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    request = redirected(request, location, response.status, context.failures);
    if (hops >= MOST_REDIRECTS)
      throw context.failures.make('invalid', `it sends us on more than ${MOST_REDIRECTS} times`, 'check its url');
  }
}

async function sendOnce(request: PreparedRequest, context: ExchangeContext, stop: AbortController): Promise<Response> {
  const { dialler, failures, limits, signal } = context;
  dialler.check(new URL(request.url));
  const late = (): void => stop.abort(failures.timeout('it did not begin to answer', limits.firstByteMs, 'first_byte'));
  const timer = setTimeout(late, limits.firstByteMs);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      redirect: 'manual',
      dispatcher: dialler.dispatcher,
      signal: AbortSignal.any([signal, stop.signal]),
    });
    context.onHeaders?.(response.status);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

/** 303, and by custom 301 and 302 of a POST, ask for the other with GET: RFC 9110, 15.4. */
function redirected(request: PreparedRequest, location: string, status: number, failures: Failures): PreparedRequest {
  const to = URL.parse(location, request.url);
  if (to?.origin !== new URL(request.url).origin) {
    const where = to === null ? 'somewhere that is no URL' : `to ${to.origin}`;
    throw failures.make(
      'refused',
      `it sends us elsewhere, ${where}: nothing was sent there`,
      'if it has moved, change its url',
    );
  }
  if (status === 307 || status === 308 || request.method === 'GET') return { ...request, url: to.href };
  const { 'content-type': _, ...headers } = request.headers;
  return { method: 'GET', url: to.href, headers };
}

async function readExcerpt(reply: Reply): Promise<Excerpt> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of reply.chunks()) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= EXCERPT_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return { text: Buffer.concat(pieces).subarray(0, EXCERPT_BYTES).toString('utf8'), cut: bytes >= EXCERPT_BYTES };
}

function ofThrown(thrown: unknown, { url }: PreparedRequest, failures: Failures): DispatchError {
  return isOurs(thrown) ? thrown : failures.ofNetwork(thrown, url);
}

function isOurs(thrown: unknown): thrown is DispatchError {
  return thrown instanceof Error && thrown.name === 'DispatchError' && thrown.message.startsWith('connector ');
}

function withHeader(request: PreparedRequest, name: string, value: string): PreparedRequest {
  return { ...request, headers: { [name]: value, ...request.headers } };
}
