/**
 * The LAN: where paired devices are now, and which devices have a pairing session open. Each is asked only while somebody wants to
 * know, and answered only while there is something to say; with `lan: false` nothing is ever sent or heard. It is spoofable, so it
 * feeds dialling and lists, and who answers must still prove who it is.
 */

import { asDispatchError, type DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Network } from '../engine/peer-ports.ts';
import type { LanDevice } from '../protocol/pairing-api.ts';
import { formatMultiaddr } from './addresses.ts';
import { type LanService, type LanServiceOptions, startLanService } from './lan-service.ts';

const LINK_NAME = '_dispatch._udp.local';
const PAIR_NAME = '_dispatch-pair._udp.local';
/** A service that only answers asks once, when it starts, and then as good as never. */
const NEVER_MS = 24 * 3600 * 1000;
const SEEK_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 2000;
/** How long the LAN is asked after somebody has looked. */
const LOOK_FOR_MS = 30_000;
/** Who has not answered for so long has closed its session, or left. */
const STALE_MS = 7000;
/** A LAN with more is one where somebody makes them up. */
const MAX_FOUND = 64;

export interface DiscoveryOptions {
  readonly device: DeviceId;
  /** False: nothing here does anything. */
  readonly lan: boolean;
  /** Multiaddrs of this device without `/p2p/`. */
  addresses(): readonly string[];
  /** Where a device says that it is, or somebody in its name. */
  onFound(device: DeviceId, addresses: readonly string[]): void;
  /** It cannot be used, and why. */
  onTrouble(error: DispatchError): void;
  readonly now?: () => number;
}

export interface Discovery {
  /** Answers paired devices that ask where this one is. */
  answer(on: boolean): void;
  /** Asks where paired devices are. */
  seek(on: boolean): void;
  /** Tells who looks that this device has a pairing session open. */
  announce(on: boolean): void;
  /** Devices with a pairing session open, as far as they are known; asking makes it look for a while. */
  devices(): readonly LanDevice[];
  /** Multiaddrs without `/p2p/` of one of them. */
  addressesOf(device: DeviceId): readonly string[];
  close(): Promise<void>;
}

interface Found {
  readonly addresses: readonly string[];
  readonly at: number;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const now = options.now ?? Date.now;
  const found = new Map<DeviceId, Found>();
  let lookTimer: NodeJS.Timeout | undefined;

  const onOpenSession = (device: DeviceId, addresses: readonly string[]): void => {
    found.delete(device); // the newest stand last
    found.set(device, { addresses, at: now() });
    const oldest = found.keys().next().value;
    if (found.size > MAX_FOUND && oldest !== undefined) found.delete(oldest);
  };
  const make = (name: string, answers: boolean, askEveryMs: number, onFound: LanServiceOptions['onFound']): Switch =>
    createSwitch({
      isAllowed: options.lan,
      start: () =>
        startLanService({
          name,
          answers,
          askEveryMs,
          onFound,
          device: options.device,
          addresses: options.addresses,
          onTrouble: (error) => options.onTrouble(asDispatchError(error)),
        }),
      onTrouble: (error) => options.onTrouble(asDispatchError(error)),
    });
  const switches = {
    answering: make(LINK_NAME, true, NEVER_MS, options.onFound),
    seeking: make(LINK_NAME, false, SEEK_EVERY_MS, options.onFound),
    announcing: make(PAIR_NAME, true, NEVER_MS, () => {}),
    looking: make(PAIR_NAME, false, LOOK_EVERY_MS, onOpenSession),
  };

  const fresh = (): [DeviceId, Found][] => [...found].filter(([, { at }]) => now() - at <= STALE_MS);
  return {
    answer: switches.answering.set,
    seek: switches.seeking.set,
    announce: switches.announcing.set,
    devices() {
      clearTimeout(lookTimer);
      if (options.lan) {
        lookTimer = setTimeout(() => switches.looking.set(false), LOOK_FOR_MS);
        lookTimer.unref();
      }
      switches.looking.set(true);
      return fresh().map(([id, { addresses }]) => ({ id, addresses: addresses.map(formatMultiaddr) }));
    },
    addressesOf: (device) => found.get(device)?.addresses ?? [],
    async close() {
      clearTimeout(lookTimer);
      await Promise.all(Object.values(switches).map((one) => one.close()));
    },
  };
}

interface Switch {
  set(on: boolean): void;
  close(): Promise<void>;
}

/** Starts and stops in turn, and ends as it was set last. */
function createSwitch(options: {
  readonly isAllowed: boolean;
  start(): Promise<LanService>;
  onTrouble(error: unknown): void;
}): Switch {
  let wanted = false;
  let running: LanService | undefined;
  let turn: Promise<void> = Promise.resolve();
  const settle = async (): Promise<void> => {
    if (wanted === (running !== undefined)) return;
    if (wanted) {
      running = await options.start();
    } else {
      const stopping = running;
      running = undefined;
      await stopping?.stop();
    }
  };
  const set = (on: boolean): void => {
    if (!options.isAllowed || wanted === on) return;
    wanted = on;
    turn = turn.then(settle).catch(options.onTrouble);
  };
  return {
    set,
    async close() {
      set(false);
      await turn;
    },
  };
}

/** Has the LAN asked for as long as a paired device is missing, and answered for as long as there is one. */
export function driveDiscovery(
  discovery: Pick<Discovery, 'answer' | 'seek'>,
  network: Pick<Network, 'devices' | 'onDevices'>,
): () => void {
  const drive = (): void => {
    const devices = network.devices();
    discovery.answer(devices.length > 0);
    discovery.seek(devices.some(({ presence }) => presence.state === 'offline'));
  };
  drive();
  return network.onDevices(drive);
}
