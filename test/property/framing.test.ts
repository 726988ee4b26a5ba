import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../src/core/errors.ts';
import {
  createFrameReader,
  encodeCredit,
  encodeJson,
  encodeRawHeader,
  type Frame,
  MAX_FRAME_BYTES,
} from '../../src/protocol/framing.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const sent = fc.oneof(
  fc.record({ kind: fc.constant('json' as const), value: fc.jsonValue() }),
  fc.record({ kind: fc.constant('credit' as const), stream: u32, bytes: u32 }),
  fc.record({
    kind: fc.constant('raw' as const),
    stream: u32,
    offset: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 2 ** 20 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
);
type Sent = typeof sent extends fc.Arbitrary<infer T> ? T : never;

function encode(frame: Sent): Buffer {
  if (frame.kind === 'json') return encodeJson(frame.value);
  if (frame.kind === 'credit') return encodeCredit(frame.stream, frame.bytes);
  return Buffer.concat([encodeRawHeader(frame.stream, frame.offset, frame.bytes.length), frame.bytes]);
}

/** Splits at the given places, wherever they fall. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** The frames, with the pieces of a raw frame put together again. */
function readAll(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const read = createFrameReader((frame) => {
    const last = frames.at(-1);
    const continues =
      frame.kind === 'raw' &&
      last?.kind === 'raw' &&
      last.stream === frame.stream &&
      last.offset + last.bytes.length === frame.offset;
    if (continues) frames[frames.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, frame.bytes]) };
    else frames.push(frame.kind === 'raw' ? { ...frame, bytes: Buffer.from(frame.bytes) } : frame);
  });
  for (const chunk of chunks) read(Buffer.from(chunk));
  return frames;
}

describe('frames', () => {
  it('come out as they went in, however their bytes are split', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encode));
        const whole = readAll([bytes]);
        expect(readAll(split(bytes, cuts))).toEqual(whole);
        expect(readAll([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
        const texts = whole.flatMap((frame) => (frame.kind === 'json' ? [JSON.parse(frame.text)] : []));
        expect(texts).toEqual(
          frames.flatMap((frame) => (frame.kind === 'json' ? [JSON.parse(JSON.stringify(frame.value))] : [])),
        );
        const credits = whole.filter((frame) => frame.kind === 'credit');
        expect(credits).toEqual(frames.filter((frame) => frame.kind === 'credit'));
        const raw = Buffer.concat(whole.flatMap((frame) => (frame.kind === 'raw' ? [frame.bytes] : [])));
        expect(raw).toEqual(Buffer.concat(frames.flatMap((frame) => (frame.kind === 'raw' ? [frame.bytes] : []))));
      }),
    );
  });

  it('give each piece of raw bytes the place where it belongs', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (start, bytes, cuts) => {
          const offset = Math.min(start, Number.MAX_SAFE_INTEGER - bytes.length);
          const frame = Buffer.concat([encodeRawHeader(7, offset, bytes.length), bytes]);
          const seen = Buffer.alloc(bytes.length);
          const read = createFrameReader((piece) => {
            if (piece.kind === 'raw') seen.set(piece.bytes, piece.offset - offset);
          });
          for (const chunk of split(frame, cuts)) read(chunk);
          expect(seen).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it('are refused with a DispatchError where they are none, and ever after, with bounded memory', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 10 }), (garbage) => {
        let kept = 0;
        const read = createFrameReader((frame) => {
          kept += frame.kind === 'json' ? frame.text.length : 0;
        });
        let fault: unknown;
        for (const chunk of garbage) {
          try {
            read(Buffer.from(chunk));
            expect(chunk.length === 0 || fault === undefined).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(DispatchError);
            expect(fault ?? error).toBe(error);
            fault = error;
          }
        }
        expect(kept).toBeLessThanOrEqual(garbage.reduce((sum, chunk) => sum + chunk.length, 0));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a frame of', () => {
  const header = (length: number, kind: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt32BE(length);
    bytes[4] = kind;
    return bytes;
  };
  const refusal = (bytes: Buffer): DispatchError => {
    try {
      createFrameReader(() => {})(bytes);
    } catch (error) {
      return error as DispatchError;
    }
    throw new Error('it was taken');
  };

  it('1 GiB is refused by its length alone', () => {
    expect(refusal(header(2 ** 30, 0))).toMatchObject({ code: 'too-large' });
    expect(refusal(header(MAX_FRAME_BYTES + 1, 1))).toMatchObject({ code: 'too-large' });
  });
  it('no length, an unknown kind, or too few bytes for its kind is refused', () => {
    for (const [length, kind] of [
      [0, 0],
      [5, 3],
      [5, 255],
      [1, 0],
      [12, 1],
      [8, 2],
      [10, 2],
    ] as const) {
      expect(refusal(header(length, kind))).toMatchObject({ code: 'invalid' });
    }
  });
  it('the greatest length costs memory only as it arrives', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 64 }, () => {
      const read = createFrameReader(() => {});
      read(Buffer.concat([header(MAX_FRAME_BYTES, 0), Buffer.alloc(10)]));
      return read;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 256 * 1024);
    expect(readers).toHaveLength(64);
  });
  it('text that is not UTF-8 is refused, and so is an offset beyond what a number can hold', () => {
    expect(refusal(Buffer.concat([header(3, 0), Buffer.of(0xc3, 0x28)]))).toMatchObject({ code: 'invalid' });
    const raw = encodeRawHeader(1, 0, 1);
    raw.writeBigUInt64BE(2n ** 53n, 9);
    expect(refusal(raw)).toMatchObject({ code: 'invalid' });
  });
  it('more than the other side takes is refused before it is sent', () => {
    expect(() => encodeJson({ text: 'x'.repeat(MAX_FRAME_BYTES) })).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
    expect(encodeJson('x'.repeat(100), 200)).toHaveLength(107);
  });
});
