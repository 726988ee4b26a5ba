/** What the parts of net share: a host that opens and takes streams of whole messages. The one implementation is in host.ts. */

import type { DeviceId } from '../core/ids.ts';

/** Whole messages, both ways, over one stream to one device whose identity the connection proved. */
export interface Channel {
  /** The device at the other end, as Noise proved it. */
  readonly remote: DeviceId;
  /** Where the connection came from or went to, as host:port: for people. */
  readonly remoteAddress: string;
  /** Resolves when there is room for the next message. Rejects with `unavailable` once the stream is gone. */
  send(message: Uint8Array): Promise<void>;
  /** The next message; undefined when the other side has ended its half cleanly. Rejects with `unavailable` if the stream broke. */
  receive(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Ends both halves after what was sent. */
  close(): Promise<void>;
  /** Ends the stream at once. */
  abort(reason: string): void;
  /** Aborts when the stream is gone, for whatever reason. */
  readonly gone: AbortSignal;
}

export interface Host {
  readonly id: DeviceId;
  /** Where this device listens, as host:port; loopback last. */
  addresses(): readonly string[];
  /** Where this device may be reached, as multiaddrs without `/p2p/`: what a ticket carries. */
  multiaddrs(): readonly string[];
  /** Called for each stream of the protocol, from any device that the gate let in. Authorize in the handler, from `channel.remote`. */
  handle(protocol: string, handler: (channel: Channel) => Promise<void>, options: ChannelOptions): void;
  /**
   * Opens a stream to exactly that device at one of the multiaddrs. Rejects with a `DispatchError` whose `details.stage` is a
   * DialStage; nothing is sent to anybody else (`identity`).
   */
  open(
    target: { device: DeviceId; addresses: readonly string[] },
    protocol: string,
    options: OpenOptions,
  ): Promise<Channel>;
  /** Finds out who is at an address: dials it without knowing. Sends nothing but the handshake. */
  identify(address: string, signal: AbortSignal): Promise<DeviceId>;
  hangUp(device: DeviceId): Promise<void>;
  close(): Promise<void>;
}

export interface ChannelOptions {
  /** The longest message that is taken, in bytes. */
  readonly maxMessageBytes: number;
  /** A message that was received is valid until the next one is asked for: its memory is used again then. */
  readonly reusesMemory?: boolean;
}

export interface OpenOptions extends ChannelOptions {
  readonly signal: AbortSignal;
}
