import { describe, expect, it } from 'vitest';
import {
  compilePath,
  compileWord,
  fitsWord,
  leadsInto,
  literalFolder,
  literalPath,
  literalWord,
} from '../../../../src/core/policy/patterns.ts';

describe('a word', () => {
  it.each([
    ['test', ['test'], ['tests', 'Test', '', 'tes']],
    ['test:*', ['test:', 'test:unit'], ['test', 'atest:']],
    ['*', ['', 'a', '-rf', 'a b'], []],
    ['a*b*c', ['abc', 'axbxc', 'abbcc'], ['ab', 'acb', 'abcd']],
    ['{a,b}', ['a', 'b'], ['{a,b}', 'ab', '']],
    ['x{a,b{c,d}}y', ['xay', 'xbcy', 'xbdy'], ['xby', 'xy']],
    ['{,a}b', ['b', 'ab'], ['a']],
    ['{a*,b}', ['a', 'ax', 'b'], ['bx']],
    ['{}', ['{}'], ['']],
    ['{a}', ['{a}'], ['a']],
    ['{a,b', ['{a,b'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['\\{a,b}', ['{a,b}'], ['a']],
    ['{a\\,b,c}', ['a,b', 'c'], ['a']],
    ['a\\', ['a\\'], ['a']],
    ['caf\u00e9*', ['caf\u00e9s'], ['cafe']],
    ['.', ['.'], ['a']],
  ])('%j', (pattern, fitting, others) => {
    const compiled = compileWord(pattern);
    for (const text of fitting) expect([text, fitsWord(compiled, text)]).toEqual([text, true]);
    for (const text of others) expect([text, fitsWord(compiled, text)]).toEqual([text, false]);
  });

  it('is itself when it is made literal', () => {
    for (const text of ['a*b', '{a,b}', '\\', '...', 'a\\*', '~', '*'.repeat(9)]) {
      expect(fitsWord(compileWord(literalWord(text)), text)).toBe(true);
      expect(fitsWord(compileWord(literalWord(text)), `${text}x`)).toBe(false);
    }
    expect(fitsWord(compileWord(literalWord('a*b')), 'axb')).toBe(false);
  });

  it('costs no more than its length times that of the text', () => {
    expect(fitsWord(compileWord(`${'*a'.repeat(500)}b`), 'a'.repeat(5000))).toBe(false);
  });

  it('has no more alternatives than a person can read', () => {
    expect(() => compileWord('{a,b}'.repeat(20))).toThrow(RangeError);
    expect(() => compilePath('/{a,b}'.repeat(20))).toThrow(RangeError);
  });
});

describe('a path', () => {
  it.each([
    ['/a/b', ['/a/b', '/a/b/c', '/a/b/c/d'], ['/a', '/a/bc', '/b', '/a/B']],
    ['/a/b/', ['/a/b', '/a/b/c'], ['/a']],
    ['/a/*', ['/a/b', '/a/b/c'], ['/a', '/b/c']],
    ['/a/*.ts', ['/a/x.ts', '/a/x.ts/y'], ['/a/b/x.ts', '/a/x.js']],
    ['/a/**/c', ['/a/c', '/a/b/c', '/a/b/b/c/d'], ['/a/b', '/c']],
    ['/**', ['/', '/a'], []],
    ['/', ['/', '/a/b'], []],
    ['/{a,b/c}/d', ['/a/d', '/b/c/d'], ['/b/d', '/a/c/d']],
    ['/a/\\*', ['/a/*'], ['/a/b']],
    ['~/a', [], ['/home/me/a', '/a']],
  ])('%j', (pattern, fitting, others) => {
    const compiled = compilePath(pattern);
    for (const path of fitting) expect([path, leadsInto(compiled, path)]).toEqual([path, true]);
    for (const path of others) expect([path, leadsInto(compiled, path)]).toEqual([path, false]);
  });

  it.each([
    ['/a/b/.', ['/a/b'], ['/a/b/c', '/a/b/c/d', '/a', '/a/bc', '/']],
    ['/.', ['/'], ['/a']],
    ['/a/*/.', ['/a/b'], ['/a', '/a/b/c']],
    ['/a/**/.', ['/a', '/a/b', '/a/b/c'], ['/b']],
    ['/{a/.,b}', ['/a', '/b', '/b/c'], ['/a/c']],
  ])('%j means that folder itself, where it is worked in', (pattern, fitting, others) => {
    const compiled = compilePath(pattern);
    for (const path of fitting) expect([path, leadsInto(compiled, path, 'folder')]).toEqual([path, true]);
    for (const path of others) expect([path, leadsInto(compiled, path, 'folder')]).toEqual([path, false]);
  });

  it('that ends in "/." lets in what is named in the folder, and no folder that may be further below', () => {
    const compiled = compilePath('/a/.');
    expect(leadsInto(compiled, '/a/b/c')).toBe(true);
    expect(leadsInto(compiled, '/b')).toBe(false);
    expect(leadsInto(compiled, '/a', 'below')).toBe(false);
    expect(leadsInto(compilePath('/a'), '/a/b', 'below')).toBe(true);
    for (const path of ['/', '/a*b/{c,d}']) {
      expect(leadsInto(compilePath(literalFolder(path)), path, 'folder')).toBe(true);
      expect(leadsInto(compilePath(literalFolder(path)), `${path}/x`, 'folder')).toBe(false);
    }
  });

  it('is itself when it is made literal', () => {
    for (const path of ['/a*b/{c,d}', '/a\\b', '/**']) {
      expect(leadsInto(compilePath(literalPath(path)), path)).toBe(true);
      expect(leadsInto(compilePath(literalPath(path)), '/a/b')).toBe(false);
    }
  });
});
