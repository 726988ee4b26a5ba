/**
 * Streams that other devices open here: says what the service gives, at the pace of who reads, and that it is at its end. Only for
 * devices whose link is up; whether they may is for the service, which is told who asks as the connection proved it.
 */

import type { ZodType } from 'zod';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { PeerService } from '../engine/peer-ports.ts';
import type { OutputChunk } from '../protocol/api.ts';
import type { LogBatch } from '../protocol/peer-api.ts';
import {
  BLOB_PROTOCOL,
  BULK_CHUNK_BYTES,
  INPUT_PROTOCOL,
  LOG_PROTOCOL,
  MAX_BULK_MESSAGE_BYTES,
  MAX_LINK_MESSAGE_BYTES,
  OUTPUT_PROTOCOL,
  type StreamOpenings,
  TRANSFER_PROTOCOL,
} from '../protocol/peer-messages.ts';
import { OPENINGS } from '../protocol/peer-schemas.ts';
import { batchFrame, bytesHeader, END_FRAME, failureFrame, readBulkFrame } from './bulk-frames.ts';
import type { StreamChannel } from './channel.ts';
import type { NetHost } from './host.ts';
import { check, decodeMessage, encodeMessage, toWire } from './json-message.ts';

/** Who opens a stream and says nothing takes a place from others. */
const OPENING_MS = 10_000;
/** An opening holds ids and numbers. */
const MAX_OPENING_BYTES = 64 * 1024;

export interface BulkServerOptions {
  readonly host: NetHost;
  readonly service: PeerService;
  /** Aborts when the link to the device is down; rejects if it does not come up soon. */
  whileUp(device: DeviceId): Promise<AbortSignal>;
  onFault(error: DispatchError): void;
}

/** What is to be said on a stream after its answer. */
interface Served {
  readonly size?: number;
  say(signal: AbortSignal): Promise<void>;
}

export function serveBulk({ host, service, whileUp, onFault }: BulkServerOptions): void {
  const serve = <S extends keyof StreamOpenings>(
    protocol: string,
    name: S,
    maxMessageBytes: number,
    begin: (channel: StreamChannel, opening: StreamOpenings[S], signal: AbortSignal) => Promise<Served>,
  ): void => {
    const schema: ZodType<StreamOpenings[S]> = OPENINGS[name];
    const handler = async (channel: StreamChannel): Promise<void> => {
      const over = new AbortController();
      channel.gone.addEventListener('abort', () => over.abort(), { once: true });
      let answered = false;
      try {
        const message = await channel.receive(AbortSignal.timeout(OPENING_MS));
        if (message === undefined) return;
        const opening = check(decodeMessage(message), schema, 'the opening of a stream');
        const signal = AbortSignal.any([over.signal, await whileUp(channel.remote)]);
        signal.addEventListener('abort', () => channel.abort('the link is down'), { once: true });
        const { size, say } = await begin(channel, opening, signal);
        answered = true;
        await channel.send(encodeMessage({ ok: true, ...(size === undefined ? {} : { size }) }));
        await say(signal);
        await channel.send(END_FRAME);
      } catch (thrown) {
        if (channel.gone.aborted) return;
        const error = asDispatchError(thrown);
        if (error.code === 'internal') onFault(error);
        if (answered) await channel.sendParts(failureFrame(error));
        else await channel.send(encodeMessage({ ok: false, error: toWire(error) }));
      } finally {
        over.abort();
      }
    };
    host.serve(protocol, handler, { maxMessageBytes });
  };

  serve(LOG_PROTOCOL, 'log', MAX_OPENING_BYTES, (channel, { after }, signal) =>
    Promise.resolve({ say: () => sayLog(channel, service.log(channel.remote, { after }, signal)) }),
  );
  serve(OUTPUT_PROTOCOL, 'output', MAX_OPENING_BYTES, async (channel, opening, signal) => {
    const { size, chunks } = await service.output(channel.remote, opening, signal);
    return { size, say: () => sayBytes(channel, chunks) };
  });
  serve(BLOB_PROTOCOL, 'blob', MAX_OPENING_BYTES, async (channel, opening, signal) => {
    const { sizeBytes, chunks } = await service.blob(channel.remote, opening, signal);
    return { size: sizeBytes, say: () => sayBytes(channel, chunks) };
  });
  serve(TRANSFER_PROTOCOL, 'transfer', MAX_OPENING_BYTES, async (channel, opening, signal) => {
    const { chunks } = await service.transfer(channel.remote, opening, signal);
    return { say: () => sayBytes(channel, placed(chunks)) };
  });
  serve(INPUT_PROTOCOL, 'input', MAX_BULK_MESSAGE_BYTES, async (channel, opening, signal) => {
    const target = await service.input(channel.remote, opening, signal);
    return { say: () => takeInput(channel, target) };
  });
}

async function sayBytes(channel: StreamChannel, chunks: AsyncIterable<OutputChunk>): Promise<void> {
  for await (const { offset, bytes } of chunks) {
    for (let from = 0; from < bytes.byteLength; from += BULK_CHUNK_BYTES) {
      await channel.sendBody(bytesHeader(offset + from), bytes.subarray(from, from + BULK_CHUNK_BYTES));
    }
  }
}

async function* placed(chunks: AsyncIterable<Uint8Array>): AsyncIterable<OutputChunk> {
  let offset = 0;
  for await (const bytes of chunks) {
    yield { offset, bytes };
    offset += bytes.byteLength;
  }
}

async function sayLog(channel: StreamChannel, batches: AsyncIterable<LogBatch>): Promise<void> {
  for await (const batch of batches) {
    for (const frame of fitting(batch)) await channel.sendParts(frame);
  }
}

/** In pieces that the other side takes: a page of long tasks may be longer than one message. */
function fitting(batch: LogBatch): Buffer[][] {
  const frame = batchFrame(batch);
  const length = frame.reduce((sum, part) => sum + part.byteLength, 0);
  const { events } = batch;
  if (length <= MAX_LINK_MESSAGE_BYTES || events.length < 2) return [frame];
  const half = events.slice(0, Math.floor(events.length / 2));
  const upTo = half.at(-1)?.seq ?? batch.upTo;
  return [...fitting({ ...batch, events: half, upTo }), ...fitting({ ...batch, events: events.slice(half.length) })];
}

async function takeInput(channel: StreamChannel, target: Awaited<ReturnType<PeerService['input']>>): Promise<void> {
  let ended = false;
  try {
    for (;;) {
      const message = await channel.receive();
      if (message === undefined) return;
      const frame = readBulkFrame(message);
      if (frame.kind === 'end') {
        ended = true;
        await target.end();
        return;
      }
      if (frame.kind !== 'bytes') {
        throw new DispatchError('invalid', 'the other device sent a frame that is no input', {
          hint: 'the two may be of versions that do not fit: update Dispatch on both',
        });
      }
      await target.write(frame.chunk.bytes);
    }
  } finally {
    if (!ended) target.close();
  }
}
