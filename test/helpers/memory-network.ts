// Two peers side by side in this process: their services called directly, as if over a link that can be cut and joined. What goes
// across is copied as the wire would copy it.

import type { DeviceReport, Presence } from '../../src/core/devices.ts';
import { asDispatchError, DispatchError } from '../../src/core/errors.ts';
import { type Grant, sortGrants } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Grants, Network, PairedDevice, PeerLink, PeerService, RemoteInput } from '../../src/engine/peer-ports.ts';
import { linkDown, notWanted } from '../../src/net/link-errors.ts';
import type { OutputChunk } from '../../src/protocol/api.ts';
import type { LogBatch, PeerMethod, PeerParams, PeerResult } from '../../src/protocol/peer-api.ts';
import { logBatchOf, PEER_PARAMS } from '../../src/protocol/peer-schemas.ts';

export interface MemorySide {
  readonly device: DeviceId;
  /** A function where the service is made later than the network; it is asked for when the two are joined. */
  readonly service: PeerService | (() => PeerService);
  readonly grants: Grants;
  /** What the other calls it; the name of its report otherwise. */
  readonly name?: string;
}

export interface MemoryNetworks {
  readonly a: Network;
  readonly b: Network;
  /** Breaks the link, as a lost connection does. Calls that the other side has begun go on there. */
  cut(): void;
  /** Brings it up, once both services exist. It is down at first. */
  join(): void;
}

interface Side extends MemorySide {
  link: PeerLink | undefined;
  presence: Presence;
  /** It has thrown the other out. */
  expelled: boolean;
  /** What the other said of itself last. */
  report: DeviceReport | undefined;
  readonly onDevices: Set<() => void>;
  readonly onLink: Set<(link: PeerLink) => void>;
  readonly onRevoked: Set<(device: DeviceId) => void>;
  readonly onProgress: Set<Parameters<Network['onProgress']>[0]>;
}

/** Not joined at first: call `join()` when both engines are there. */
export function createMemoryNetworks(a: MemorySide, b: MemorySide): MemoryNetworks {
  const left = side(a);
  const right = side(b);
  let down: AbortController | undefined;
  const tell = (): void => {
    for (const { onDevices } of [left, right]) for (const listener of [...onDevices]) listener();
  };
  const cut = (presence: Pick<Extract<Presence, { state: 'offline' }>, 'stage' | 'detail'>): void => {
    if (down === undefined) return;
    const ended = down;
    down = undefined;
    left.report = serviceOf(right).report();
    right.report = serviceOf(left).report();
    for (const end of [left, right]) {
      end.link = undefined;
      end.presence = { state: 'offline', since: Date.now(), ...presence };
    }
    ended.abort();
    tell();
  };
  const join = (): void => {
    if (down !== undefined || left.expelled || right.expelled) return;
    down = new AbortController();
    for (const [teller, hearer] of [
      [left, right],
      [right, left],
    ] as const) {
      const stop = serviceOf(teller).onProgress(hearer.device, (run, progress) => {
        for (const listener of [...hearer.onProgress]) listener(teller.device, run, copied(progress));
      });
      down.signal.addEventListener('abort', stop, { once: true });
    }
    left.link = createLink(left, right, down.signal);
    right.link = createLink(right, left, down.signal);
    for (const end of [left, right]) end.presence = { state: 'online', roundTripMs: 0, since: Date.now() };
    tell();
    for (const { onLink, link } of [left, right]) for (const listener of [...onLink]) if (link) listener(link);
  };
  /** By one side; the other is told over the link, if there is one. */
  const expel = (by: Side): Promise<void> => {
    const other = by === left ? right : left;
    const isTold = down !== undefined;
    by.expelled = true;
    cut({ stage: 'denied', detail: 'it does not know this device any more' });
    if (isTold) for (const listener of [...other.onRevoked]) listener(by.device);
    return Promise.resolve();
  };
  left.grants.onChange(tell);
  right.grants.onChange(tell);
  return {
    a: createSideNetwork(left, right, () => expel(left)),
    b: createSideNetwork(right, left, () => expel(right)),
    cut: () => cut({ stage: 'lost', detail: 'the connection was lost' }),
    join,
  };
}

function side(given: MemorySide): Side {
  return {
    ...given,
    link: undefined,
    presence: { state: 'offline', since: Date.now() },
    expelled: false,
    report: undefined,
    onDevices: new Set(),
    onLink: new Set(),
    onRevoked: new Set(),
    onProgress: new Set(),
  };
}

function serviceOf({ service }: MemorySide): PeerService {
  return typeof service === 'function' ? service() : service;
}

function heldBy(own: MemorySide, other: MemorySide): readonly Grant[] {
  return sortGrants(other.grants.of(own.device));
}

