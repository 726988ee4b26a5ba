import { describe, expect, it } from 'vitest';
import { placeOf, secretOf } from '../../../src/cli/pair-place.ts';

describe('a place', () => {
  it.each([
    ['gpu-box', 'gpu-box:4747'],
    ['gpu-box:5000', 'gpu-box:5000'],
    ['192.0.2.5', '192.0.2.5:4747'],
    ['192.0.2.5:1', '192.0.2.5:1'],
    ['2001:db8::1', '[2001:db8::1]:4747'],
    ['::1', '[::1]:4747'],
    ['fe80::1%eth0', '[fe80::1%eth0]:4747'],
    ['[2001:db8::1]', '[2001:db8::1]:4747'],
    ['[2001:db8::1]:65535', '[2001:db8::1]:65535'],
    ['12D3KooWABCDEFGHJKLMNPQRSTUVWXYZ', '12D3KooWABCDEFGHJKLMNPQRSTUVWXYZ'],
  ])('%s is %s', (text, place) => {
    expect(placeOf(text)).toBe(place);
  });

  it.each([
    '',
    ' ',
    'a b',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    'http://host',
    'user@host',
    '[::1',
    '[::1]:0',
    '[x',
  ])('%j is none', (text) => {
    expect(() => placeOf(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a secret', () => {
  it('that begins as tickets do, or is long, is a ticket', () => {
    expect(secretOf(['dispatch1:abc']).kind).toBe('ticket');
    expect(secretOf(['"DISPATCH1:ABC"']).kind).toBe('ticket');
    expect(secretOf(['x'.repeat(100)]).kind).toBe('ticket');
  });

  it('is a code otherwise, with its groups as they were typed', () => {
    expect(secretOf(['K3FZ-9QWE-7TYU-2PAS-5DFG-8HJK-MNBV'])).toEqual({
      kind: 'code',
      text: 'K3FZ-9QWE-7TYU-2PAS-5DFG-8HJK-MNBV',
    });
    expect(secretOf(['K3FZ', '9QWE'])).toEqual({ kind: 'code', text: 'K3FZ 9QWE' });
  });
});
