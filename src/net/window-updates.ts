/**
 * How often a stream tells the other side that there is room again. libp2p's yamux does after every frame, and each time costs both
 * sides a packet of Noise and a system call; half a window is soon enough, as the other half is on its way meanwhile.
 */

/** What we use of the insides of a yamux stream. Other streams have none of it, and are left alone. */
interface YamuxStream {
  readonly recvWindow: number;
  readonly recvWindowCapacity: number;
  sendWindowUpdate(): void;
}

/** Only for streams whose protocol is agreed on: the first updates carry the flags that open them. */
export function thinOutWindowUpdates(stream: object): void {
  if (!isYamux(stream)) return;
  const update = stream.sendWindowUpdate.bind(stream);
  stream.sendWindowUpdate = () => {
    if (stream.recvWindowCapacity <= stream.recvWindow / 2) update();
  };
}

function isYamux(stream: object): stream is YamuxStream {
  const { recvWindow, recvWindowCapacity, sendWindowUpdate } = stream as Partial<YamuxStream>;
  return typeof recvWindow === 'number' && typeof recvWindowCapacity === 'number' && sendWindowUpdate !== undefined;
}