function createSideNetwork(own: Side, other: Side, expel: () => Promise<void>): Network {
  const device = (): PairedDevice => {
    if (own.link !== undefined) own.report = serviceOf(other).report();
    const { report } = own;
    return {
      id: other.device,
      name: other.name ?? report?.name ?? other.device.slice(-6),
      ...(report === undefined ? {} : { report }),
      presence: own.presence,
      given: sortGrants(own.grants.of(other.device)),
      held: heldBy(own, other),
      addresses: [],
      clockAheadMs: 0,
    };
  };
  return {
    devices: () => (own.expelled ? [] : [device()]),
    onDevices: (listener) => subscribe(own.onDevices, listener),
    link: (id) => (id === other.device ? own.link : undefined),
    onRevoked: (listener) => subscribe(own.onRevoked, listener),
    onProgress: (listener) => subscribe(own.onProgress, listener),
    onLink(listener) {
      if (own.link !== undefined) listener(own.link);
      return subscribe(own.onLink, listener);
    },
    expel: (id) => (id === other.device ? expel() : Promise.resolve()),
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function createLink(own: Side, other: Side, down: AbortSignal): PeerLink {
  const name = other.name ?? 'the other device';
  const service = serviceOf(other);
  /** The answer as the wire gives it, or that the link went before it came. */
  const across = async <T>(begin: () => Promise<T> | T, signal?: AbortSignal): Promise<T> => {
    if (down.aborted) throw linkDown(name);
    if (signal?.aborted === true) throw notWanted('the question');
    const ended = Promise.withResolvers<never>();
    const onDown = (): void => ended.reject(linkDown(name));
    const onAbort = (): void => ended.reject(notWanted('the question'));
    down.addEventListener('abort', onDown, { once: true });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([Promise.resolve().then(begin).catch(rethrow), ended.promise]);
    } finally {
      down.removeEventListener('abort', onDown);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  /** What the other side gives, until it ends, the link goes or the reader does not want more. */
  const stream = async function* <T>(
    open: (signal: AbortSignal) => AsyncIterable<T>,
    copy: (item: T) => T,
    signal: AbortSignal,
  ): AsyncGenerator<T> {
    const over = new AbortController();
    const iterator = open(AbortSignal.any([signal, down, over.signal]))[Symbol.asyncIterator]();
    try {
      for (;;) {
        if (signal.aborted) return;
        const step = await across(() => iterator.next(), signal);
        if (step.done === true) return;
        yield copy(step.value);
      }
    } catch (error) {
      if (!signal.aborted || down.aborted) throw error;
    } finally {
      over.abort();
      void Promise.resolve(iterator.return?.()).catch(() => {});
    }
  };
  const bulk = async <T extends { chunks: AsyncIterable<OutputChunk> }>(
    open: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const over = AbortSignal.any([signal, down]);
    const opened = await across(() => open(over), signal);
    const copy = ({ offset, bytes }: OutputChunk): OutputChunk => ({ offset, bytes: new Uint8Array(bytes) });
    return { ...opened, chunks: stream(() => opened.chunks, copy, signal) };
  };
  return {
    device: other.device,
    get held() {
      return heldBy(own, other);
    },
    down,
    call: <M extends PeerMethod>(method: M, params: PeerParams<M>): Promise<PeerResult<M>> =>
      across(() => service.call(own.device, method, PEER_PARAMS[method].parse(copied(params))).then(copied)),
    log: (params, signal) =>
      stream<LogBatch>(
        (over) => service.log(own.device, copied(params), over),
        (batch) => logBatchOf(other.device).parse(copied(batch)),
        signal,
      ),
    output: (params, signal) => bulk((over) => service.output(own.device, copied(params), over), signal),
    blob: (params, signal) => bulk((over) => service.blob(own.device, copied(params), over), signal),
    async transfer(params, signal) {
      const over = AbortSignal.any([signal, down]);
      const { chunks } = await across(() => service.transfer(own.device, copied(params), over), signal);
      return {
        chunks: stream(
          () => chunks,
          (bytes) => new Uint8Array(bytes),
          signal,
        ),
      };
    },
    async input(params): Promise<RemoteInput> {
      const target = await across(() => service.input(own.device, copied(params), down));
      let open = true;
      const close = (): void => {
        if (open) target.close();
        open = false;
      };
      down.addEventListener('abort', close, { once: true });
      return {
        write: (bytes) => across(() => target.write(new Uint8Array(bytes))),
        end: () =>
          across(() => {
            open = false;
            return target.end();
          }),
        close,
      };
    },
  };
}

/** As JSON carries it. */
function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function rethrow(thrown: unknown): never {
  throw DispatchError.fromWire(copied(asDispatchError(thrown).toWire()));
}
