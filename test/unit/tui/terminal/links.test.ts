import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellGrid, DEFAULT_ATTR } from '../../../../src/tui/terminal/cells.ts';
import { isLink, knowsLinks, linkTarget } from '../../../../src/tui/terminal/links.ts';

describe('an address', () => {
  it.each([
    ['https://a.example/b?c=d#e', 'https://a.example/b?c=d#e'],
    ['HTTP://A.example', 'http://a.example/'],
    ['https://a.example/x;y z', 'https://a.example/x%3By%20z'],
    ['https://a.example/ü', 'https://a.example/%C3%BC'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('of the web is a link: %s', (address, target) => {
    expect(linkTarget(address)).toBe(target);
  });

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'mailto:a@b.example',
    'ssh://a.example',
    '/only/a/path',
    '',
    'https://bank.example@evil.example/',
    'https://a.example/\x1b\\\x1b]0;title\x07',
    'https://a.exa\nmple/',
    'https://a.example\\@evil.example',
    'https://a.example/\u202egnp',
    `https://a.example/${'x'.repeat(600)}`,
    `https://a.example/${'ü'.repeat(200)}`,
  ])('is no link: %j', (address) => {
    expect(linkTarget(address)).toBeUndefined();
  });

  it('is either no link, or text that nothing ends early', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (rest) => {
        const target = linkTarget(`https://a.example/${rest}`) ?? 'https://none.example/';
        expect(target).toMatch(/^https?:\/\/[\x21-\x3a\x3c-\x7e]{1,512}$/);
        expect(isLink(target)).toBe(true);
      }),
    );
  });
});

describe('cells', () => {
  const target = 'https://a.example/';
  const grid = () => {
    const made = new CellGrid(6, 1);
    made.write(0, 0, 'abcdef', DEFAULT_ATTR);
    made.link({ x: 1, y: 0, width: 9, height: 3 }, target);
    return made;
  };

  it('lead somewhere until something else stands there', () => {
    const made = grid();
    expect([...made.links.keys()]).toEqual([1, 2, 3, 4, 5]);
    made.write(2, 0, '漢', DEFAULT_ATTR);
    expect([...made.links.keys()]).toEqual([1, 4, 5]);
    made.fill({ x: 5, y: 0, width: 1, height: 1 }, ' ', DEFAULT_ATTR);
    expect([...made.links.keys()]).toEqual([1, 4]);
    made.clear(DEFAULT_ATTR);
    expect(made.links.size).toBe(0);
  });

  it('take their links along when they are copied', () => {
    const copy = grid();
    const source = new CellGrid(3, 1);
    source.link({ x: 2, y: 0, width: 1, height: 1 }, 'http://b.example/');
    copy.blit(source, 0, 0);
    expect([...copy.links]).toEqual([
      [2, 'http://b.example/'],
      [3, target],
      [4, target],
      [5, target],
    ]);
  });

  it('lead nowhere but to the web', () => {
    const made = new CellGrid(2, 1);
    made.link({ x: 0, y: 0, width: 2, height: 1 }, 'https://a.example/\x1b\\');
    expect(made.links.size).toBe(0);
  });
});

it.each([
  [{ TERM: 'xterm-256color' }, true],
  [{ TERM: 'tmux-256color', TMUX: '/tmp/t,1,0' }, true],
  [{ TERM: 'screen-256color', TMUX: '/tmp/t,1,0' }, true],
  [{ TERM: 'screen-256color' }, false],
  [{ TERM: 'linux' }, false],
  [{ TERM: 'vt220' }, false],
  [{ TERM: 'vte-256color' }, true],
  [{}, false],
])('links in a terminal of %j: %s', (env, known) => {
  expect(knowsLinks(env)).toBe(known);
});
