import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonLine } from '../../../src/core/json-line.ts';

it('spells out what JSON lets stand and a terminal may obey', () => {
  expect(jsonLine({ a: '\x1b\x7f\x9b31m\u2028\u2029\u202e\u200b\ufeff\u{e0041}' })).toBe(
    '{"a":"\\u001b\\u007f\\u009b31m\\u2028\\u2029\\u202e\\u200b\\ufeff\\udb40\\udc41"}',
  );
});

it('gives what reads as exactly the value, on one line', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
      const value = [JSON.parse(json) as unknown, text];
      const line = jsonLine(value);
      expect(JSON.parse(line)).toEqual(value);
      expect(line).not.toMatch(/[\n\r\u2028\u2029\x80-\x9f]/);
    }),
  );
});
