// Frames survive however the bytes of a pipe are cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createFrameReader,
  decodeFile,
  encodeFile,
  encodeFrame,
  Frame,
} from '../../../src/cloud/code/runner-messages.ts';

test('any frames, cut anywhere', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(...Object.values(Frame)), fc.uint8Array({ maxLength: 50 })));
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(([kind, content]) => encodeFrame(kind, content)));
      const read = createFrameReader();
      const got = [];
      for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
        const length = cuts[cut % cuts.length] as number;
        got.push(...read(bytes.subarray(at, at + length)));
        at += length;
      }
      expect(got.map(({ kind, content }) => [kind, [...content]])).toEqual(
        sent.map(([kind, bytes]) => [kind, [...bytes]]),
      );
    }),
  );
});

test('a file keeps its name and its bytes', () => {
  const bytes = Buffer.from([0, 1, 255, 0]);
  expect(decodeFile(encodeFile('ö/b c.bin', bytes))).toEqual({ name: 'ö/b c.bin', bytes });
});
