/** What a task does not go to, and why, as short phrases. Every device and every route that is not chosen is told. */

import { ROUTES, type Route } from '../actions.ts';
import type { Device } from '../devices.ts';

export type Rejected =
  | { readonly device: string; readonly reason: string }
  | { readonly route: Route; readonly reason: string };

/** What is missing for each route where words decide. */
const MISSING: Readonly<Record<Route, string>> = {
  'desktop-local': 'it is no command (!COMMAND, run COMMAND), and no verb with a path or an address',
  'cloud-knowledge': 'no "?" stands before it, and it is understood without asking',
  'cloud-code': 'it is not a block of code alone, and does not begin with "/code"',
  inline: 'it does not begin with "="',
};

/** The other routes. `decided`: the mark or the rule that goes before what the words mean, as a phrase. */
export function otherRoutes(chosen: Route, decided: string | undefined): Rejected[] {
  const why = (route: Route): string => (decided === undefined ? MISSING[route] : `${decided}, which means ${chosen}`);
  return ROUTES.filter((route) => route !== chosen).map((route) => ({ route, reason: why(route) }));
}

/** All of the devices, for the same reason. */
export function noDevices(devices: readonly Device[], reason: string): Rejected[] {
  return devices.map(({ name }) => ({ device: name, reason }));
}

/** Only what is said of devices, for those who list devices. */
export function rejectedDevices(rejected: readonly Rejected[]): { readonly device: string; readonly reason: string }[] {
  return rejected.flatMap((each) => ('device' in each ? [each] : []));
}
