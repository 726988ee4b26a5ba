/** Where the buses of the session are: sockets of this machine only. Other kinds of addresses would start programs, or leave the machine. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The first usable one of a list such as `unix:path=/run/user/1000/bus,guid=…;tcp:…`. */
export function socketAddress(addresses: string): string | undefined {
  return addresses.split(';').find((address) => /^unix:(?:[^,]*,)*(path=\/|abstract=)/.test(address));
}

/** The session bus, as the variables say or where systemd keeps it; undefined if there is none. */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | undefined {
  const told = env.DBUS_SESSION_BUS_ADDRESS;
  if (told !== undefined && told !== '') return socketAddress(told);
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime === undefined || !runtime.startsWith('/')) return undefined;
  const socket = join(runtime, 'bus');
  return existsSync(socket) ? `unix:path=${socket}` : undefined;
}
