import { describe, expect, it } from 'vitest';
import { harmless } from '../../../../src/routes/cloud/printer.ts';

describe('text from a connector', () => {
  it.each([
    ['plain text, ünïcode, 日本 and 😀\n\tindented', 'plain text, ünïcode, 日本 and 😀\n\tindented'],
    ['\x1b[2Jgone', '\\x1b[2Jgone'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['\x9b31m', '\\x9b31m'],
    ['a\r\nb\rc', 'a\nb\\x0dc'],
    ['nul\0', 'nul\\x00'],
    ['\u202eevil\u2066', '\\u202eevil\\u2066'],
  ])('%j cannot steer a terminal', (text, shown) => {
    expect(harmless(text)).toBe(shown);
  });
});
