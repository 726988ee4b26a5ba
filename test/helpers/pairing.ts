// Devices that can pair: real stores on disk and real ceremonies over whatever host they are given, with a clock that tests may move.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grant } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { PairingStore } from '../../src/engine/peer-ports.ts';
import type { Clock } from '../../src/engine/ports.ts';
import type { Host } from '../../src/net/host-api.ts';
import { createCeremonies, type PairingCeremonies } from '../../src/net/pairing/ceremonies.ts';
import { systemClock, systemIds } from '../../src/peer/system.ts';
import type { LanDevice, PairEvent, PairOpenParams } from '../../src/protocol/pairing-api.ts';
import { openPairingStore } from '../../src/store/pairings.ts';

/** Real time, moved. What is due by then happens at once. */
export interface MovableClock extends Clock {
  move(ms: number): void;
}

export function createClock(ahead = 0): MovableClock {
  let moved = ahead;
  const due = new Set<{ time: number; ring: () => void }>();
  const now = (): number => Date.now() + moved;
  return {
    now,
    at(time, callback) {
      const ring = (): void => {
        due.delete(entry);
        cancel();
        callback();
      };
      const entry = { time, ring };
      const cancel = systemClock.at(time - moved, ring);
      due.add(entry);
      return () => {
        due.delete(entry);
        cancel();
      };
    },
    move(ms) {
      moved += ms;
      for (const { time, ring } of [...due]) if (time <= now()) ring();
    },
  };
}

export interface Device {
  readonly name: string;
  readonly host: Host;
  readonly clock: MovableClock;
  readonly store: PairingStore;
  readonly ceremonies: PairingCeremonies;
  readonly events: PairEvent[];
  readonly faults: unknown[];
  readonly file: string;
  /** What a process that starts now would find on the disk. */
  onDisk(): Promise<PairingStore>;
}

export interface DeviceOptions {
  readonly clock?: MovableClock;
  readonly lan?: ReadonlyMap<DeviceId, readonly string[]>;
  /** The file of a device that ran before. */
  readonly file?: string;
  /** Stands before the store: crashes, full disks. */
  readonly wrap?: (store: PairingStore) => PairingStore;
}

const folders: string[] = [];

export async function createDevice(name: string, host: Host, options: DeviceOptions = {}): Promise<Device> {
  const { clock = createClock(), lan = new Map(), file = join(folder(), 'pairings.json') } = options;
  const opened = await openPairingStore(file, clock.now);
  const store = options.wrap?.(opened) ?? opened;
  const faults: unknown[] = [];
  const ceremonies = createCeremonies({
    host,
    store,
    clock,
    ids: systemIds,
    self: () => ({ name, platform: 'linux' }),
    lan: {
      devices: (): LanDevice[] => [...lan].map(([id, addresses]) => ({ id, addresses: [...addresses] })),
      addressesOf: (id) => lan.get(id) ?? [],
    },
    onFault: (_what, error) => faults.push(error),
  });
  const events: PairEvent[] = [];
  ceremonies.onEvent((event) => events.push(event));
  return {
    name,
    host,
    clock,
    store,
    ceremonies,
    events,
    faults,
    file,
    onDisk: () => openPairingStore(file, clock.now),
  };
}

export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dispatch-pairing-'));
  folders.push(path);
  return path;
}

/** What each may do on the other, by what is in memory and on both disks; `undefined` for no pairing. */
export async function trust(
  a: Device,
  b: Device,
): Promise<Record<'a' | 'b', { given: readonly Grant[]; held: readonly Grant[] } | undefined>> {
  const of = async (
    one: Device,
    other: Device,
  ): Promise<{ given: readonly Grant[]; held: readonly Grant[] } | undefined> => {
    const pairing = (await one.onDisk()).get(other.host.id);
    const inMemory = one.store.get(other.host.id);
    if ((pairing === undefined) !== (inMemory === undefined)) throw new Error(`${one.name}: memory and disk differ`);
    return pairing === undefined ? undefined : { given: pairing.given, held: pairing.held };
  };
  return { a: await of(a, b), b: await of(b, a) };
}

/** The joiner takes up a ticket of the issuer and says yes. */
export async function pair(issuer: Device, joiner: Device, params: PairOpenParams): Promise<void> {
  const { ticket } = await issuer.ceremonies.open(params);
  const { proposal } = await joiner.ceremonies.join({ ticket });
  await joiner.ceremonies.confirm({ proposal, accept: true });
}
