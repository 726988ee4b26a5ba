import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authorityFile, cookieFor } from '../../../../../src/routes/desktop/desktop-automation/x11/authority.ts';
import { parseDisplay } from '../../../../../src/routes/desktop/desktop-automation/x11/display-address.ts';
import { readSetup } from '../../../../../src/routes/desktop/desktop-automation/x11/setup.ts';
import { inPieces } from '../../../../../src/routes/desktop/desktop-automation/x11/spare-keys.ts';

describe('names of displays', () => {
  test.each([
    [':0', { number: 0, screen: 0, socket: { path: '/tmp/.X11-unix/X0' } }],
    [':12.1', { number: 12, screen: 1, socket: { path: '/tmp/.X11-unix/X12' } }],
    ['unix:3', { number: 3, screen: 0, socket: { path: '/tmp/.X11-unix/X3' } }],
    ['localhost:10.0', { number: 10, screen: 0, socket: { host: 'localhost', port: 6010 } }],
  ])('%s', (name, address) => {
    expect(parseDisplay(name)).toEqual(address);
  });

  test.each(['', '0', 'host', ':', ':x', ':99999', '../etc/passwd:0', 'a:0:1'])('%j is none', (name) => {
    expect(parseDisplay(name)).toBeUndefined();
  });
});

describe('cookies', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dispatch-cookies-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const entry = (family: number, address: string, number: string, cookie: string, protocol = 'MIT-MAGIC-COOKIE-1') => {
    const words = [address, number, protocol, cookie].flatMap((text) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(text.length);
      return [length, Buffer.from(text)];
    });
    const head = Buffer.alloc(2);
    head.writeUInt16BE(family);
    return Buffer.concat([head, ...words]);
  };
  const write = (...entries: Buffer[]): string => {
    const file = join(folder, 'authority');
    writeFileSync(file, Buffer.concat(entries));
    return file;
  };

  test('are those of this machine and this display', () => {
    const file = write(
      entry(256, 'other', '0', 'of other'),
      entry(256, 'here', '1', 'of display 1'),
      entry(256, 'here', '0', 'of display 0'),
      entry(65_535, '', '', 'of all'),
      entry(256, 'here', '2', 'of another kind', 'XDM-AUTHORIZATION-1'),
    );
    expect(String(cookieFor(file, 0, 'here'))).toBe('of display 0');
    expect(String(cookieFor(file, 1, 'here'))).toBe('of display 1');
    expect(String(cookieFor(file, 2, 'here'))).toBe('of all');
  });

  test('of a file that is cut are those before the cut', () => {
    const whole = entry(65_535, '', '0', 'first');
    const file = write(whole, whole.subarray(0, 9));
    expect(String(cookieFor(file, 0, 'here'))).toBe('first');
  });

  test('are none where there is no file', () => {
    expect(cookieFor(join(folder, 'none'), 0, 'here')).toBeUndefined();
    expect(cookieFor(undefined, 0, 'here')).toBeUndefined();
  });

  test('are looked for where display managers keep them', () => {
    expect(authorityFile({ HOME: folder })).toBeUndefined();
    writeFileSync(join(folder, 'xauth_AbC'), '');
    expect(authorityFile({ HOME: join(folder, 'home'), XDG_RUNTIME_DIR: folder })).toBe(join(folder, 'xauth_AbC'));
    writeFileSync(join(folder, '.Xauthority'), '');
    expect(authorityFile({ HOME: folder, XDG_RUNTIME_DIR: folder })).toBe(join(folder, '.Xauthority'));
    expect(authorityFile({ HOME: folder, XAUTHORITY: '/named' })).toBe('/named');
  });
});

describe('what a server says first', () => {
  test('is why, where it refuses', () => {
    const why = 'No protocol specified\n';
    const bytes = Buffer.concat([Buffer.from([0, why.length, 11, 0, 0, 0, 6, 0]), Buffer.from(why)]);
    expect(() => readSetup(bytes, 0)).toThrow('No protocol specified');
  });
});

describe('pieces of a text', () => {
  test('are the whole text, and none has more characters than there are keys for', () => {
    const text = 'abc, 日本語のテキストを入力する, кириллица, ελληνικά, 🎉🚀, and the end';
    const pieces = inPieces(text);
    expect(pieces.join('')).toBe(text);
    for (const piece of pieces) {
      expect(new Set(Array.from(piece).filter((character) => character > '~')).size).toBeLessThanOrEqual(12);
    }
  });

  test('are one where the keyboard has all', () => {
    expect(inPieces('all of this is on a keyboard')).toHaveLength(1);
    expect(inPieces('')).toEqual([]);
  });
});
