// What a peer stream carries, however it is cut and whatever else is sent: messages come out as they went in, and anything that is
// not one is a DispatchError and costs no memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { DispatchError } from '../../src/core/errors.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import { batchFrame, bytesHeader, END_FRAME, failureFrame, readBulkFrame } from '../../src/net/bulk-frames.ts';
import { check, decodeMessage } from '../../src/net/json-message.ts';
import { createMessageReader, frameMessage } from '../../src/net/message-reader.ts';
import {
  HELLO,
  logBatchOf,
  NOTIFICATIONS,
  OPENINGS,
  PEER_PARAMS,
  PEER_RESULTS,
  STREAM_ANSWER,
} from '../../src/protocol/peer-schemas.ts';

const LIMIT = 4096;
const DEVICE = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceId;

/** Splits at the given places, wherever they fall. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

function readAll(pieces: readonly Uint8Array[], limit = LIMIT): Buffer[] {
  const messages: Buffer[] = [];
  const read = createMessageReader((message) => messages.push(Buffer.from(message)), limit);
  for (const piece of pieces) read(piece);
  return messages;
}

describe('messages', () => {
  const message = fc.uint8Array({ maxLength: 300 });

  it('come out as they went in, however their bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((one) => frameMessage([one])));
        const got = readAll(split(bytes, cuts));
        expect(got.length).toBe(messages.length);
        got.forEach((one, index) => {
          if (!one.equals(messages[index] ?? Buffer.alloc(0))) throw new Error(`message ${index} is another one`);
        });
      }),
      { numRuns: 20_000 },
    );
  });

  it('give messages or one error, which stays, for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (pieces) => {
        const read = createMessageReader(() => {}, LIMIT);
        let fault: unknown;
        for (const piece of pieces) {
          try {
            read(piece);
            if (fault !== undefined) throw new Error('it read on after a fault');
          } catch (error) {
            if (!(error instanceof DispatchError) || error.code !== 'too-large') throw error;
            if (fault !== undefined && fault !== error) throw new Error('the fault became another one');
            fault = error;
          }
        }
      }),
      { numRuns: 40_000 },
    );
  });

  it('cost no memory before their bytes are there', () => {
    const announced = frameMessage([]);
    announced.writeUInt32BE(1024 * 1024 * 1024, 0);
    const before = process.memoryUsage().arrayBuffers;
    for (let many = 0; many < 100; many++) readAll([announced, Buffer.from('x')], 2 ** 31);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('frames of a stream', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 100 }), fc.jsonValue(), (offset, bytes, value) => {
        const raw = readBulkFrame(Buffer.concat([bytesHeader(offset), bytes]));
        expect(raw.kind === 'bytes' && raw.chunk.offset === offset && Buffer.from(bytes).equals(raw.chunk.bytes)).toBe(
          true,
        );
        const batch = readBulkFrame(Buffer.concat(batchFrame(value)));
        if (batch.kind !== 'batch' || JSON.stringify(batch.value) !== JSON.stringify(value))
          throw new Error('another batch');
      }),
      { numRuns: 5000 },
    );
    expect(readBulkFrame(END_FRAME)).toEqual({ kind: 'end' });
    const error = new DispatchError('storage', 'no disk', { hint: 'buy one', retryable: true });
    expect(readBulkFrame(Buffer.concat(failureFrame(error)))).toMatchObject({ kind: 'failure', error: error.toWire() });
  });

  it('are frames or an error, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readBulkFrame(bytes);
        } catch (error) {
          if (!(error instanceof DispatchError) || error.code !== 'invalid') throw error;
        }
      }),
      { numRuns: 30_000 },
    );
  });
});

describe('JSON from another device', () => {
  const schemas: ZodType[] = [
    HELLO,
    STREAM_ANSWER,
    logBatchOf(DEVICE),
    ...Object.values(NOTIFICATIONS),
    ...Object.values(OPENINGS),
    ...Object.values(PEER_PARAMS),
    ...Object.values(PEER_RESULTS),
  ];

  it('fits or is an error, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), (value, which) => {
        try {
          check(
            decodeMessage(Buffer.from(JSON.stringify(value))),
            schemas[which % schemas.length] ?? HELLO,
            'a message',
          );
        } catch (error) {
          if (!(error instanceof DispatchError) || error.code !== 'invalid') throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('is an error where it is none', () => {
    for (const bytes of [Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)]) {
      expect(() => decodeMessage(bytes)).toThrow(DispatchError);
    }
  });
});
