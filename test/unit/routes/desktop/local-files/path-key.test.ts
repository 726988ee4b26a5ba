// How the disks of three systems tell names apart, as a pure function: what is one file there has one key.
import { describe, expect, it } from 'vitest';
import { pathKey } from '../../../../../src/routes/desktop/local-files/path-key.ts';

describe('macOS', () => {
  it.each([
    '/Users/me/.ssh',
    '/users/ME/.SSH',
    '/Users/me/.s\u200csh',
    '/Users/me/.ss\u202eh',
    '/Users/me/\ufeff.ssh',
    '/Users/me/.\u017fsh', // long s
    '/Users/me/.s\u017fh',
  ])('takes %j for ~/.ssh', (path) => {
    expect(pathKey(path, 'darwin')).toBe('/users/me/.ssh');
  });

  it.each([
    ['\u00c4', 'a\u0308'],
    ['\u212aeys', 'keys'],
    ['\ufb01sh', 'FISH'],
    ['stra\u00dfe', 'STRASSE'],
    ['\u1e9e', 'ss'],
    ['\u03a3', '\u03c2'],
  ])('takes %j and %j for one', (one, other) => {
    expect(pathKey(one, 'darwin')).toBe(pathKey(other, 'darwin'));
  });

  it.each(['/Users/me/.sshx', '/Users/me/ssh', '/Users/me/.s-sh', '/Users/me/.ssh '])(
    'tells %j from ~/.ssh',
    (path) => {
      expect(pathKey(path, 'darwin')).not.toBe('/users/me/.ssh');
    },
  );
});

describe('Windows', () => {
  it.each([
    'C:\\Users\\me\\.ssh',
    'c:/users/ME/.SSH',
    'C:\\Users\\me\\.ssh.',
    'C:\\Users\\me\\.ssh. .',
    'C:\\Users.\\me \\.ssh',
    'C:\\Users\\me\\.ssh::$INDEX_ALLOCATION',
    'C:\\Users\\me\\.ssh:$I30:$INDEX_ALLOCATION',
  ])('takes %j for ~/.ssh', (path) => {
    expect(pathKey(path, 'win32')).toBe('c:/users/me/.ssh');
  });

  it.each(['C:\\Users\\me\\ssh', 'C:\\Users\\me\\.sshx', 'D:\\Users\\me\\.ssh'])('tells %j from it', (path) => {
    expect(pathKey(path, 'win32')).not.toBe('c:/users/me/.ssh');
  });
});

describe('Linux', () => {
  it.each(['/home/me/.SSH', '/home/me/.ssh.', '/home/me/.ssh ', '/home/me\\.ssh', '/home/me/.s\u200csh'])(
    'tells %j from ~/.ssh',
    (path) => {
      expect(pathKey(path, 'linux')).toBe(path);
    },
  );
});
