// What another device says is taken whole if it is right, and refused where it is not: the golden logs are what is right.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type LogEvent } from '../../../src/core/events.ts';
import type { ArtifactId, DeviceId, MessageId } from '../../../src/core/ids.ts';
import { logBatchOf, PEER_PARAMS } from '../../../src/protocol/peer-schemas.ts';

const LOGS = join(import.meta.dirname, '../../fixtures/logs');
const DEVICE = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceId;
/** The ids of the golden logs are for people to read. */
const golden = readdirSync(LOGS)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(join(LOGS, name), 'utf8').trim().split('\n'))
  .map((line) =>
    line
      .replaceAll(/12D3KooWGoldenLog|test-device/g, DEVICE)
      .replaceAll('other-device', DEVICE.replace(/.$/, 'x'))
      .replaceAll('"c2lnbmVk"', `"${'A'.repeat(86)}=="`)
      .replaceAll(/"run(0{6}\w{7})"/g, '"rxn$1"'),
  )
  .map((line) => JSON.parse(line) as LogEvent);
const last = golden.at(-1)?.seq ?? 0;
const submitted = golden.find((event) => event.type === 'run.submitted');
if (submitted?.type !== 'run.submitted') throw new Error('the golden log has no run');
const { by, at, v } = submitted;
const common = { v, at, by, device: DEVICE, stream: submitted.stream };
const events: LogEvent[] = [
  ...golden,
  { ...common, seq: last + 1, type: 'run.offered', data: {} },
  { ...common, seq: last + 2, type: 'run.cancel_requested', data: {} },
  {
    ...common,
    seq: last + 4,
    type: 'artifact.removed',
    data: { artifact: '0123456789abcdef' as ArtifactId, reason: 'age' },
  },
  {
    ...common,
    seq: last + 5,
    type: 'run.answered',
    data: {
      message: '0123456789abcdef' as MessageId,
      text: '# Yes',
      connector: 'gpt',
      model: 'a model',
      citations: [{ title: 'README.md', url: 'https://example.org', line: 1, endLine: 2 }],
      usage: { input: 10, output: 2 },
      cut: 'it was stopped',
    },
  },
  { ...common, seq: last + 3, type: 'run.received', data: { ...submitted.data, origin: DEVICE, place: '0190/x/1' } },
];
const batch = (list: readonly LogEvent[], upTo = 1_000_000) => ({ events: list, upTo, scope: 'all' });

describe('a piece of a log', () => {
  it.each(events.map((event) => [event.type, event] as const))('takes %s as it is', (_type, event) => {
    expect(logBatchOf(event.device).parse(batch([event]))).toEqual(batch([event]));
  });

  it('was tried with every type of event', () => {
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...EVENT_TYPES].sort());
  });

  it('leaves out what is odd in what is told besides, and goes on', () => {
    const place = { ...common, seq: 7, prev: '0'.repeat(64) };
    const said = { message: '0123456789abcdef', text: 'Yes', connector: 'gpt' };
    const title = 'README.md';
    const answered = (more: object) => ({ ...place, type: 'run.answered', data: { ...said, ...more } });
    const failed = (more: object) => ({
      ...place,
      type: 'run.failed',
      data: { reason: 'exit', message: 'no', ...more },
    });
    const odd: [object, object][] = [
      [answered({ usage: { input: 12.5, output: 2 } }), { ...said, usage: { output: 2 } }],
      [answered({ usage: { input: null } }), { ...said, usage: {} }],
      [answered({ usage: 7, model: 7, cut: 'x'.repeat(20_001) }), said],
      [answered({ citations: [{ title, line: -3 }, { title: 5 }, 7] }), { ...said, citations: [{ title }] }],
      [answered({ citations: Array(1001).fill({ title }) }), { ...said, citations: Array(1000).fill({ title }) }],
      [failed({ exitCode: 1.5, signal: 'x'.repeat(33) }), { reason: 'exit', message: 'no' }],
    ];
    for (const [event, data] of odd) {
      const { prev: _, ...rest } = event as typeof place;
      expect(logBatchOf(DEVICE).parse(batch([event as never]))).toEqual(batch([{ ...rest, data } as never]));
    }
    const whole = answered({ usage: { input: 1 }, citations: [{ title, line: 3 }] });
    expect(logBatchOf(DEVICE).parse(batch([whole as never]))).toEqual(batch([whole as never]));
    expect(logBatchOf(DEVICE).safeParse(batch([answered({ text: 7 }) as never])).success).toBe(false);
  });

  it('takes no event of another device, none out of order, none beyond its end, none that it does not know', () => {
    const [first, second] = events;
    if (first === undefined || second === undefined) throw new Error('the golden log is too short');
    const schema = logBatchOf(DEVICE);
    expect(schema.safeParse(batch([first, second])).success).toBe(true);
    const wrong: [string, unknown][] = [
      ['another device', batch([{ ...first, device: `${DEVICE.slice(0, -1)}x` as DeviceId }])],
      ['out of order', batch([second, first])],
      ['twice', batch([first, first])],
      ['beyond its end', batch([second], second.seq - 1)],
      ['unknown type', batch([{ ...first, type: 'run.teleported' } as never])],
      ['newer version', batch([{ ...first, v: 2 } as never])],
      ['no time', batch([{ ...first, at: 'now' } as never])],
    ];
    for (const [what, value] of wrong) expect(schema.safeParse(value).success, what).toBe(false);
  });

  it('takes no artifact whose name leads out of its folder', () => {
    const made = events.find((event) => event.type === 'artifact.created');
    if (made?.type !== 'artifact.created') throw new Error('the golden log has no artifact');
    for (const name of ['../x', '/etc/passwd', 'a/../../x', 'a\0b', '']) {
      const artifact = { ...made.data.artifact, name };
      expect(logBatchOf(made.device).safeParse(batch([{ ...made, data: { artifact } }])).success, name).toBe(false);
    }
  });
});

describe('an offer', () => {
  const offer = {
    run: '0123456789abcdef',
    task: '!ls',
    action: { kind: 'shell', command: 'ls', access: 'read-only' },
    because: ['it was named'],
    by: { kind: 'human', device: DEVICE },
    place: '0190',
  };

  it('is taken as it is', () => {
    expect(PEER_PARAMS.offer.parse(offer)).toEqual(offer);
  });

  it('is refused with anything that is not understood: it may be a restriction', () => {
    expect(PEER_PARAMS.offer.safeParse({ ...offer, onlyAt: 'night' }).success).toBe(false);
    expect(PEER_PARAMS.offer.safeParse({ ...offer, approve: false }).success).toBe(false);
    expect(PEER_PARAMS.offer.safeParse({ ...offer, task: 'x'.repeat(2 ** 20 + 1) }).success).toBe(false);
  });
});
