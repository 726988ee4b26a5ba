/** What a task does not go to, and why, as short phrases. Every device and every route that is not chosen is told. */

import { ROUTES, type Route } from '../actions.ts';
import type { Device } from '../devices.ts';

export type Rejected =
  | { readonly device: string; readonly reason: string }
  | { readonly route: Route; readonly reason: string };

/** The other routes. `reason`: why it is this one, which is why it is none of the others. */
export function otherRoutes(
  chosen: Route,
  reason: string,
  own: Partial<Readonly<Record<Route, string>>> = {},
): Rejected[] {
  return ROUTES.filter((route) => route !== chosen).map((route) => ({ route, reason: own[route] ?? reason }));
}

/** All of the devices, for the same reason. */
export function noDevices(devices: readonly Device[], reason: string): Rejected[] {
  return devices.map(({ name }) => ({ device: name, reason }));
}

/** Only what is said of devices, for those who list devices. */
export function rejectedDevices(rejected: readonly Rejected[]): { readonly device: string; readonly reason: string }[] {
  return rejected.flatMap((each) => ('device' in each ? [each] : []));
}
