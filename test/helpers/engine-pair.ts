// Two real engines on real stores, joined by a link in memory that can be cut: for tests of what engines do together.
import type { Grant } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Grants, Pairing, PairingStore } from '../../src/engine/peer-ports.ts';
import { type EngineOptions, startEngine, type TestEngine } from './engine.ts';
import { createMemoryNetworks, type MemoryNetworks } from './memory-network.ts';

export const LAPTOP = '12D3KooWLaptopUnderTest' as DeviceId;
export const BOX = '12D3KooWBoxUnderTest' as DeviceId;

/** Grants that a test can change while it goes. */
export interface GrantTable extends Grants {
  set(grants: readonly Grant[]): void;
}

function grantTable(holder: DeviceId, first: readonly Grant[]): GrantTable {
  let held = first;
  const listeners = new Set<() => void>();
  return {
    of: (device) => (device === holder ? held : []),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(grants) {
      held = grants;
      for (const listener of [...listeners]) listener();
    },
  };
}

export interface EnginePair extends AsyncDisposable {
  readonly laptop: TestEngine;
  readonly box: TestEngine;
  /** What the laptop may do on the box, and the other way round. */
  readonly onBox: GrantTable;
  readonly onLaptop: GrantTable;
  cut(): void;
  join(): void;
  /** Stops the box as a crash does, with its runs left running, and starts it anew on the same store. The link is down. */
  restartBox(): Promise<TestEngine>;
  restartLaptop(): Promise<TestEngine>;
}

export async function startPair(
  options: {
    onBox?: readonly Grant[];
    onLaptop?: readonly Grant[];
    laptop?: EngineOptions;
    box?: EngineOptions;
    joined?: boolean;
  } = {},
): Promise<EnginePair> {
  const onBox = grantTable(LAPTOP, options.onBox ?? ['run', 'approve']);
  const onLaptop = grantTable(BOX, options.onLaptop ?? []);
  let laptop: TestEngine;
  let box: TestEngine;
  const weave = (): MemoryNetworks =>
    createMemoryNetworks(
      { device: LAPTOP, name: 'laptop', service: () => laptop.engine.service, grants: onLaptop },
      { device: BOX, name: 'box', service: () => box.engine.service, grants: onBox },
    );
  let networks = weave();
  const startLaptop = (home?: string): Promise<TestEngine> =>
    startEngine({
      ...options.laptop,
      ...(home === undefined ? {} : { home }),
      device: LAPTOP,
      name: 'laptop',
      network: networks.a,
      grants: onLaptop,
      pairings: pairingsWith(BOX, onLaptop),
    });
  const startBox = (home?: string): Promise<TestEngine> =>
    startEngine({
      ...options.box,
      ...(home === undefined ? {} : { home }),
      device: BOX,
      name: 'box',
      network: networks.b,
      grants: onBox,
      pairings: pairingsWith(LAPTOP, onBox),
    });
  laptop = await startLaptop();
  box = await startBox();
  if (options.joined !== false) networks.join();
  return {
    get laptop() {
      return laptop;
    },
    get box() {
      return box;
    },
    onBox,
    onLaptop,
    cut: () => networks.cut(),
    join: () => networks.join(),
    async restartBox() {
      networks.cut();
      await box.abandon();
      await laptop.close();
      networks = weave();
      laptop = await startLaptop(laptop.home);
      box = await startBox(box.home);
      return box;
    },
    async restartLaptop() {
      networks.cut();
      await laptop.abandon();
      await box.close();
      networks = weave();
      laptop = await startLaptop(laptop.home);
      box = await startBox(box.home);
      return laptop;
    },
    async [Symbol.asyncDispose]() {
      networks.cut();
      await Promise.all([laptop.dispose(), box.dispose()]);
    },
  };
}

/** Pairings in memory: the grants of the table, until the device is revoked. */
function pairingsWith(device: DeviceId, grants: GrantTable): PairingStore {
  let pairing: Pairing | undefined = {
    device,
    name: device.slice(-6),
    given: grants.of(device),
    held: [],
    addresses: [],
    pairedAt: 0,
  };
  let called = '';
  return {
    all: () => (pairing === undefined ? [] : [pairing]),
    get: (id) => (id === device ? pairing : undefined),
    async put(next) {
      pairing = next;
    },
    async update(id, change) {
      if (id === device && pairing !== undefined) pairing = change(pairing);
    },
    async revoke(_, name) {
      called = name;
      pairing = undefined;
      grants.set([]);
    },
    revoked: () => (pairing === undefined ? [{ id: device, name: called }] : []),
    isRevoked: (id) => id === device && pairing === undefined,
    onChange: () => () => {},
  };
}
