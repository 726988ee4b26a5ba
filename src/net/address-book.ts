/**
 * Where a paired device may be: what worked last, what it said of itself, and what the LAN says, which anybody there can say. It feeds
 * dialling only; who answers must prove to be the device.
 */

import type { Pairing } from '../engine/peer-ports.ts';
import { fromMultiaddr, isLoopback } from './addresses.ts';

/** What is kept on disk of one device. */
const MAX_KEPT = 12;
/** Of those that it does not name any more: it may come back to them. */
const MAX_OLD = 3;
const MAX_HEARD = 8;

/** What a device that said these addresses over a connection may be dialled at, the one that worked first. */
export function rememberAddresses(options: {
  readonly kept: readonly string[];
  readonly said: readonly string[];
  /** Where the connection went to, if this device dialled. */
  readonly worked?: string;
  /** Where the connection came from or went to. */
  readonly remoteHost: string;
}): readonly string[] {
  const { kept, worked } = options;
  const near = isLoopback(options.remoteHost);
  const said = options.said.filter((address) => {
    const endpoint = fromMultiaddr(address);
    // Its loopback is ours only if it is on this machine.
    return endpoint !== undefined && (near || !isLoopback(endpoint.host));
  });
  const first = worked ?? kept[0];
  const current = [...(first !== undefined && (worked !== undefined || said.includes(first)) ? [first] : []), ...said];
  const old = kept.filter((address) => !current.includes(address)).slice(0, MAX_OLD);
  return [...new Set([...current.slice(0, MAX_KEPT - old.length), ...old])];
}

export interface HeardAddresses {
  /** Newest first. */
  all(): readonly string[];
  /** True if any of them is new. */
  add(addresses: readonly string[]): boolean;
}

/** What the LAN says of one device: in memory, few, the newest. */
export function createHeardAddresses(): HeardAddresses {
  let heard: readonly string[] = [];
  return {
    all: () => heard,
    add(addresses) {
      const usable = addresses.filter((address) => fromMultiaddr(address) !== undefined).slice(0, MAX_HEARD);
      const fresh = usable.some((address) => !heard.includes(address));
      heard = [...new Set([...usable, ...heard])].slice(0, MAX_HEARD);
      return fresh;
    },
  };
}

/** Whether a paired device has been, or says that it is, at that IP address. */
export function isHostOf(pairings: readonly Pick<Pairing, 'addresses'>[], host: string): boolean {
  return pairings.some(({ addresses }) => addresses.some((address) => fromMultiaddr(address)?.host === host));
}
