import { describe, expect, it } from 'vitest';
import { MASK, maskSecrets } from '../../../src/core/secrets.ts';

const SECRET = 'Zq8vR4nT2mKp9xW1';

describe('masking secrets', () => {
  it.each([
    ['a.', 'a'],
    ['eyJ-', ''],
    ['token', ''],
    ['a://', ''],
    ['-----BEGIN PRIVATE KEY-----', ''],
    ['-', 'password'],
  ])('takes a megabyte of %j in its stride', (piece, end) => {
    // Quadratic matching would take hours here, and the test would time out.
    expect(maskSecrets(piece.repeat(1_000_000 / piece.length) + end)).toBeDefined();
  });

  it.each([
    `curl -H "Authorization: Bearer ${SECRET}"`,
    `curl https://me:${SECRET}@example.org/x`,
    `PASSWORD=${SECRET} ./deploy`,
    `export API_KEY='${SECRET}'`,
    `mysql --password=${SECRET} db`,
    `tool --token ${SECRET} go`,
    `tool --api-key "${SECRET}"`,
    `GITHUB_TOKEN=${SECRET}`,
    `!TOKEN=${SECRET}; run`,
    `curl -u bob:${SECRET} https://example.org`,
    `DB_PASS=${SECRET} ./serve`,
    `SECRET_KEY=${SECRET}`,
    `AWS_SECRET_ACCESS_KEY=${SECRET}`,
    `(SECRET=${SECRET})`,
    `{"password": "${SECRET}"}`,
  ])('hides the whole secret in %j', (text) => {
    const masked = maskSecrets(text);
    expect(masked).toContain(MASK);
    expect(masked).not.toContain(SECRET);
    expect(masked).not.toContain(SECRET.slice(0, 5));
    expect(masked).not.toContain(SECRET.slice(-5));
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
  ])('leaves %j alone', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });
});
