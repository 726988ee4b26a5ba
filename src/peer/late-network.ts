/**
 * A network that is there from the first moment and up a little later: libp2p takes longer to load than all the rest of a peer, and
 * people at this machine need not wait for it. Until it is up, paired devices are not there yet; whoever pairs waits for it.
 */

import { DispatchError } from '../core/errors.ts';
import type { Ceremonies, Network, PairedDevice, PairingStore } from '../engine/peer-ports.ts';

export interface NetworkParts {
  readonly network: Network;
  readonly ceremonies: Ceremonies;
}

export function createLateNetwork(coming: Promise<NetworkParts>, pairings: PairingStore, since: number): NetworkParts {
  let up: NetworkParts | undefined;
  coming.then(
    (there) => {
      up = there;
    },
    () => {}, // told by whoever starts it, and to everybody who waits for it
  );
  /** Listens now or as soon as there is something to listen to. */
  const late = (subscribe: (there: NetworkParts) => () => void): (() => void) => {
    if (up !== undefined) return subscribe(up);
    let stop: () => void = () => {};
    let stopped = false;
    coming.then(
      (there) => {
        if (!stopped) stop = subscribe(there);
      },
      () => {},
    );
    return () => {
      stopped = true;
      stop();
    };
  };
  return {
    network: {
      devices: () => up?.network.devices() ?? pairings.all().map((pairing) => notYet(pairing, since)),
      onDevices: (listener) =>
        late(({ network }) => {
          if (up !== undefined) listener();
          return network.onDevices(listener);
        }),
      onRevoked: (listener) => late(({ network }) => network.onRevoked(listener)),
      onProgress: (listener) => late(({ network }) => network.onProgress(listener)),
      link: (device) => up?.network.link(device),
      onLink: (listener) => late(({ network }) => network.onLink(listener)),
      // Without a network there is nobody to tell, and no connection to end.
      expel: (device) =>
        coming.then(
          ({ network }) => network.expel(device),
          () => {},
        ),
    },
    ceremonies: {
      open: async (params) => (await coming).ceremonies.open(params),
      close: async (reason) => (up === undefined ? false : up.ceremonies.close(reason)),
      join: async (params) => (await coming).ceremonies.join(params),
      async confirm(params) {
        if (up === undefined) throw new DispatchError('not-found', 'there is no such proposal', { hint: 'pair again' });
        return up.ceremonies.confirm(params);
      },
      lan: () => up?.ceremonies.lan() ?? [],
      onEvent: (listener) => late(({ ceremonies }) => ceremonies.onEvent(listener)),
    },
  };
}

function notYet(pairing: ReturnType<PairingStore['all']>[number], since: number): PairedDevice {
  const { device, name, alias, report, given, held, addresses } = pairing;
  return {
    id: device,
    name: alias ?? name,
    ...(report === undefined ? {} : { report }),
    presence: { state: 'offline', since },
    given,
    held,
    addresses,
  };
}
