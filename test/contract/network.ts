// What every Network must do, over any pair of devices whose link can be cut and joined.
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Timestamp } from '../../src/core/clock.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { LogEvent } from '../../src/core/events.ts';
import type { Grant } from '../../src/core/grants.ts';
import type { ApprovalId, ArtifactId, DeviceId, MessageId, RunId, Sha256 } from '../../src/core/ids.ts';
import type { Network, PeerLink } from '../../src/engine/peer-ports.ts';
import type { LogBatch } from '../../src/protocol/peer-api.ts';
import { endlessBulk, type NetService, wholeBulk } from '../helpers/net-service.ts';
import { until } from '../helpers/until.ts';

export interface NetworkSide {
  readonly device: DeviceId;
  readonly network: Network;
  readonly service: NetService;
  /** What the other may do here from now on. */
  give(grants: readonly Grant[]): Promise<void>;
  /** Takes the pairing away, as a revocation does before it expels. */
  unpair(): Promise<void>;
}

export interface NetworkPair {
  readonly a: NetworkSide;
  readonly b: NetworkSide;
  cut(): void;
  join(): void;
  dispose(): Promise<void>;
}

const RUN = '0123456789abcdef' as RunId;
const ARTIFACT = 'abcdef0123456789' as ArtifactId;
const APPROVAL = 'ffffffffffffffff' as ApprovalId;
const DIGEST = 'a'.repeat(64) as Sha256;
const never = new AbortController().signal;

function said(device: DeviceId, seq: number): LogEvent {
  return {
    v: 1,
    device,
    seq,
    at: `0190000000${seq.toString(16).padStart(2, '0')}-0000` as Timestamp,
    stream: 'thread',
    by: { kind: 'human', device },
    type: 'message.said',
    data: { message: '0000000000000000' as MessageId, role: 'user', text: `message ${seq}` },
  };
}

