// Which devices a task for all of them does not go to, and why, in one line.

import type { RouteAnswer } from '../core/routing/route.ts';
import { sanitizeLine } from './terminal/sanitize.ts';

/** `left out: phone (it does not let this device run tasks)`. */
export const leftOutWords = (rejected: RouteAnswer['rejected']): string =>
  `left out: ${rejected.map(({ device, reason }) => `${sanitizeLine(device)} (${sanitizeLine(reason)})`).join(', ')}`;
