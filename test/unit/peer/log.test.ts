// A line of the log is one line, holds no secret, and cannot drive a terminal, whoever reads it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { MASK } from '../../../src/core/secrets.ts';
import { createPeerLog, type LogFormat, type PeerLog } from '../../../src/peer/log.ts';
import { chooseLogFormat, withoutSupervisor } from '../../../src/peer/supervisor.ts';

const FORMATS: readonly LogFormat[] = ['text', 'journal', 'json', 'json-journal'];
const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

function lines(format: LogFormat, write: (log: PeerLog) => void): string[] {
  const written: string[] = [];
  write(createPeerLog((line) => written.push(line), format));
  return written;
}

describe('as JSON', () => {
  it('has time, level, message and fields', () => {
    const [line = ''] = lines('json', (log) => log.info('a run began', { run: 'r1', at: 3 }));
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      msg: 'a run began',
      run: 'r1',
      at: 3,
    });
  });

  it('tells an error by code and hint, and one that nobody expected by its stack', () => {
    const [known = '', bug = '', odd = ''] = lines('json', (log) => {
      log.error('opening', new DispatchError('locked', 'it is held', { hint: 'wait' }));
      log.error('thinking', new TypeError('x is undefined'));
      log.error('thrown', 'a text');
    });
    expect(JSON.parse(known)).toMatchObject({
      level: 'error',
      msg: 'opening',
      err: { code: 'locked', message: 'it is held', hint: 'wait' },
    });
    expect(JSON.parse(bug).err).toEqual({
      message: 'x is undefined',
      stack: expect.stringContaining('log.test.ts'),
    });
    expect(JSON.parse(odd).err).toEqual({ message: 'a text' });
  });
});

describe('for people', () => {
  it('has the time on a terminal, and a priority instead in the journal', () => {
    const write = (log: PeerLog): void => {
      log.info('up', { address: '127.0.0.1:1', words: 'a b' });
      log.warn('open to all');
      log.error('opening', new DispatchError('locked', 'it is held', { hint: 'wait' }), { run: 'r1' });
    };
    const text = lines('text', write).map((line) => line.replace(/^\S+Z /, 'TIME '));
    expect(text).toEqual([
      'TIME info up address=127.0.0.1:1 words="a b"\n',
      'TIME warn open to all\n',
      'TIME error opening: it is held: wait run=r1\n',
    ]);
    expect(lines('journal', write)).toEqual([
      '<6>up address=127.0.0.1:1 words="a b"\n',
      '<4>open to all\n',
      '<3>opening: it is held: wait run=r1\n',
    ]);
    expect(lines('json-journal', write).map((line) => line.slice(0, 4))).toEqual(['<6>{', '<4>{', '<3>{']);
  });
});

describe.each(FORMATS)('in the format %s', (format) => {
  it('no secret is told, wherever it stands', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----';
    const written = lines(format, (log) => {
      log.info(`token ${TOKEN}`);
      log.info('deep', {
        a: [{ b: { c: `Bearer ${TOKEN}` } }],
        password: 'open sesame',
        nested: { api_key: 'open sesame' },
      });
      log.error('bug', new Error(`curl -u me:open-sesame ${key}`));
      log.error('known', new DispatchError('internal', 'no', { hint: 'try --password open-sesame' }));
    }).join('');
    expect(written).toContain(MASK);
    expect(written).not.toMatch(/ghp_|sesame|MIIabc/);
  });

  it('any text makes one line without control characters, and the JSON of it says the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
        const written = lines(format, (log) => log.error(message, undefined, { value }));
        expect(written).toHaveLength(1);
        const [line = ''] = written;
        expect(line.endsWith('\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(/[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
        if (format === 'json') expect(JSON.parse(line)).toBeTypeOf('object');
      }),
    );
  });

  it('what refers to itself ends', () => {
    const loop: Record<string, unknown> = { big: 1n };
    loop.self = loop;
    expect(lines(format, (log) => log.info('loop', { loop }))).toHaveLength(1);
  });
});

it('JSON says what was said', () => {
  const [line = ''] = lines('json', (log) => log.info('a\u009b31m\u202eb\nc', { value: '\ufeffx' }));
  expect(JSON.parse(line)).toMatchObject({ msg: 'a\u009b31m\u202eb\nc', value: '\ufeffx' });
});

describe('the format', () => {
  const choose = (options: Partial<Parameters<typeof chooseLogFormat>[0]>): LogFormat =>
    chooseLogFormat({ env: {}, json: false, isTerminal: false, stderr: '8:1', ...options });

  it('follows from who reads', () => {
    expect(choose({ isTerminal: true })).toBe('text');
    expect(choose({})).toBe('json');
    expect(choose({ isTerminal: true, json: true })).toBe('json');
    expect(choose({ env: { JOURNAL_STREAM: '8:1' } })).toBe('journal');
    expect(choose({ env: { JOURNAL_STREAM: '8:1' }, json: true })).toBe('json-journal');
  });

  it('is not that of a journal that somebody else writes to', () => {
    expect(choose({ env: { JOURNAL_STREAM: '8:2' } })).toBe('json');
    expect(choose({ env: { JOURNAL_STREAM: '8:2' }, stderr: undefined })).toBe('json');
  });
});

it('runs learn nothing of the service', () => {
  const env = {
    PATH: '/bin',
    NOTIFY_SOCKET: '/x',
    JOURNAL_STREAM: '8:1',
    LISTEN_FDS: '1',
    WATCHDOG_USEC: '1',
    HOME: '/',
  };
  expect(withoutSupervisor(env)).toEqual({ PATH: '/bin', HOME: '/' });
});
