import { expect, it } from 'vitest';
import { shown, sizeText } from '../../../../../src/routes/desktop/local-files/shown.ts';

it.each([
  ['plain name.txt', 'plain name.txt'],
  ['名前 🎉 ñ', '名前 🎉 ñ'],
  ['a\nb\tc', 'a\\nb\\tc'],
  ['a\rb\u0000\u007f', 'a\\u{d}b\\u{0}\\u{7f}'],
  ['\u001b]52;c;x\u0007', '\\u{1b}]52;c;x\\u{7}'],
  ['\u009b31m', '\\u{9b}31m'],
  ['gnp\u202eexe', 'gnp\\u{202e}exe'],
  ['zero\u200bwidth\u2066', 'zero\\u{200b}width\\u{2066}'],
  ['line\u2028paragraph\u2029', 'line\\u{2028}paragraph\\u{2029}'],
  ['\ufffd', '\\u{fffd}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
])('%j is shown as %j', (name, expected) => {
  expect(shown(name)).toBe(expected);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1234, '1.2 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [50e9, '50 GB'],
  [Number.MAX_SAFE_INTEGER, '9.0 PB'],
])('%d bytes are %s', (size, expected) => {
  expect(sizeText(size)).toBe(expected);
});
