import { describe, expect, it } from 'vitest';
import { MASK, maskRanges, maskSecrets, mergeRanges, valueRanges, wholeToken } from '../../../src/core/secrets.ts';

const SECRET = 'Zq8vR4nT2mKp9xW1';

describe('masking secrets', () => {
  it.each([
    ['a.', 'a'],
    ['a-', ''],
    ['eyJ-', ''],
    ['token', ''],
    ['a://', ''],
    ['-----BEGIN PRIVATE KEY-----', ''],
    ['-----BEGIN PRIVATE KEY-----\nA', ''],
    ['-----BEGIN PRIVATE KEY-----\nA: b', ''],
    ['-', 'password'],
    ['password="', ''],
    ["password='", ''],
    ['password="\\', ''],
    ['password=a"', ''],
    [' -u a', ''],
    ['mysql -', ''],
  ])('takes a megabyte of %j in its stride', (piece, end) => {
    // Quadratic matching would take hours here, and the test would time out.
    expect(maskSecrets(piece.repeat(1_000_000 / piece.length) + end)).toBeDefined();
  });

  it.each([
    `curl -H "Authorization: Bearer ${SECRET}"`,
    `curl https://me:${SECRET}@example.org/x`,
    `git clone https://${SECRET}:x-oauth-basic@github.com/a/b`,
    `PASSWORD=${SECRET} ./deploy`,
    `export API_KEY='${SECRET}'`,
    `mysql --password=${SECRET} db`,
    `mysqldump -u root -p${SECRET} db`,
    `sshpass -p ${SECRET} ssh host`,
    `tool --token ${SECRET} go`,
    `tool --api-key "${SECRET}"`,
    `GITHUB_TOKEN=${SECRET}`,
    `!TOKEN=${SECRET}; run`,
    `curl -u bob:${SECRET} https://example.org`,
    `curl -u "bob:two ${SECRET}" https://example.org`,
    `curl --user 'bob:two ${SECRET}' https://example.org`,
    `DB_PASS=${SECRET} ./serve`,
    `SECRET_KEY=${SECRET}`,
    `AWS_SECRET_ACCESS_KEY=${SECRET}`,
    `AWS_SECRET_ACCESS_KEY                              = "${SECRET}"`,
    `(SECRET=${SECRET})`,
    `{"password": "${SECRET}"}`,
    `echo "{\\"password\\":\\"${SECRET}\\"}"`,
    `PASSWORD="two words ${SECRET}" ./deploy`,
    `PASSWORD="quoted \\" ${SECRET}" ./deploy`,
    `PASSWORD=half'${SECRET}' ./deploy`,
    `PASSWORD="without_an_end_${SECRET}`,
  ])('hides the whole secret in %j', (text) => {
    const masked = maskSecrets(text);
    expect(masked).toContain(MASK);
    expect(masked).not.toContain(SECRET);
    expect(masked).not.toContain(SECRET.slice(0, 5));
    expect(masked).not.toContain(SECRET.slice(-5));
    expect(maskSecrets(masked)).toBe(masked);
  });

  it.each([
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'sk-proj-abcdefghijklmnopqrstuvwxyz',
    'AKIAIOSFODNN7EXAMPLE',
    'xoxb-1234567890-abcdefghij',
  ])('knows %j by its form', (token) => {
    expect(maskSecrets(`use ${token} now`)).toBe(`use ${MASK} now`);
  });

  it.each([
    'ls -l',
    'npm test -- --runInBand',
    'git log --oneline | head -5',
    'echo the token ring',
    'make tokens',
    'cat secrets.md',
    'npm_config_cache=/home/me/.npm npm ci',
    'hf_hub_download(repo)',
    'pip install sk-learn-contrib',
    'mysql -p db',
    'docker pull registry.example.org:5000/team/image@sha256:0123',
  ])('leaves %j alone', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it.each([
    ['PASSWORD="$(rm -rf ~)" true', 'rm -rf ~'],
    ['PASSWORD=`shutdown` true', 'shutdown'],
    ['PASSWORD= shutdown now', 'shutdown'],
    ['PASSWORD=\nshutdown now', 'shutdown'],
    ['token\n"shutdown" now', 'shutdown'],
    ['basic\nshutdown-everything', 'shutdown-everything'],
    ['tool --token\nshutdown', 'shutdown'],
    ['TOKEN=x;shutdown', 'shutdown'],
    ['TOKEN=x&&shutdown', 'shutdown'],
    ['TOKEN=x|shutdown', 'shutdown'],
    ['curl -u "me:$(shutdown)" x', 'shutdown'],
    ['curl https://me:$(shutdown)@example.org', 'shutdown'],
    ["echo -----BEGIN PRIVATE KEY-----'; rm -rf ~; echo '-----END PRIVATE KEY-----", 'rm -rf ~'],
  ])('never hides what runs in %j', (text, runs) => {
    expect(maskSecrets(text)).toContain(runs);
  });

  it('leaves quotes and what stands behind them', () => {
    expect(maskSecrets('{"password": "x","user":"bob"}')).toBe(`{"password": "${MASK}","user":"bob"}`);
    expect(maskSecrets('PASSWORD="a b" ls')).toBe(`PASSWORD="${MASK}" ls`);
  });

  it.each(['\n', '\\n'])('hides a private key whose lines end with %j, with and without its end', (newline) => {
    const begin = ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' ');
    const end = ['-----END RSA PRIVATE', 'KEY-----'].join(' ');
    const body = ['Proc-Type: 4,ENCRYPTED', 'MIIEpAIBAAKCAQEA75', 'c2VjcmV0'].join(newline);
    expect(maskSecrets(`write ${[begin, body, end].join(newline)} to it`)).toBe(`write ${MASK} to it`);
    expect(maskSecrets(`write ${[begin, body].join(newline)}`)).toBe(`write ${MASK}`);
  });
});

describe('ranges', () => {
  it('become one mask where they overlap or touch', () => {
    expect(
      mergeRanges([
        [4, 6],
        [0, 2],
        [1, 4],
        [8, 8],
      ]),
    ).toEqual([[0, 6]]);
    expect(
      maskRanges('abcdefgh', [
        [0, 2],
        [2, 4],
      ]),
    ).toBe(`${MASK}efgh`);
  });

  it('hold every occurrence of a value, but not of a short one', () => {
    expect(valueRanges('aaaaa', ['aaaa'])).toEqual([
      [0, 4],
      [1, 5],
    ]);
    expect(valueRanges('abc abc', ['abc', ''])).toEqual([]);
  });

  it.each([
    ['KEY="abcdefgh" x', [6, 8], 'abcdefgh'],
    ['https://abcdefgh:x@host', [8, 10], 'abcdefgh'],
    ['run abcdefgh; rm', [4, 16], 'abcdefgh'],
    ['run abcd/efgh+ij= rm', [4, 6], 'abcd/efgh+ij='],
    ['$(abcdefgh)', [4, 5], 'abcdefgh'],
  ] as const)('are widened to the word in %j', (text, range, word) => {
    expect(text.slice(...wholeToken(text, range))).toBe(word);
  });
});
