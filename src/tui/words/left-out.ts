// Which devices a task for all of them does not go to, and why, in one line.

import { type Rejected, rejectedDevices } from '../../core/routing/rejected.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

/** `left out: phone (it does not let this device run tasks)`. */
export const leftOutWords = (rejected: readonly Rejected[]): string =>
  `left out: ${rejectedDevices(rejected)
    .map(({ device, reason }) => `${sanitizeLine(device)} (${sanitizeLine(reason)})`)
    .join(', ')}`;