/** Describes the suite; `begin` makes two devices whose link is down. */
export function describeNetwork(name: string, begin: () => Promise<NetworkPair>): void {
  describe(name, () => {
    let pair: NetworkPair;
    let a: NetworkSide;
    let b: NetworkSide;

    beforeEach(async () => {
      pair = await begin();
      ({ a, b } = pair);
    });

    afterEach(() => pair.dispose());

    const linkOf = (from: NetworkSide, to: NetworkSide): Promise<PeerLink> =>
      until('link', () => from.network.link(to.device));
    const up = async (): Promise<PeerLink> => {
      pair.join();
      await linkOf(b, a);
      return linkOf(a, b);
    };
    const far = (from: NetworkSide) => {
      const [device] = from.network.devices();
      if (device === undefined) throw new Error('no device is paired');
      return device;
    };

    describe('presence', () => {
      test('is offline at first, with no link', () => {
        expect(far(a)).toMatchObject({ id: b.device, presence: { state: 'offline' } });
        expect(a.network.link(b.device)).toBeUndefined();
      });

      test('is online on both sides once they are joined, with a round trip and what the other says of itself', async () => {
        await up();
        for (const [own, other] of [
          [a, b],
          [b, a],
        ] as const) {
          const device = await until('round trip', () => {
            const now = far(own);
            return now.presence.state === 'online' && now.presence.roundTripMs !== undefined && now;
          });
          expect(device.report).toEqual(other.service.report());
          expect(Math.abs(device.clockAheadMs ?? Number.NaN)).toBeLessThan(5000);
        }
      });

      test('is offline again when the link goes, and tells why', async () => {
        const link = await up();
        pair.cut();
        await until('offline', () => far(a).presence.state === 'offline' && far(b).presence.state === 'offline');
        expect(link.down.aborted).toBe(true);
        expect(a.network.link(b.device)).toBeUndefined();
        expect(far(a).presence).toMatchObject({ stage: expect.any(String), detail: expect.any(String) });
        // What it said of itself is still known.
        expect(far(a).report).toEqual(b.service.report());
      });

      test('tells whoever listens, until they stop', async () => {
        let told = 0;
        const stop = a.network.onDevices(() => {
          told++;
        });
        await up();
        await until('news', () => told > 0);
        b.service.say({ load: { running: 3, slots: 4 } });
        await until('load', () => far(a).report?.load.running === 3);
        stop();
        const before = told;
        b.service.say({ load: { running: 4, slots: 4 } });
        await until('load', () => far(a).report?.load.running === 4);
        expect(told).toBe(before);
      });
    });

    describe('links', () => {
      test('are told of as they come up, and to whoever comes later', async () => {
        const links: PeerLink[] = [];
        a.network.onLink((link) => links.push(link));
        const link = await up();
        expect(links).toEqual([link]);
        const late: PeerLink[] = [];
        a.network.onLink((one) => late.push(one));
        await until('link', () => late.length > 0);
        expect(late).toEqual([link]);
        expect(link.device).toBe(b.device);
      });

      test('come back as new ones', async () => {
        const links: PeerLink[] = [];
        a.network.onLink((link) => links.push(link));
        const first = await up();
        pair.cut();
        await until('end', () => first.down.aborted && far(b).presence.state === 'offline');
        const second = await up();
        expect(second).not.toBe(first);
        expect(second.down.aborted).toBe(false);
        expect(links).toContain(second);
      });

      test('know what this device may do there, as it changes', async () => {
        const link = await up();
        await until('grants', () => link.held.length === 3);
        await b.give(['observe']);
        await until('fewer grants', () => link.held.length === 1);
        expect(link.held).toEqual(['observe']);
        expect(far(a).held).toEqual(['observe']);
        expect(far(b).given).toEqual(['observe']);
      });
    });

    describe('calls', () => {
      test('go to the other side, which knows who asks', async () => {
        const link = await up();
        b.service.answer(() => ({}));
        await expect(link.call('resize', { run: RUN, cols: 80, rows: 24 })).resolves.toEqual({});
        expect(b.service.calls).toEqual([
          { caller: a.device, method: 'resize', params: { run: RUN, cols: 80, rows: 24 } },
        ]);
      });

      test('go both ways at once', async () => {
        const [there, back] = [await up(), await linkOf(b, a)];
        for (const { service } of [a, b]) service.answer(() => ({}));
        const asked = Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? there : back).call('resize', { run: RUN, cols: index + 1, rows: 1 }),
        );
        await Promise.all(asked);
        expect(b.service.calls.map(({ params }) => (params as { cols: number }).cols)).toEqual(
          Array.from({ length: 10 }, (_, index) => 2 * index + 1),
        );
        expect(a.service.calls).toHaveLength(10);
      });

      test('reject with the error of the other side, as it was', async () => {
        const link = await up();
        b.service.answer(() => {
          throw new DispatchError('refused', 'no', { hint: 'ask its owner', details: { why: 'policy' } });
        });
        const decide = link.call('decide', {
          approval: APPROVAL,
          decision: 'approve',
          digest: DIGEST,
          signature: `${'A'.repeat(86)}==`,
        });
        await expect(decide).rejects.toMatchObject({
          code: 'refused',
          message: 'no',
          hint: 'ask its owner',
          retryable: false,
          details: { why: 'policy' },
        });
      });

      test('reject as unavailable when the link goes, and at once when it is gone', async () => {
        const link = await up();
        const { promise: answer } = Promise.withResolvers<object>();
        b.service.answer(() => answer);
        const asked = link.call('cancel', { run: RUN });
        await until('call', () => b.service.calls.length === 1);
        pair.cut();
        await expect(asked).rejects.toMatchObject({ code: 'unavailable', retryable: true });
        await expect(link.call('cancel', { run: RUN })).rejects.toMatchObject({ code: 'unavailable', retryable: true });
        expect(b.service.calls).toHaveLength(1);
      });
    });

    describe('the log', () => {
      const collect = async (batches: AsyncIterable<LogBatch>, seqs: number[]): Promise<void> => {
        for await (const { events } of batches) seqs.push(...events.map(({ seq }) => seq));
      };

      test('comes from the place on, then as it grows, until the signal aborts', async () => {
        for (let seq = 1; seq <= 5; seq++) b.service.tell(said(b.device, seq));
        const link = await up();
        const stop = new AbortController();
        const seqs: number[] = [];
        const done = collect(link.log({ after: 2 }, stop.signal), seqs);
        await until('what is there', () => seqs.length === 3);
        b.service.tell(said(b.device, 6));
        await until('what comes', () => seqs.length === 4);
        expect(seqs).toEqual([3, 4, 5, 6]);
        stop.abort();
        await done;
        await until('end on the other side', () => b.service.streams.ended === 1);
      });

      test('rejects as unavailable when the link goes', async () => {
        const link = await up();
        b.service.tell(said(b.device, 1));
        const seqs: number[] = [];
        const done = collect(link.log({ after: 0 }, never), seqs);
        done.catch(() => {});
        await until('event', () => seqs.length === 1);
        pair.cut();
        await expect(done).rejects.toMatchObject({ code: 'unavailable', retryable: true });
        await until('end on the other side', () => b.service.streams.ended === 1);
        await expect(collect(link.log({ after: 0 }, never), seqs)).rejects.toMatchObject({ code: 'unavailable' });
      });

      test('gives nothing to who has left already', async () => {
        const link = await up();
        b.service.tell(said(b.device, 1));
        const seqs: number[] = [];
        await collect(link.log({ after: 0 }, AbortSignal.abort()), seqs);
        expect(seqs).toEqual([]);
      });
    });

    describe('output and artifacts', () => {
      const digestOf = async (chunks: AsyncIterable<{ offset: number; bytes: Uint8Array }>, from: number) => {
        const hash = createHash('sha256');
        let reached = from;
        for await (const { offset, bytes } of chunks) {
          expect(offset).toBe(reached);
          reached += bytes.byteLength;
          hash.update(bytes);
        }
        return { reached, digest: hash.digest('hex') };
      };

      test('come byte by byte as they are, from any offset', async () => {
        const bytes = randomBytes(3_000_001);
        b.service.bulk.set(RUN, wholeBulk(bytes));
        b.service.bulk.set(ARTIFACT, wholeBulk(bytes, 1_000_000));
        const link = await up();
        for (const offset of [0, 1, 2_999_999, 3_000_001]) {
          const digest = createHash('sha256').update(bytes.subarray(offset)).digest('hex');
          const output = await link.output({ run: RUN, offset }, never);
          expect(output.size).toBe(bytes.length);
          await expect(digestOf(output.chunks, offset)).resolves.toEqual({ reached: bytes.length, digest });
          const blob = await link.blob({ artifact: ARTIFACT, offset }, never);
          expect(blob.sizeBytes).toBe(bytes.length);
          await expect(digestOf(blob.chunks, offset)).resolves.toEqual({ reached: bytes.length, digest });
        }
      });

      test('keep their gaps', async () => {
        const pieces = [
          { offset: 0, bytes: Buffer.from('head') },
          { offset: 1_000_000, bytes: Buffer.from('tail') },
        ];
        b.service.bulk.set(RUN, {
          size: 1_000_004,
          async *chunks() {
            yield* pieces;
          },
        });
        const link = await up();
        const { chunks } = await link.output({ run: RUN, offset: 0 }, never);
        const got: { offset: number; text: string }[] = [];
        for await (const { offset, bytes } of chunks) got.push({ offset, text: Buffer.from(bytes).toString() });
        expect(got).toEqual([
          { offset: 0, text: 'head' },
          { offset: 1_000_000, text: 'tail' },
        ]);
      });

      test('reject with what the other side says, before and in the middle', async () => {
        const link = await up();
        await expect(link.output({ run: RUN, offset: 0 }, never)).rejects.toMatchObject({ code: 'not-found' });
        b.service.bulk.set(RUN, {
          size: 10,
          async *chunks() {
            yield { offset: 0, bytes: Buffer.from('half') };
            throw new DispatchError('storage', 'the disk is gone', { hint: 'bring it back' });
          },
        });
        const { chunks } = await link.output({ run: RUN, offset: 0 }, never);
        let text = '';
        const read = async (): Promise<void> => {
          for await (const { bytes } of chunks) text += Buffer.from(bytes).toString();
        };
        await expect(read()).rejects.toMatchObject({ code: 'storage', hint: 'bring it back' });
        expect(text).toBe('half');
      });

      test('end on both sides when the signal aborts or the reader leaves', async () => {
        b.service.bulk.set(RUN, endlessBulk());
        const link = await up();
        const stop = new AbortController();
        const aborted = await link.output({ run: RUN, offset: 0 }, stop.signal);
        for await (const _ of aborted.chunks) stop.abort();
        await until('end on the other side', () => b.service.streams.ended === 1);
        const left = await link.output({ run: RUN, offset: 0 }, never);
        for await (const _ of left.chunks) break;
        await until('end on the other side', () => b.service.streams.ended === 2);
        expect(b.service.streams.opened).toBe(2);
      });

      test('reject as unavailable when the link goes in the middle: what merely stops has not ended', async () => {
        b.service.bulk.set(RUN, endlessBulk());
        const link = await up();
        const { chunks } = await link.output({ run: RUN, offset: 0 }, never);
        let pieces = 0;
        const read = async (): Promise<void> => {
          for await (const _ of chunks) if (++pieces === 3) pair.cut();
        };
        await expect(read()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
        await until('end on the other side', () => b.service.streams.ended === 1);
      });
    });

    describe('input', () => {
      const received = (): string =>
        b.service.inputs
          .flatMap((input) => input.received)
          .map(String)
          .join('');

      test('arrives in order and says its end', async () => {
        const link = await up();
        const input = await link.input({ run: RUN });
        await input.write(Buffer.from('one '));
        await input.write(Buffer.from('two'));
        await input.end();
        expect(b.service.inputs).toMatchObject([{ run: RUN, ended: true, closed: false }]);
        expect(received()).toBe('one two');
      });

      test('stays open for others when it is merely closed, or cut off', async () => {
        const link = await up();
        const closed = await link.input({ run: RUN });
        await closed.write(Buffer.from('a'));
        closed.close();
        await until('close', () => b.service.inputs[0]?.closed);
        const cut = await link.input({ run: RUN });
        await cut.write(Buffer.from('b'));
        pair.cut();
        await until('close', () => b.service.inputs[1]?.closed);
        expect(b.service.inputs.map(({ ended }) => ended)).toEqual([false, false]);
        await expect((async () => cut.write(Buffer.from('c')))()).rejects.toMatchObject({ code: 'unavailable' });
      });

      test('rejects with what the run says of it', async () => {
        b.service.onInput(() =>
          Promise.reject(new DispatchError('conflict', 'the run has ended', { hint: 'retry it' })),
        );
        const link = await up();
        const input = await link.input({ run: RUN });
        const write = async (): Promise<void> => {
          for (;;) await input.write(Buffer.from('x'));
        };
        await expect(write()).rejects.toMatchObject({ code: 'conflict', message: 'the run has ended' });
      });
    });

    describe('expel', () => {
      test('ends everything with the device, which is told', async () => {
        b.service.bulk.set(RUN, endlessBulk());
        const link = await up();
        const { chunks } = await link.output({ run: RUN, offset: 0 }, never);
        const read = async (): Promise<void> => {
          for await (const _ of chunks);
        };
        const reading = read();
        reading.catch(() => {});
        await b.unpair();
        await b.network.expel(a.device);
        expect(b.network.link(a.device)).toBeUndefined();
        await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
        await until('end on the other side', () => b.service.streams.ended === 1);
        await until('offline', () => far(a).presence.state === 'offline');
        expect(far(a).presence).toMatchObject({ stage: 'denied' });
        expect(link.down.aborted).toBe(true);
        await expect(link.call('cancel', { run: RUN })).rejects.toMatchObject({ code: 'unavailable' });
      });
    });
  });
}
