/**
 * Sends a request and gives its answer, from the first byte on: tries again where that is safe, follows redirects within the same
 * origin, keeps the time-outs. It never sends a key to another origin, and never sends again once somebody has read of the answer.
 */

import { randomUUID } from 'node:crypto';
import { fetch, type Response } from 'undici';
import type { ConnectorLimits } from '../../../core/connectors.ts';
import type { DispatchError } from '../../../core/errors.ts';
import type { Dialler } from './dispatcher.ts';
import type { Failures } from './failures.ts';
import { isUnsent } from './network.ts';
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
  /** Fires before `signal`, which leaves the last try time to end: from then on there is no other. */
  readonly stopped?: AbortSignal;
  /** It does something that must not be done twice: tried again only where it was certainly not done. */
  readonly once?: boolean;
  /** Told if it failed so that the service has done nothing of it. */
  readonly onUndone?: () => void;
  /** Told of each answer, before it is read. */
  readonly onHeaders?: (status: number) => void;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const EXCERPT_BYTES = 8192;
const EXCERPT_MS = 2000;

type Try =
  | { readonly reply: Reply }
  | {
      readonly failure: DispatchError;
      readonly retry: boolean;
      /** It never arrived, or was turned away. */
      readonly undone: boolean;
      readonly afterMs?: number;
    };

/** Rejects with a DispatchError, also where the status tells of a failure. */
export async function exchange(request: PreparedRequest, context: ExchangeContext): Promise<Reply> {
  const { limits, signal, random, stopped = signal, once = false, onUndone } = context;
  // Reading twice does no harm: only what makes something is marked as the same.
  const marked = request.method === 'POST' ? withHeader(request, 'idempotency-key', randomUUID()) : request;
  for (let tries = 1; ; tries++) {
    stopped.throwIfAborted();
    const result = await attempt(marked, context);
    if ('reply' in result) return result.reply;
    const waitMs = result.afterMs ?? backoff(tries, random);
    const again = result.retry && (result.undone || !once);
    if (!again || tries > limits.retries || waitMs > LONGEST_RETRY_MS) {
      if (result.undone) onUndone?.();
      throw result.failure;
    }
    await waitFor(waitMs, stopped);
  }
}

async function attempt(request: PreparedRequest, context: ExchangeContext): Promise<Try> {
  const { failures, signal } = context;
  const stop = new AbortController();
  try {
    const response = await follow(request, context, stop);
    const reply = replyOf(response, { ...context, stop });
    if (response.ok) return { reply };
    const { bytes, cut } = await reply.beginning(EXCERPT_BYTES, EXCERPT_MS);
    const excerpt = { text: bytes.toString('utf8'), cut };
    const afterMs = retryAfter(response.headers.get('retry-after'), Date.now());
    const failure = failures.ofStatus(response.status, excerpt, afterMs);
    const told = { retry: isWorthRetrying(response.status), undone: didNothing(response.status) };
    return { failure, ...told, ...(afterMs === undefined ? {} : { afterMs }) };
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const late = stop.signal.aborted ? (stop.signal.reason as DispatchError) : undefined;
    const failure = late ?? ofThrown(thrown, request, context);
    const undone = late === undefined && isUnsent(thrown);
    return { failure, retry: failure.retryable && failure.code === 'unavailable', undone };
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

/** Turned away before anything was done: RFC 9110, 15.5, and 503, which takes no work for now. */
function didNothing(status: number): boolean {
  return (status >= 400 && status < 500 && status !== 408) || status === 503;
}

/** 303, and by custom 301 and 302 of a POST, ask for the other with GET, and nothing else does: RFC 9110, 15.4. */
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
  const asksForOther = status === 303 || ((status === 301 || status === 302) && request.method === 'POST');
  if (!asksForOther || request.method === 'GET') return { ...request, url: to.href };
  const { 'content-type': _, ...headers } = request.headers;
  return { method: 'GET', url: to.href, headers };
}

function ofThrown(
  thrown: unknown,
  { url }: PreparedRequest,
  { failures, dialler }: Pick<ExchangeContext, 'failures' | 'dialler'>,
): DispatchError {
  return isOurs(thrown) ? thrown : failures.ofNetwork(thrown, url, dialler.proxyOf(new URL(url)));
}

function isOurs(thrown: unknown): thrown is DispatchError {
  return thrown instanceof Error && thrown.name === 'DispatchError' && thrown.message.startsWith('connector ');
}

function withHeader(request: PreparedRequest, name: string, value: string): PreparedRequest {
  return { ...request, headers: { [name]: value, ...request.headers } };
}
