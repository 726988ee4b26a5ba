/**
 * Answers one HTTP request for an artifact: whole or a range of it, from this device or through it from the one that has it. The
 * status is sent when the first byte is there, so that what cannot be had is told and not cut off.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Artifact } from '../../core/artifacts.ts';
import { asDispatchError, DispatchError, type ErrorCode } from '../../core/errors.ts';
import { encodingOf, MARK_BYTES, type TextEncoding } from '../../core/text-encoding.ts';
import type { EngineApi } from '../../protocol/api.ts';
import { artifactHeaders, etagOf, isText, SAFE_HEADERS } from './artifact-headers.ts';
import type { AskedArtifact } from './artifact-url.ts';
import { type ByteRange, parseRange } from './byte-range.ts';

/** What the answers are made from. */
export type ArtifactSource = Pick<EngineApi, 'artifact.get' | 'blob'>;

export async function serveArtifact(
  source: ArtifactSource,
  { id, save }: Pick<AskedArtifact, 'id' | 'save'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client went away')));
  try {
    const { artifact } = await source['artifact.get']({ artifact: id });
    const { headers } = request;
    if (matches(headers['if-none-match'], artifact)) return answer(response, 304, unchanged(artifact));
    const mayBePart = headers['if-range'] === undefined || headers['if-range'] === etagOf(artifact);
    const range = parseRange(mayBePart ? headers.range : undefined, artifact.sizeBytes);
    if (range.kind === 'unsatisfiable') {
      return answer(response, 416, { ...SAFE_HEADERS, 'Content-Range': `bytes */${artifact.sizeBytes}` });
    }
    const encoding = isText(artifact) ? await readEncoding(source, artifact, gone.signal) : 'utf-8';
    const head = headOf(artifact, artifactHeaders(artifact, { save, encoding }), range);
    // Also for who wants no bytes: those that were removed are told of. Nothing is read before the first is asked for.
    const { chunks } = await source.blob({ artifact: artifact.id, offset: head.first, fleeting: true }, gone.signal);
    if (request.method === 'HEAD') return answer(response, head.status, head.headers);
    await send(response, head, chunks);
  } catch (error) {
    if (!gone.signal.aborted) fail(response, error);
  }
}

/** By its first bytes, whichever of them are asked for. */
async function readEncoding(source: ArtifactSource, { id }: Artifact, signal: AbortSignal): Promise<TextEncoding> {
  const { chunks } = await source.blob({ artifact: id, offset: 0, fleeting: true }, signal);
  const mark: number[] = [];
  for await (const { bytes } of chunks) {
    mark.push(...bytes.subarray(0, MARK_BYTES - mark.length));
    if (mark.length === MARK_BYTES) break;
  }
  return encodingOf(Uint8Array.from(mark));
}

/** What is told of bytes that are not sent. */
function unchanged(artifact: Artifact): Record<string, string> {
  return { ...SAFE_HEADERS, ETag: etagOf(artifact) };
}

interface Head {
  readonly status: 200 | 206;
  readonly headers: Record<string, string>;
  readonly first: number;
  readonly length: number;
}

function headOf(
  artifact: Artifact,
  headers: Head['headers'],
  range: Exclude<ByteRange, { kind: 'unsatisfiable' }>,
): Head {
  if (range.kind === 'whole') {
    const length = artifact.sizeBytes;
    return { status: 200, headers: { ...headers, 'Content-Length': String(length) }, first: 0, length };
  }
  const { first, last } = range;
  const length = last - first + 1;
  return {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(length),
      'Content-Range': `bytes ${first}-${last}/${artifact.sizeBytes}`,
    },
    first,
    length,
  };
}

type Chunks = Awaited<ReturnType<EngineApi['blob']>>['chunks'];

async function send(response: ServerResponse, { status, headers, length }: Head, chunks: Chunks): Promise<void> {
  let left = length;
  let before: Promise<void> = Promise.resolve();
  for await (const { bytes } of chunks) {
    if (!response.headersSent) response.writeHead(status, headers);
    const piece = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= piece.length;
    const taken = write(response, piece);
    await before; // one piece ahead, and no more: the memory of a piece is used again
    before = taken;
    if (left === 0 || response.destroyed) break;
  }
  if (left > 0 && !response.destroyed) throw new DispatchError('storage', 'the content is shorter than it should be');
  if (!response.headersSent) response.writeHead(status, headers);
  response.end();
}

/** Resolves when the bytes were taken, or there is nobody who would need them. */
async function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.on('close', done);
    response.write(bytes, done);
  });
}

function matches(header: string | undefined, artifact: Artifact): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etagOf(artifact));
}

/** An answer that has begun can only be broken off: whoever reads it misses bytes, and knows it. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = asDispatchError(thrown);
  const status = error.details?.removed === undefined ? statusOf(error.code) : 410;
  const text = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  answer(response, status, { ...SAFE_HEADERS, ...(status === 503 ? { 'Retry-After': '5' } : {}) }, text);
}

function statusOf(code: ErrorCode): number {
  if (code === 'not-found') return 404;
  if (code === 'refused') return 403;
  if (code === 'unavailable' || code === 'timeout' || code === 'cancelled') return 503;
  if (code === 'internal') return 500;
  return 502;
}

/** A sentence in plain text, or nothing. */
export function answer(response: ServerResponse, status: number, headers: Record<string, string>, text?: string): void {
  const body = text === undefined ? undefined : `${text.replace(/\p{Cc}/gu, ' ')}\n`;
  const described = body === undefined ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
  response.writeHead(status, { ...headers, ...described });
  response.end(body);
}
