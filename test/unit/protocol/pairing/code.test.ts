import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatCode, parseCode } from '../../../../src/protocol/pairing/code.ts';
import { checksOf, findTypos } from '../../../../src/protocol/pairing/code-check.ts';
import { deviceOf, fingerprintOf } from '../../../../src/protocol/pairing/device-key.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DEVICE = deviceOf(Buffer.alloc(32, 7));
const CODE = formatCode(DEVICE, Buffer.from([1, 2, 3, 4, 5]));

function groups(code = CODE): string[] {
  return code.split('-');
}

function shifted(character: string, by: number): string {
  return ALPHABET[(ALPHABET.indexOf(character) + by) % ALPHABET.length] ?? '';
}

function refusalOf(typed: string): string {
  try {
    parseCode(typed);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a typed code', () => {
  test('is the fingerprint and the secret, and stays the same for ever', () => {
    expect(CODE).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(CODE).toBe('7CEQ-3EK1-QWH7-CEY0-0410-6105-E79N');
    expect(parseCode(CODE)).toEqual({ fingerprint: fingerprintOf(DEVICE), secret: Buffer.from([1, 2, 3, 4, 5]) });
  });

  test.each([
    CODE.toLowerCase(),
    CODE.replaceAll('-', ''),
    CODE.replaceAll('-', ' '),
    ` ${CODE.replaceAll('-', ' – ')} \n`,
    CODE.replaceAll('0', 'o').replaceAll('1', 'i'),
    CODE.replaceAll('0', 'O').replaceAll('1', 'L'),
    CODE.replaceAll('-', '').replace(/(.{3})/g, '$1 '),
  ])('may be typed as %j', (typed) => {
    expect(parseCode(typed)).toEqual(parseCode(CODE));
  });

  test('with any one wrong character names its group', () => {
    for (let at = 0; at < CODE.length; at += 1) {
      if (CODE[at] === '-') continue;
      for (const wrong of ALPHABET) {
        if (wrong === CODE[at]) continue;
        const typed = CODE.slice(0, at) + wrong + CODE.slice(at + 1);
        expect(() => parseCode(typed)).toThrow(new RegExp(`^group ${Math.floor(at / 5) + 1} of the code has a typo$`));
      }
    }
  });

  test('with two wrong characters, wherever they are, names the one or two groups', () => {
    const plain = [...CODE.replaceAll('-', '')];
    const others: string[] = [];
    for (let one = 0; one < plain.length; one += 1) {
      for (let other = one + 1; other < plain.length; other += 1) {
        for (let shift = 1; shift < ALPHABET.length; shift += 1) {
          const typed = plain.map((character, at) =>
            at === one || at === other ? shifted(character, shift) : character,
          );
          const [first, second] = [Math.floor(one / 4) + 1, Math.floor(other / 4) + 1];
          const named =
            first === second
              ? `group ${first} of the code has a typo`
              : `groups ${first} and ${second} of the code have a typo`;
          const said = refusalOf(typed.join(''));
          if (said !== named) others.push(`${typed.join('')}: ${said}`);
        }
      }
    }
    // Groups in each other's place are the likelier slip, and in one of these 11,718 codes they explain it too.
    expect(others).toEqual(['7CEQ3ES1QWH7CEY004106165E79N: groups 2 and 4 of the code changed places']);
  });

  test('with two neighbours that changed places names the group', () => {
    const parts = groups();
    const at = parts.findIndex((part) => part[1] !== part[2]);
    parts[at] = [...(parts[at] ?? '')].map((_, index, all) => all[[0, 2, 1, 3][index] ?? 0]).join('');
    expect(() => parseCode(parts.join('-'))).toThrow(new RegExp(`^group ${at + 1} of the code has a typo$`));
  });

  test('with two groups that changed places names both', () => {
    const [a, b, c, ...rest] = groups();
    expect(() => parseCode([c, b, a, ...rest].join('-'))).toThrow(/^groups 1 and 3 of the code changed places$/);
  });

  test('with a group that is too short or too long names it', () => {
    for (const [change, length] of [
      [(part: string) => part.slice(1), 3],
      [(part: string) => `${part}7`, 5],
    ] as const) {
      const parts = groups();
      parts[4] = change(parts[4] ?? '');
      expect(() => parseCode(parts.join(' '))).toThrow(
        `group 5 of the code has a typo: it has ${length} characters and not 4`,
      );
    }
    expect(() => parseCode(CODE.replaceAll('-', '').slice(2))).toThrow(/^the code has 26 characters and not 28$/);
    expect(() => parseCode(`${CODE}-${CODE}`)).toThrow(/^the code has 56 characters and not 28$/);
  });

  test('with a character that no code has names the group', () => {
    const parts = groups();
    parts[5] = `${parts[5]?.slice(0, 3)}U`;
    for (const typed of [parts.join('-'), parts.join('')]) {
      expect(() => parseCode(typed)).toThrow('group 6 of the code has a typo: it holds a character that no code has');
    }
    expect(() => parseCode('ünïcödé')).toThrow(/^group 1 of the code has a typo/);
  });

  test('with nothing right in it is refused', () => {
    expect(() => parseCode('')).toThrow('nothing was typed where a code was expected');
    expect(() => parseCode(' - - ')).toThrow('nothing was typed where a code was expected');
    expect(() => parseCode('dispatch1:abc')).toThrow('that is a ticket and not a code');
    for (const words of ['bonus', 'bonus LOTUS', 'bonus lotus tiger zone']) {
      expect(() => parseCode(words)).toThrow('that is a word to compare and not a code');
    }
  });

  test('is never taken with three or more wrong characters in a group, but for one in a million', () => {
    let taken = 0;
    for (let round = 0; round < 1000; round += 1) {
      const parts = groups();
      parts[round % 7] = [...randomBytes(4)].map((byte) => ALPHABET[byte & 31]).join('');
      if (parts.join('-') === CODE) continue;
      try {
        parseCode(parts.join('-'));
        taken += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid' });
      }
    }
    expect(taken).toBeLessThanOrEqual(1);
  });
});

test('the checks of no code fit another that differs in up to four characters', () => {
  for (let round = 0; round < 3000; round += 1) {
    const values = [...randomBytes(24)].map((byte) => byte & 31);
    const whole = [...values, ...checksOf(values)];
    expect(findTypos(whole)).toEqual([]);
    const changed = [...whole];
    for (const byte of randomBytes(1 + (round % 4)))
      changed[byte % 28] = ((changed[byte % 28] ?? 0) + 1 + (byte & 15)) & 31;
    if (changed.join() !== whole.join()) expect(findTypos(changed)).not.toEqual([]);
  }
});
