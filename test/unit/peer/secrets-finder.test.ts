import { describe, expect, it, vi } from 'vitest';
import { MASK } from '../../../src/core/secrets.ts';
import { createSecretFinder, LONGEST_TEXT } from '../../../src/peer/secrets/finder.ts';
import { createFind, loadRules } from '../../../src/peer/secrets/rules.ts';
import { tokens } from '../../fixtures/tokens.ts';

const finder = createSecretFinder();
const kinds = new Map(tokens().map(({ kind, token }) => [kind, token]));

function tokenOf(kind: string): string {
  const token = kinds.get(kind);
  if (token === undefined) throw new Error(`no ${kind}`);
  return token;
}

describe('the rules of secretlint', () => {
  it('are loaded, and find what they know', async () => {
    const find = await loadRules();
    for (const kind of ['Figma token', 'Tailscale key', 'Groq key', 'GitHub installation token', 'Vercel token']) {
      const text = `use ${tokenOf(kind)} now`;
      expect(
        find(text).map(([start, end]) => text.slice(start, end)),
        kind,
      ).toContain(tokenOf(kind));
    }
  });

  it('cannot be switched off by the text that they look at', async () => {
    const find = await loadRules();
    const token = tokenOf('Figma token');
    expect(find(`# secretlint-disable\n${token} # secretlint-disable-line`)).not.toEqual([]);
  });

  it('mask the whole value where they say where the name begins', async () => {
    const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz';
    const find = await loadRules();
    const text = `aws_secret_access_key${' '.repeat(60)}=${' '.repeat(60)}${key} ls`;
    const found = find(text).map(([start, end]) => text.slice(start, end));
    expect(found).toContain(key);
    expect(found.join('')).not.toContain('ls');
  });

  it('hide no more than a word, whatever they say', () => {
    const greedy = createFind([
      {
        messages: {},
        meta: { id: 'x', type: 'scanner', recommended: true, supportedContentTypes: ['text'] },
        create: (context) => ({
          file: ({ content }) =>
            context.report({
              message: { message: '', messageId: '', data: { ALL: content } },
              range: [0, content.length],
            }),
        }),
      },
    ]);
    expect(greedy('secret1234; rm -rf ~')).toEqual([[0, 'secret1234'.length]]);
  });
});

describe('finding secrets', () => {
  it('masks the password of an address, and leaves its host to see', async () => {
    expect(await finder.mask('psql postgres://app:Zq8vR4nT2m@db.example.org/prod')).toBe(
      `psql postgres://app:${MASK}@db.example.org/prod`,
    );
  });

  it('masks the values that this device keeps, wherever they stand', async () => {
    const withKnown = createSecretFinder({ known: async () => ['plainword', 'abc'] });
    expect(await withKnown.mask('say plainword and abc')).toBe(`say ${MASK} and abc`);
  });

  it('asks for the values anew each time', async () => {
    let values = ['first-value'];
    const withKnown = createSecretFinder({ known: async () => values });
    expect(await withKnown.mask('first-value second-value')).toBe(`${MASK} second-value`);
    values = ['second-value'];
    expect(await withKnown.mask('first-value second-value')).toBe(`first-value ${MASK}`);
  });

  it('masks the whole of what it cannot look at, says so, and tells of it', async () => {
    const onFault = vi.fn();
    const broken = createSecretFinder({
      load: async () => () => {
        throw new Error('a rule broke');
      },
      onFault,
    });
    const masked = await broken.mask('echo hello');
    expect(masked).toBe(`${MASK} (all of it is masked: it could not be examined)`);
    expect(await broken.mask(masked)).toBe(masked);
    expect(onFault).toHaveBeenCalledTimes(1);
  });

  it('tries again to load what could not be loaded', async () => {
    const load = vi.fn(async () => createFind([]));
    load.mockRejectedValueOnce(new Error('no such file'));
    const late = createSecretFinder({ load });
    expect(await late.mask('echo hello')).toContain(MASK);
    expect(await late.mask('echo hello')).toBe('echo hello');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('never rejects when it is loaded before it is needed', async () => {
    const onFault = vi.fn();
    const broken = createSecretFinder({ load: () => Promise.reject(new Error('no such file')), onFault });
    await broken.preload();
    expect(onFault).toHaveBeenCalledTimes(1);
  });

  it('masks the whole of a text that is too long', async () => {
    expect(await finder.mask('a'.repeat(LONGEST_TEXT + 1))).toBe(
      `${MASK} (all of it is masked: it is too long to be examined)`,
    );
  });

  it.each([
    'a',
    'https://a:',
    'mongodb://a:',
    'xoxb-a-',
    'SG.a.',
    '-----BEGIN PRIVATE KEY-----',
    'ops_ey',
    'sk-',
    'glc_',
  ])('takes a megabyte of %j in its stride', async (piece) => {
    expect(await finder.mask(piece.repeat(1_000_000 / piece.length))).toBeDefined();
  });
});
