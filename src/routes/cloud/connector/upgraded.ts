/**
 * Owns the sockets of websockets: undici hands them over, and a server that never answers Close would hold them open for good. It
 * destroys each a short while after nobody wants it any more, and all of them at the end.
 */

import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface Upgraded {
  /** For one websocket. */
  open(): { readonly dispatcher: Dispatcher; release(): void };
  destroyAll(): void;
}

/** For the server to answer Close: RFC 6455, 7.1.1. */
const GRACE_MS = 1000;

export function keepUpgraded(base: Dispatcher): Upgraded {
  const sockets = new Set<Duplex>();
  return {
    open() {
      let own: Duplex | undefined;
      let wanted = true;
      const keep = (socket: Duplex): void => {
        own = socket;
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        if (!wanted) socket.destroy();
      };
      return {
        dispatcher: base.compose((dispatch) => (options, handler) => dispatch(options, watching(handler, keep))),
        release() {
          wanted = false;
          const socket = own;
          if (socket === undefined || socket.destroyed) return;
          const timer = setTimeout(() => socket.destroy(), GRACE_MS);
          socket.once('close', () => clearTimeout(timer));
        },
      };
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The handler, and told of the socket before it is. `compose` gives one of the new kind only. */
function watching(handler: Dispatcher.DispatchHandler, keep: (socket: Duplex) => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade(controller, status, headers, socket) {
      keep(socket);
      return handler.onRequestUpgrade?.(controller, status, headers, socket);
    },
    onResponseStart: (controller, status, headers, message) =>
      handler.onResponseStart?.(controller, status, headers, message),
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  };
}
