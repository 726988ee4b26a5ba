import { describe, expect, test } from 'vitest';
import { createSites, isSameSite } from '../../../../../src/routes/desktop/browser-automation/sites.ts';

describe('a page that was asked for at one place and is at another', () => {
  test.each([
    ['http://example.org', 'https://example.org', true],
    ['https://example.org', 'https://www.example.org', true],
    ['http://www.example.org', 'https://example.org', true],
    ['https://example.org', 'http://example.org', false],
    ['https://example.org', 'https://example.org:8443', false],
    ['http://example.org:8080', 'https://example.org', false],
    ['https://example.org', 'https://example.org.evil.test', false],
    ['https://example.org', 'https://shop.example.org', false],
    ['https://www.example.org', 'https://www.www.example.org', false],
  ])('%s, %s: the same is %s', (asked, got, same) => {
    expect(isSameSite(asked, got)).toBe(same);
  });
});

describe('what the owner says', () => {
  const sites = createSites({
    allowed: ['https://example.org', 'https://*.example.org', 'http://localhost:*'],
    denied: ['https://ads.example.org', 'http://localhost:9'],
  });

  test.each([
    ['https://example.org/a', undefined],
    ['https://shop.example.org/', undefined],
    ['http://localhost:8080/', undefined],
    ['about:blank', undefined],
    ['https://ads.example.org/', '[browser] denied_origins has https://ads.example.org'],
    ['http://localhost:9/', '[browser] denied_origins has http://localhost:9'],
    ['http://example.org/', '[browser] allowed_origins does not have http://example.org'],
    ['https://example.org:444/', '[browser] allowed_origins does not have https://example.org:444'],
    ['https://other.test/', '[browser] allowed_origins does not have https://other.test'],
    ['http://169.254.169.254/', '169.254.169.254 is where a cloud keeps the keys of this machine'],
    ['http://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe is where a cloud keeps the keys of this machine'],
    ['http://metadata.google.internal./', 'metadata.google.internal is where a cloud keeps the keys of this machine'],
    ['https://ads.example.org./', '[browser] denied_origins has https://ads.example.org'],
    ['http://0xa9fea9fe/', '169.254.169.254 is where a cloud keeps the keys of this machine'],
    ['file:///etc/passwd', 'file: addresses are not opened'],
    ['nonsense', 'relative addresses are not opened'],
  ])('%s: %s', (url, why) => {
    expect(sites.whyNot(url)).toBe(why);
  });

  test('is told to the look-ups of the browser by host', () => {
    const [first, ...rules] = sites.resolverRules.split(', ');
    expect(first).toBe('MAP * ~NOTFOUND');
    expect(rules).toEqual(
      expect.arrayContaining([
        'EXCLUDE example.org',
        'EXCLUDE *.example.org',
        'EXCLUDE localhost',
        'MAP 169.254.169.254 ~NOTFOUND',
      ]),
    );
    expect(rules).toEqual(expect.arrayContaining(['MAP ads.example.org ~NOTFOUND', 'MAP ads.example.org. ~NOTFOUND']));
    const byPort = createSites({ allowed: [], denied: ['http://localhost:3000'] }).resolverRules;
    expect(byPort).not.toContain('localhost'); // look-ups know no ports, and there are others
    expect(createSites({ allowed: [], denied: ['http://a.test:*'] }).resolverRules).toContain('MAP a.test ~NOTFOUND');
  });
});
